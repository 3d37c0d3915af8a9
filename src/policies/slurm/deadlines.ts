/**
 * --deadline: a job that cannot end by then any more is taken out of the queue when a scheduler looks at it, and one without
 * a limit gets what is left until then. Source: Slurm 22.05, src/slurmctld/job_scheduler.c, deadline_ok, _schedule; backfill.c,
 * _attempt_backfill.
 */
import type { Cycle } from '../../policy.ts';
import { MINUTE } from '../../units.ts';
import type { Requests } from '../../workload.ts';
import type { Partitions } from './partitions.ts';
import type { Scheduling } from './scheduling.ts';

export class Deadlines {
  readonly #deadline: Float64Array | undefined;
  readonly #jobs: Requests;
  readonly #partitions: Partitions;

  constructor(jobs: Requests, partitions: Partitions) {
    this.#deadline = jobs.slurm?.deadline;
    this.#jobs = jobs;
    this.#partitions = partitions;
  }

  /** [ms]; Infinity = none. */
  of(job: number): number {
    const deadline = this.#deadline?.[job] ?? NaN;
    return Number.isNaN(deadline) ? Infinity : deadline;
  }

  /** Takes a job out of the queue that cannot end in time any more. Answers whether it did. */
  drop(cycle: Cycle, job: number): boolean {
    const deadline = this.of(job);
    if (deadline === Infinity || cycle.now + this.#leastOf(job) <= deadline) return false;
    cycle.reject(job, 'DeadLine (it could not end in time any more)');
    return true;
  }

  /** --time-min, or else the limit; a job without either is to have a minute at least [ms]. */
  #leastOf(job: number): number {
    const { rules } = this.#partitions;
    const least = this.#partitions.leastLimitOf(job);
    if (least < Infinity) return least;
    const asked = this.#jobs.walltime[job];
    const { defaultTime } = rules[this.#partitions.of(job)];
    const limit = asked === Infinity && defaultTime < Infinity ? defaultTime : asked;
    return limit === Infinity ? MINUTE : Math.ceil(limit / MINUTE) * MINUTE;
  }

  /** The limit with which the job would start now: whole minutes, and no longer than until its deadline [ms]. */
  limitAt(job: number, now: number): number {
    const left = Math.floor((this.of(job) - now) / MINUTE) * MINUTE;
    const limit = this.#partitions.limitOf(job);
    // A deadline less than a minute away is none for Slurm: 0 minutes are no limit.
    return left > 0 ? Math.min(limit, left) : limit;
  }
}

/** Takes a job that is looked at out of the queue if it is too late for it. Answers whether it did. */
export function dropLate(scheduling: Scheduling, cycle: Cycle, job: number): boolean {
  const { deadlines, limits, reasons, queue, preemption } = scheduling;
  if (!deadlines.drop(cycle, job)) return false;
  limits?.ended(job);
  reasons.forget(job);
  queue.forget(job);
  preemption?.forget(job);
  return true;
}
