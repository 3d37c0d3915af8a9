/**
 * What running jobs may still use of their limits, for limits of resources times time. With priority/multifactor that shrinks
 * at the end of each period; with priority/basic a job takes all of it away when it ends, and from the QoS of its partition
 * nothing. Times are [s]. Source: Slurm 22.05, priority_multifactor.c, _apply_new_usage; priority_basic.c, priority_p_job_end.
 */
import type { Amounts } from './limit-set.ts';
import type { JobStanding } from './job-standing.ts';
import type { Usage } from './usage.ts';

export interface Run {
  readonly standing: JobStanding;
  readonly amounts: Amounts;
  readonly nodes: readonly number[];
  readonly start: number;
  /** When its limit is used up. */
  readonly limit: number;
}

export class Promises {
  readonly #hasPeriods: boolean;
  readonly #runs = new Map<number, Run>();
  /** When the last period ended. */
  #last = -Infinity;

  /** `hasPeriods`: not with priority/basic. */
  constructor(hasPeriods: boolean) {
    this.#hasPeriods = hasPeriods;
  }

  begin(job: number, run: Run): void {
    this.#runs.set(job, run);
    this.#change(run, run.limit - run.start);
  }

  /** The last period has ended at this time; it may be one that was told before. */
  endPeriod(now: number): void {
    if (!(now > this.#last) || now === Infinity) return;
    for (const run of this.#runs.values()) {
      const from = Math.max(run.start, this.#last);
      if (from < run.limit) this.#change(run, -Math.max(0, Math.min(now, run.limit) - from));
    }
    this.#last = now;
  }

  /** Undefined if the job does not run. */
  of(job: number): Run | undefined {
    return this.#runs.get(job);
  }

  /** Undefined if the job did not run. */
  end(job: number): Run | undefined {
    const run = this.#runs.get(job);
    if (run === undefined) return undefined;
    this.#runs.delete(job);
    if (this.#hasPeriods) {
      const from = Math.max(run.start, this.#last);
      if (from < run.limit) this.#change(run, -(run.limit - from));
      return run;
    }
    // UsageFactor is not heeded here, nor is the QoS of the partition.
    const { own, associations } = run.standing;
    const owners: readonly { readonly usage: Usage }[] = own === undefined ? associations : [own, ...associations];
    for (const { usage } of owners) usage.promise(run.amounts, -(run.limit - run.start));
    return run;
  }

  #change({ standing: { qos, associations, usageFactor }, amounts }: Run, seconds: number): void {
    for (const { usage } of qos) usage.promise(amounts, seconds * usageFactor);
    for (const { usage } of associations) usage.promise(amounts, seconds * usageFactor);
  }
}
