/**
 * Makes jobs give their nodes back: at once, or after their grace time, which is looked at every half a minute.
 * Source: Slurm 22.05, src/slurmctld/preempt.c, slurm_job_preempt; job_mgr.c, job_time_limit.
 */
import type { Cycle } from '../../../policy.ts';
import type { Allocation, Running } from '../running.ts';
import type { PlanClock } from '../plan-clock.ts';

/** PERIODIC_TIMEOUT: graces and limits are looked at this often [ms]. */
const SCAN = 30_000;

export interface StopSettings {
  readonly running: Running;
  readonly clock: PlanClock;
  /** How long it takes until the nodes of a job that was killed are clean [ms]. */
  readonly cleaning: number;
  readonly graceOf: (victim: Allocation) => number;
  readonly mayRequeue: (victim: Allocation) => boolean;
  /** Told of jobs that are being killed: their resources are theirs no more. */
  readonly finish: (job: number) => void;
}

export class Stops {
  readonly #settings: StopSettings;
  /** Jobs in their grace time. */
  readonly #graces = new Set<number>();
  readonly #killed = new Set<number>();
  /** When graces are looked at next [ms]. */
  #due = Infinity;

  constructor(settings: StopSettings) {
    this.#settings = settings;
  }

  /** The job is to go. Within its grace time, nothing more happens. */
  stop(cycle: Cycle, victim: Allocation): void {
    const { running, clock, graceOf } = this.#settings;
    const { job, end } = victim;
    if (this.#graces.has(job)) {
      if (clock.unix >= end) this.#kill(cycle, victim);
      return;
    }
    const grace = graceOf(victim);
    running.endBy(job, clock.unix + grace);
    if (grace === 0) return this.#kill(cycle, victim);
    this.#graces.add(job);
    this.#scanAt(cycle, cycle.now + grace);
  }

  /** Kills those whose grace time is over, if it is time to look. */
  scan(cycle: Cycle): void {
    if (cycle.now < this.#due) return;
    this.#due = Infinity;
    for (const job of [...this.#graces]) {
      const victim = this.#settings.running.of(job);
      if (victim === undefined) this.#graces.delete(job);
      else if (this.#settings.clock.unix >= victim.end) this.#kill(cycle, victim);
    }
    if (this.#graces.size > 0) this.#scanAt(cycle, cycle.now + 1);
  }

  /** Whether the job that has ended was killed by a preemption; asked once. */
  forget(job: number): boolean {
    this.#graces.delete(job);
    return this.#killed.delete(job);
  }

  #kill(cycle: Cycle, victim: Allocation): void {
    const { job } = victim;
    const { cleaning, mayRequeue, finish } = this.#settings;
    this.#graces.delete(job);
    // It may have come to its end meanwhile.
    if (!cycle.running.mayPreempt(job)) return;
    cycle.preempt(job, { how: mayRequeue(victim) ? 'requeue' : 'cancel', grace: cleaning });
    this.#killed.add(job);
    finish(job);
  }

  /** At the first look from `time` on [ms]. */
  #scanAt(cycle: Cycle, time: number): void {
    this.#due = Math.min(this.#due, Math.ceil(time / SCAN) * SCAN);
    cycle.wakeAt(this.#due);
  }
}
