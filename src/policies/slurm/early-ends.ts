/**
 * Jobs that have to end before their limit: their reservation is over, or limits of accounts and QoS are used up. The run
 * knows nothing of that, so they are looked for as job_time_limit does, every half a minute. For Slurm they are TIMEOUT.
 * Source: Slurm 22.05, src/slurmctld/job_mgr.c, job_time_limit.
 */
import type { Cycle } from '../../policy.ts';
import type { PlanClock } from './plan-clock.ts';
import type { Running } from './running.ts';

/** PERIODIC_TIMEOUT [ms] */
const SCAN = 30_000;

export interface EarlyEndSettings {
  readonly clock: PlanClock;
  readonly running: Running;
  /** How long it takes until the nodes of a job that was killed are clean [ms]. */
  readonly cleaning: number;
  readonly finish: (job: number) => void;
  /** Why limits end a job that runs; absent if there are none that could. */
  readonly usedUp?: ((job: number) => string | undefined) | undefined;
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

  /** The job that starts now is to be killed from this time on, if it still runs; Infinity = only by limits [Unix ms]. */
  add(cycle: Cycle, job: number, end: number): void {
    if (end < Infinity) this.#ends.set(job, end);
    if (this.#settings.usedUp !== undefined) this.#lookAt(cycle, cycle.now + 1);
    else if (end < Infinity) this.#lookAt(cycle, cycle.now + Math.max(1, end - this.#settings.clock.unix));
  }

  forget(job: number): void {
    this.#ends.delete(job);
  }

  scan(cycle: Cycle): void {
    const { clock, running, usedUp } = this.#settings;
    if (cycle.now < this.#due) return;
    this.#due = Infinity;
    for (const [job, end] of [...this.#ends]) {
      if (end <= clock.unix) this.#kill(cycle, job);
      else this.#lookAt(cycle, cycle.now + end - clock.unix);
    }
    if (usedUp === undefined) return;
    for (const job of [...running.jobs()].sort((a, b) => a - b)) {
      const reason = cycle.running.has(job) ? usedUp(job) : undefined;
      if (reason === undefined) continue;
      cycle.explain(job, `TimeLimit (${reason})`);
      this.#kill(cycle, job);
    }
    for (const _ of running.jobs()) return this.#lookAt(cycle, cycle.now + 1);
  }

  #kill(cycle: Cycle, job: number): void {
    this.#ends.delete(job);
    if (!cycle.running.has(job) || !cycle.running.mayPreempt(job)) return;
    cycle.preempt(job, { how: 'kill', grace: this.#settings.cleaning });
    this.#settings.finish(job);
  }

  /** At the first look from `time` on [ms]. */
  #lookAt(cycle: Cycle, time: number): void {
    this.#due = Math.min(this.#due, Math.ceil(time / SCAN) * SCAN);
    if (this.#due > cycle.now) cycle.wakeAt(this.#due);
  }
}
