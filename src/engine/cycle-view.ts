import type { Changes, Cycle, Eviction, PendingJobs, Preemption, Reservation, Room, RunningJobs, WhatIf } from '../policy.ts';
import type { Core } from './core.ts';
import type { Driver } from './driver.ts';
import type { Ledger } from './ledger.ts';

/**
 * What a policy is handed in place of the core: it can look, and it can use its verbs. Whatever else it does to these
 * objects changes nothing but its own view.
 */
export class CycleView implements Cycle {
  readonly #core: Core;
  readonly #ledger: Ledger;
  readonly #driver: Driver;
  readonly pending: PendingJobs;
  readonly running: RunningJobs;
  readonly free: Room;

  constructor(core: Core, ledger: Ledger, driver: Driver) {
    this.#core = core;
    this.#ledger = ledger;
    this.#driver = driver;
    this.pending = new PendingView(core.pending);
    this.running = new RunningView(core.running);
    this.free = new RoomView(core.free);
    Object.freeze(this);
  }

  get now(): number {
    return this.#core.now;
  }

  get changed(): Changes {
    return this.#core.changed;
  }

  start(job: number, within?: WhatIf): void {
    this.#core.start(job, within);
  }

  place(job: number, group: number, node: number, tasks: number, bound?: number): void {
    this.#core.place(job, group, node, tasks, bound);
  }

  preempt(job: number, preemption: Preemption): void {
    this.#core.preempt(job, preemption);
  }

  evict(eviction: Eviction, grace?: number): void {
    this.#core.evict(eviction, grace);
  }

  reject(job: number, reason: string): void {
    this.#core.reject(job, reason);
  }

  wakeAt(time: number): void {
    this.#core.wakeAt(time);
  }

  roomOn(job: number, group: number, node: number): number {
    return this.#ledger.roomOn(job, group, node);
  }

  phaseOf(job: number): number {
    return this.#driver.phaseOf?.(job) ?? 0;
  }

  explain(job: number, reason: string): void {
    this.#core.explain(job, reason);
  }
}

class PendingView implements PendingJobs {
  readonly #jobs: PendingJobs;

  constructor(jobs: PendingJobs) {
    this.#jobs = jobs;
    Object.freeze(this);
  }

  get size(): number {
    return this.#jobs.size;
  }

  has(job: number): boolean {
    return this.#jobs.has(job);
  }

  first(): number {
    return this.#jobs.first();
  }

  after(job: number): number {
    return this.#jobs.after(job);
  }

  isBefore(job: number, other: number): boolean {
    return this.#jobs.isBefore(job, other);
  }

  nextWithin(job: number, procs: number, walltime?: number, beyond?: number): number {
    return this.#jobs.nextWithin(job, procs, walltime, beyond);
  }
}

class RunningView implements RunningJobs {
  readonly #jobs: RunningJobs;

  constructor(jobs: RunningJobs) {
    this.#jobs = jobs;
    Object.freeze(this);
  }

  get size(): number {
    return this.#jobs.size;
  }

  has(job: number): boolean {
    return this.#jobs.has(job);
  }

  first(): number {
    return this.#jobs.first();
  }

  after(job: number): number {
    return this.#jobs.after(job);
  }

  startOf(job: number): number {
    return this.#jobs.startOf(job);
  }

  expectedEnd(job: number): number {
    return this.#jobs.expectedEnd(job);
  }

  mayPreempt(job: number): boolean {
    return this.#jobs.mayPreempt(job);
  }

  whenFits(job: number): Reservation {
    return this.#jobs.whenFits(job);
  }
}

class RoomView implements Room {
  readonly #room: Room;

  constructor(room: Room) {
    this.#room = room;
    Object.freeze(this);
  }

  get procs(): number {
    return this.#room.procs;
  }

  fits(job: number, within?: WhatIf): boolean {
    return this.#room.fits(job, within);
  }

  copy(nodes?: ReadonlySet<number>): WhatIf {
    return this.#room.copy(nodes);
  }
}
