/** How many jobs of one owner a backfill cycle looks at, and which of them get no reservation. Source: Slurm 22.05, backfill.c. */
import type { Scheduling } from './scheduling.ts';

export class BackfillLimits {
  readonly #scheduling: Scheduling;
  readonly #seen = new Map<string, number>();

  constructor(scheduling: Scheduling) {
    this.#scheduling = scheduling;
  }

  /** Whether the job is passed over in this cycle: as many of its owner were looked at as may be. */
  forbid(job: number): boolean {
    const { jobs, partitions, parameters } = this.#scheduling;
    const { maxPerPartition, maxPerUser, maxPerAssociation, maxPerUserAndPartition } = parameters.backfill;
    const [user, account, partition] = [jobs.user.code[job], jobs.account.code[job], partitions.of(job)];
    return (
      this.#isFull(`partition ${partition}`, maxPerPartition) ||
      this.#isFull(`user ${user}, partition ${partition}`, maxPerUserAndPartition) ||
      this.#isFull(`user ${user}`, maxPerUser) ||
      this.#isFull(`user ${user}, account ${account}`, maxPerAssociation)
    );
  }

  /** Whether it may only be started at once: too young, too unimportant, or its partition has all its reservations. */
  mayNotReserve(job: number): boolean {
    const { clock, partitions, priorities, requeues, parameters } = this.#scheduling;
    const { minPriorityReserve, minAgeReserve, partitionReservations } = parameters.backfill;
    const threshold = this.#scheduling.limits?.priorityThreshold(job) ?? minPriorityReserve;
    if (priorities.priorityOf(job) < threshold) return true;
    if (minAgeReserve > 0 && clock.now - requeues.eligibleOf(job) < minAgeReserve) return true;
    return this.#isFull(`reservations of partition ${partitions.of(job)}`, partitionReservations);
  }

  /** Counts one more; a limit of 0 is none. */
  #isFull(what: string, limit: number): boolean {
    if (limit === 0) return false;
    const seen = this.#seen.get(what) ?? 0;
    if (seen >= limit) return true;
    this.#seen.set(what, seen + 1);
    return false;
  }
}
