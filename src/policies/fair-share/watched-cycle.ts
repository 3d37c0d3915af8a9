/** A cycle that tells of every start. */
import type { Cycle, Eviction, Preemption, WhatIf } from '../../policy.ts';

export class WatchedCycle implements Cycle {
  readonly #cycle: Cycle;
  readonly #onStart: (job: number) => void;

  constructor(cycle: Cycle, onStart: (job: number) => void) {
    this.#cycle = cycle;
    this.#onStart = onStart;
  }

  get now(): number {
    return this.#cycle.now;
  }

  get pending(): Cycle['pending'] {
    return this.#cycle.pending;
  }

  get running(): Cycle['running'] {
    return this.#cycle.running;
  }

  get free(): Cycle['free'] {
    return this.#cycle.free;
  }

  get changed(): Cycle['changed'] {
    return this.#cycle.changed;
  }

  start(job: number, within?: WhatIf): void {
    this.#cycle.start(job, within);
    this.#onStart(job);
  }

  place(job: number, group: number, node: number, tasks: number, bound?: number): void {
    this.#cycle.place(job, group, node, tasks, bound);
  }

  preempt(job: number, preemption: Preemption): void {
    this.#cycle.preempt(job, preemption);
  }

  evict(eviction: Eviction, grace?: number): void {
    this.#cycle.evict(eviction, grace);
  }

  reject(job: number, reason: string): void {
    this.#cycle.reject(job, reason);
  }

  wakeAt(time: number): void {
    this.#cycle.wakeAt(time);
  }

  roomOn(job: number, group: number, node: number): number {
    return this.#cycle.roomOn(job, group, node);
  }

  phaseOf(job: number): number {
    return this.#cycle.phaseOf(job);
  }

  explain(job: number, reason: string): void {
    this.#cycle.explain(job, reason);
  }
}
