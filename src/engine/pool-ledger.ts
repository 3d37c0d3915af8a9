import { mostTasks } from '../workload.ts';
import type { Requests } from '../workload.ts';
import type { Eviction, WhatIf } from '../policy.ts';
import type { Ledger } from './ledger.ts';

/** What a job holds. Values of `PoolLedger.#held`. */
const NOTHING = 0;
const ALL = 1;
const SUSPENDED = 2;
/** Some tasks, bound one by one; how many stands in `#partial`. */
const PARTIAL = 3;

/** The books of a pool of interchangeable processors: one number, and who holds something. */
export class PoolLedger implements Ledger {
  readonly countsOnly = true;
  readonly #jobs: Requests;
  readonly #capacity: number;
  readonly #held: Uint8Array;
  /** Tasks of each group of jobs that were bound one by one [count]; kept while they are suspended. */
  readonly #partial = new Map<number, number[]>();
  procs: number;
  up: number;
  /** No job before this row holds anything. */
  #lowest = 0;

  constructor(jobs: Requests, count: number, capacity: number) {
    this.#jobs = jobs;
    this.#capacity = capacity;
    this.#held = new Uint8Array(count);
    this.procs = capacity;
    this.up = capacity;
  }

  possible(job: number): boolean {
    return this.#jobs.procs[job] <= this.#capacity;
  }

  whyImpossible(job: number): string {
    return `it needs ${this.#jobs.procs[job]} processors, and there are ${this.#capacity}`;
  }

  fits(job: number, within?: WhatIf): boolean {
    const needs = this.#jobs.procs[job];
    return needs <= this.procs && (within === undefined || needs <= within.procs);
  }

