/** Jobs that are back in the queue after a run that was broken off. Source: Slurm 22.05, job_mgr.c, batch_requeue_fini. */
import type { Requests } from '../../../workload.ts';

const SECOND = 1000;

export class Requeues {
  readonly #jobs: Requests;
  readonly #delay: number;
  readonly #since = new Map<number, number>();

  /** `delay`: how long a job that was requeued waits at least [ms]. */
  constructor(jobs: Requests, delay: number) {
    this.#jobs = jobs;
    // The credential of its next run must not be taken for one of the last: it has to be a second past its life.
    this.#delay = delay + SECOND;
  }

  get isEmpty(): boolean {
    return this.#since.size === 0;
  }

  /** The job is in the queue again, as if it had been submitted now. */
  add(job: number, now: number): void {
    this.#since.set(job, now);
  }

  /** When the job was submitted, or requeued last [ms]. */
  submitOf(job: number): number {
    return this.#since.get(job) ?? this.#jobs.submit[job];
  }

  /** When it may begin [ms]; NaN = at once. */
  beginOf(job: number): number {
    const since = this.#since.get(job);
    const asked = this.#jobs.slurm?.begin?.[job] ?? NaN;
    return since === undefined || asked > since ? asked : since + this.#delay;
  }

  /** Since when nothing but resources has kept it back, as far as time goes [ms]. */
  eligibleOf(job: number): number {
    const begin = this.beginOf(job);
    return Number.isNaN(begin) ? this.submitOf(job) : Math.max(begin, this.submitOf(job));
  }
}
