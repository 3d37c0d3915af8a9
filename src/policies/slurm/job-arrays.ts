/**
 * Arrays of jobs. The controller looks at one record for all tasks of an array that wait: if the first of them cannot start,
 * none is tried in that pass, and none counts for its depth. Source: Slurm 22.05, job_scheduler.c, _schedule; backfill.c,
 * _attempt_backfill (`reject_array_job`, `test_array_count`); job_mgr.c, job_array_start_test.
 */
import type { Requests } from '../../workload.ts';
import type { QueueRecord } from './job-queue.ts';

const NONE = -1;

export class JobArrays {
  readonly #jobs: Requests;
  /** Tasks of each array that run [count]. */
  readonly #running = new Map<number, number>();

  constructor(jobs: Requests) {
    this.#jobs = jobs;
  }

  /** The array of a job [index]; -1 = it is no task of one. */
  of(job: number): number {
    return this.#jobs.slurm?.arrayOfJob?.[job] ?? NONE;
  }

  started(job: number): void {
    const array = this.of(job);
    if (array !== NONE) this.#running.set(array, (this.#running.get(array) ?? 0) + 1);
  }

  ended(job: number): void {
    const array = this.of(job);
    if (array !== NONE) this.#running.set(array, (this.#running.get(array) ?? 1) - 1);
  }

  /** Whether as many of its tasks run as may (`%4`). */
  isFull(job: number): boolean {
    const array = this.of(job);
    if (array === NONE) return false;
    const limit = this.#jobs.slurm?.arrays[array]?.limit ?? Infinity;
    return (this.#running.get(array) ?? 0) >= limit;
  }

  /** For one pass of a scheduler. */
  walk(): ArrayWalk {
    return new ArrayWalk(this);
  }
}

/** Which array was turned down last in a pass, and how many tasks of one array have been planned. */
export class ArrayWalk {
  readonly #arrays: JobArrays;
  #rejected: QueueRecord | undefined;
  #planned = { array: NONE, tasks: 0 };

  constructor(arrays: JobArrays) {
    this.#arrays = arrays;
  }

  /** The task for which the others of its array, this one among them, are not looked at; undefined if there is none. */
  rejectedFor({ job, partition, reservation }: QueueRecord): number | undefined {
    const array = this.#arrays.of(job);
    const last = this.#rejected;
    if (array === NONE || last === undefined || this.#arrays.of(last.job) !== array) return undefined;
    return last.partition === partition && last.reservation === reservation ? last.job : undefined;
  }

  /** Taken to be turned down until it is said otherwise. */
  consider(record: QueueRecord): void {
    if (this.#arrays.of(record.job) !== NONE) this.#rejected = record;
  }

  /** A job was started. */
  started(): void {
    this.#rejected = undefined;
  }

  /** A task was planned: the next one is looked at, unless that makes `most` of its array. */
  planned(record: QueueRecord, most: number): void {
    const array = this.#arrays.of(record.job);
    if (array === NONE) return;
    const tasks = this.#planned.array === array ? this.#planned.tasks + 1 : 1;
    this.#planned = { array, tasks };
    this.#rejected = tasks < most ? undefined : record;
  }
}