  take(job: number, within?: WhatIf): void {
    const held = this.#held[job];
    if (held !== NOTHING && held !== SUSPENDED) throw new Error(`job ${job} already holds processors`);
    within?.take(job);
    const bound = this.#partial.size === 0 ? undefined : this.#partial.get(job);
    this.#takeProcs(job, bound ? this.#procsOf(job, bound) : this.#jobs.procs[job]);
    this.#held[job] = bound ? PARTIAL : ALL;
    if (job < this.#lowest) this.#lowest = job;
  }

  put(job: number, group: number, _node: number, tasks: number): void {
    const { firstGroup } = this.#jobs;
    if (this.#held[job] !== NOTHING && this.#held[job] !== PARTIAL)
      throw new Error(`job ${job} already holds all its processors`);
    const before = this.#partial.get(job) ?? new Array<number>(firstGroup[job + 1] - firstGroup[job]).fill(0);
    const has = group in before ? mostTasks(this.#jobs, firstGroup[job] + group) : 0;
    if (!(Number.isInteger(tasks) && tasks >= 1 && tasks <= has - before[group])) {
      const state = `it has ${has}, of which ${before[group] ?? 0} are bound`;
      throw new Error(`job ${job} cannot bind ${tasks} more tasks of group ${group}: ${state}`);
    }
    const after = before.with(group, before[group] + tasks);
    // Whole processors, rounded up over all tasks, as those of whole jobs are.
    this.#takeProcs(job, this.#procsOf(job, after) - this.#procsOf(job, before));
    this.#partial.set(job, after);
    this.#held[job] = PARTIAL;
    if (job < this.#lowest) this.#lowest = job;
  }

  /** All processors are alike: a node is not told from another. */
  takeOff({ job, group, tasks }: Eviction): void {
    const before = this.#tasksOf(job);
    if (this.#held[job] === SUSPENDED || !(tasks >= 1 && tasks <= (before[group] ?? 0))) {
      throw new Error(`cannot take ${tasks} tasks of group ${group} off job ${job}: it holds ${before[group] ?? 0}`);
    }
    const after = before.with(group, before[group] - tasks);
    this.procs += this.#procsOf(job, before) - this.#procsOf(job, after);
    const isEmpty = after.every((count) => count === 0);
    this.#held[job] = isEmpty ? NOTHING : PARTIAL;
    if (isEmpty) this.#partial.delete(job);
    else this.#partial.set(job, after);
  }

  roomOn(job: number, group: number): number {
    const { firstGroup, groupRequest, requests } = this.#jobs;
    return Math.floor((this.procs * 1000) / requests[groupRequest[firstGroup[job] + group]].cpu);
  }

  tasksOn(job: number, group: number): number {
    return this.#tasksOf(job)[group] ?? 0;
  }

  spare(job: number, group: number): number {
    return this.tasksOn(job, group) - this.#jobs.groupMinimum[this.#jobs.firstGroup[job] + group];
  }

  holds(job: number): boolean {
    return this.#held[job] !== NOTHING;
  }

  ready(job: number): boolean {
    if (this.#held[job] !== PARTIAL) return this.#held[job] === ALL;
    const { firstGroup, groupMinimum } = this.#jobs;
    return this.#partial.get(job)!.every((tasks, group) => tasks >= groupMinimum[firstGroup[job] + group]);
  }

  give(job: number): void {
    const held = this.#held[job];
    if (held === NOTHING) throw new Error(`job ${job} gives back processors that it does not hold`);
    this.procs += this.#holds(job);
    this.#held[job] = NOTHING;
    if (this.#partial.size > 0) this.#partial.delete(job);
  }

  suspend(job: number): void {
    if (!this.ready(job)) throw new Error(`job ${job} cannot be suspended: it does not hold what it needs to run`);
    this.procs += this.#holds(job);
    this.#held[job] = SUSPENDED;
  }

  /**
   * Processors have no identity here, so "the job on processor n" is a convention: jobs lie side by side in the
   * order of their rows. A processor drawn evenly then hits each job in proportion to its size.
   */
  holders(node: number, into: number[]): void {
    if (this.up === 0) return;
    while (this.#lowest < this.#held.length && this.#held[this.#lowest] === NOTHING) this.#lowest++;
    let processor = node % this.up;
    for (let job = this.#lowest; job < this.#held.length; job++) {
      processor -= this.#holds(job);
      if (processor < 0) {
        into.push(job);
        return;
      }
    }
  }

  nodeDown(node: number): boolean {
    if (this.procs < 1) throw new Error(`processor ${node} goes down, but none of the ${this.up} that are up is free`);
    this.procs--;
    this.up--;
    return true;
  }

  nodeUp(): boolean {
    this.procs++;
    this.up++;
    return true;
  }

  eachPart(): void {}

  copy(): WhatIf {
    return new PoolWhatIf(this.#jobs, this.procs);
  }

  audit(): void {
    let held = 0;
    for (let job = 0; job < this.#held.length; job++) held += this.#holds(job);
    if (held + this.procs !== this.up || this.procs < 0 || this.up > this.#capacity) {
      throw new Error(`the books do not agree: ${held} processors held, ${this.procs} free, ${this.up} up of ${this.#capacity}`);
    }
  }

  /** Tasks of each group that the job holds [count]. */
  #tasksOf(job: number): readonly number[] {
    const { firstGroup, groupTasks } = this.#jobs;
    const bound = this.#partial.get(job);
    if (bound !== undefined) return bound;
    const all = Array.from(groupTasks.subarray(firstGroup[job], firstGroup[job + 1]));
    return this.#held[job] === NOTHING ? all.fill(0) : all;
  }

  #holds(job: number): number {
    const held = this.#held[job];
    if (held === NOTHING || held === SUSPENDED) return 0;
    return held === ALL ? this.#jobs.procs[job] : this.#procsOf(job, this.#partial.get(job)!);
  }

  #procsOf(job: number, tasks: readonly number[]): number {
    const { firstGroup, groupRequest, requests } = this.#jobs;
    let millicores = 0;
    for (let group = 0; group < tasks.length; group++) {
      millicores += tasks[group] * requests[groupRequest[firstGroup[job] + group]].cpu;
    }
    return Math.ceil(millicores / 1000);
  }

  #takeProcs(job: number, procs: number): void {
    if (procs > this.procs) throw new Error(`job ${job} cannot start: it needs ${procs} processors, ${this.procs} are free`);
    this.procs -= procs;
  }
}

/** A number of free processors to try things on. */
export class PoolWhatIf implements WhatIf {
  readonly #jobs: Requests;
  procs: number;

  constructor(jobs: Requests, procs: number) {
    this.#jobs = jobs;
    this.procs = procs;
  }

  fits(job: number, within?: WhatIf): boolean {
    const needs = this.#jobs.procs[job];
    return needs <= this.procs && (within === undefined || needs <= within.procs);
  }

  take(job: number): void {
    if (!this.fits(job))
      throw new Error(`job ${job} does not fit: it needs ${this.#jobs.procs[job]} processors, ${this.procs} are free`);
    this.procs -= this.#jobs.procs[job];
  }

  give(job: number): void {
    this.procs += this.#jobs.procs[job];
  }

  reserve(job: number): WhatIf {
    return new PoolWhatIf(this.#jobs, this.procs - this.#jobs.procs[job]);
  }

  copy(): WhatIf {
    return new PoolWhatIf(this.#jobs, this.procs);
  }
}
