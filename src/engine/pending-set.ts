import type { Order, PendingJobs } from '../policy.ts';
import type { Requests } from '../workload.ts';
import { SortedJobs } from './sorted-jobs.ts';

/** The queue, in the order that the policy asks for. */
export class PendingSet implements PendingJobs {
  readonly #sorted: SortedJobs;
  readonly #order: Order | undefined;
  /** As recorded [ms]. */
  readonly #submit: Float64Array;
  #sortedAt = -1;

  constructor(jobs: Requests, count: number, order: Order | undefined) {
    // In submission order the recorded submissions are the keys, until a dependency moves one.
    this.#sorted = new SortedJobs(count, jobs.procs, jobs.walltime, order === undefined ? jobs.submit : undefined);
    this.#order = order;
    this.#submit = jobs.submit;
  }

  get size(): number {
    return this.#sorted.size;
  }

  has(job: number): boolean {
    return this.#sorted.has(job);
  }

  first(): number {
    return this.#sorted.first();
  }

  after(job: number): number {
    return this.#sorted.after(job);
  }

  isBefore(job: number, other: number): boolean {
    return this.#sorted.isBefore(job, other);
  }

  nextWithin(job: number, procs: number, walltime = Infinity, beyond = -1): number {
    return this.#sorted.nextWithin(job, procs, walltime, beyond);
  }

  /** `submitted` is when the job first entered the queue: a job that comes back gets its old place. */
  add(job: number, submitted: number, now: number): void {
    const sorted = this.#sorted;
    const key = this.#order === undefined ? submitted : keyIn(this.#order, job, now);
    if (sorted.key[job] !== key) {
      if (sorted.key === this.#submit) sorted.key = this.#submit.slice();
      sorted.key[job] = key;
    }
    // Rows come in the order of their recorded submissions, so they break ties until a dependency moves one.
    if (submitted !== this.#submit[job]) sorted.secondKey ??= this.#submit.slice();
    if (sorted.secondKey !== undefined) sorted.secondKey[job] = submitted;
    sorted.add(job);
  }

  remove(job: number): void {
    this.#sorted.remove(job);
  }

  /** Sorts anew if the policy's keys vary with time. */
  refresh(now: number): void {
    const order = this.#order;
    if (order?.varies !== true || now === this.#sortedAt) return;
    this.#sortedAt = now;
    this.#sorted.rekey((job) => keyIn(order, job, now));
  }
}

function keyIn(order: Order, job: number, now: number): number {
  const key = order.key(job, now);
  if (Number.isNaN(key)) throw new Error(`the policy's order has no key for job ${job}`);
  return key;
}
