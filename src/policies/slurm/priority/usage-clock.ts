/**
 * Usage as it grows: of jobs that run at the end of every period, of jobs that end at once.
 * Source: Slurm 22.05, priority_multifactor.c, _decay_thread, _apply_new_usage, priority_p_job_end.
 */
import type { SlurmPriority } from '../../../slurm.ts';
import { nextReset } from './usage-reset.ts';
import type { Charge, Usage } from './usage.ts';

const SECOND = 1000;

interface Run {
  readonly charge: Charge;
  /** [Unix ms] */
  readonly start: number;
}

/** Times are whole seconds [Unix ms]. */
export class UsageClock {
  readonly usage: Usage;
  readonly #running = new Map<number, Run>();
  readonly #resets: SlurmPriority['usageReset'];
  #nextReset: number;
  /** When the last period ended. */
  #last: number;

  /** `began`: when the controller was started, with a period that ended then. */
  constructor(usage: Usage, resets: SlurmPriority['usageReset'], began: number) {
    this.usage = usage;
    this.#resets = resets;
    this.#last = began;
    this.#nextReset = nextReset(resets, began, began);
    if (resets === 'now') usage.reset();
  }

  start(job: number, charge: Charge, now: number): void {
    this.#running.set(job, { charge, start: now });
  }

  finish(job: number, now: number): void {
    this.charge(job, now);
    this.#running.delete(job);
  }

  isRunning(job: number): boolean {
    return this.#running.has(job);
  }

  /** Jobs that run. */
  jobs(): Iterable<number> {
    return this.#running.keys();
  }

  /** Charges what a job has run in this period so far. */
  charge(job: number, now: number): void {
    const run = this.#running.get(job);
    if (run === undefined) return;
    this.usage.charge(Math.max(0, now - Math.max(run.start, this.#last)) / SECOND, run.charge);
  }

  /** The first thing that is done at the end of a period. */
  resetIfDue(now: number): void {
    if (now < this.#nextReset) return;
    this.usage.reset();
    this.#nextReset = nextReset(this.#resets, this.#nextReset, now);
  }

  /** What was used before this period weighs less from now on. */
  decay(now: number): void {
    if (now > this.#last) this.usage.decay((now - this.#last) / SECOND);
  }

  /** All that ran in it has been charged. */
  endPeriod(now: number): void {
    this.#last = now;
  }
}
