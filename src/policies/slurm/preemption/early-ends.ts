/**
 * Jobs that have to end before the limit that they asked for: their reservation is over, or backfill has shortened it. The
 * run knows nothing of that, so they are looked for as job_time_limit does, every half a minute.
 * Departs from Slurm in that such a job is cancelled here, where Slurm says TIMEOUT.
 * Source: Slurm 22.05, src/slurmctld/job_mgr.c, job_time_limit.
 */
import type { Cycle } from '../../../policy.ts';
import type { PlanClock } from '../plan-clock.ts';

/** PERIODIC_TIMEOUT [ms] */
const SCAN = 30_000;

export interface EarlyEndSettings {
  readonly clock: PlanClock;
  /** How long it takes until the nodes of a job that was killed are clean [ms]. */
  readonly cleaning: number;
  readonly finish: (job: number) => void;
}

export class EarlyEnds {
  readonly #settings: EarlyEndSettings;
  /** When each of them is over [Unix ms]. */
  readonly #ends = new Map<number, number>();
  /** When they are looked at next [ms]. */
  #due = Infinity;

  constructor(settings: EarlyEndSettings) {
    this.#settings = settings;
  }

  /** The job that starts now is to be killed from this time on, if it still runs [Unix ms]. */
  add(cycle: Cycle, job: number, end: number): void {
    this.#ends.set(job, Math.min(end, this.#ends.get(job) ?? Infinity));
    this.#lookAt(cycle, cycle.now + Math.max(1, end - this.#settings.clock.unix));
  }

  forget(job: number): void {
    this.#ends.delete(job);
  }

  scan(cycle: Cycle): void {
    if (cycle.now < this.#due) return;
    this.#due = Infinity;
    for (const [job, end] of [...this.#ends]) {
      if (end <= this.#settings.clock.unix) this.#kill(cycle, job);
      else this.#lookAt(cycle, cycle.now + end - this.#settings.clock.unix);
    }
  }

  #kill(cycle: Cycle, job: number): void {
    this.#ends.delete(job);
    if (!cycle.running.has(job) || !cycle.running.mayPreempt(job)) return;
    cycle.preempt(job, { how: 'cancel', grace: this.#settings.cleaning });
    this.#settings.finish(job);
  }

  /** At the first look from `time` on [ms]. */
  #lookAt(cycle: Cycle, time: number): void {
    this.#due = Math.min(this.#due, Math.ceil(time / SCAN) * SCAN);
    if (this.#due > cycle.now) cycle.wakeAt(this.#due);
  }
}
