/** How many jobs of one owner a backfill cycle looks at, and which of them get no reservation. Source: Slurm 22.05, backfill.c. */
import type { Scheduling } from './scheduling.ts';

export class BackfillLimits {
  readonly #scheduling: Scheduling;
  readonly #seen = new Map<string, number>();

  constructor(scheduling: Scheduling) {
    this.#scheduling = scheduling;
  }

  /** Whether the job is passed over in this cycle: as many of its owner were looked at as may be. If not, it counts. */
  forbid(job: number): boolean {
    const { jobs, partitions, parameters, reservations } = this.#scheduling;
    const { maxPerPartition, maxPerUser, maxPerAssociation, maxPerUserAndPartition } = parameters.backfill;
    const [user, account, partition] = [jobs.user.code[job], jobs.account.code[job], partitions.of(job)];
    const limits = [
      [`partition ${partition}`, maxPerPartition],
      [`user ${user}, partition ${partition}`, maxPerUserAndPartition],
      [`user ${user}`, maxPerUser],
      [`user ${user}, account ${account}`, maxPerAssociation],
    ] as const;
    if (limits.some(([owner, limit]) => this.#isFull(owner, limit))) return true;
    if (reservations?.isDrawn(job) === true) return false;
    for (const [owner, limit] of limits) this.#count(owner, limit);
    return false;
  }

  /** Whether it may only be started at once: too young, too unimportant, or its partition has all its reservations. */
  mayNotReserve(job: number): boolean {
    const { clock, requeues, priorities, parameters } = this.#scheduling;
    const { minPriorityReserve, minAgeReserve, partitionReservations } = parameters.backfill;
    const threshold = this.#scheduling.limits?.priorityThreshold(job) ?? minPriorityReserve;
    if (priorities.priorityOf(job) < threshold) return true;
    if (minAgeReserve > 0 && clock.now - requeues.eligibleOf(job) < minAgeReserve) return true;
    return this.#isFull(this.#reservationsOf(job), partitionReservations);
  }

  /** The job gets a reservation. */
  reserve(job: number): void {
    this.#count(this.#reservationsOf(job), this.#scheduling.parameters.backfill.partitionReservations);
  }

  #reservationsOf(job: number): string {
    return `reservations of partition ${this.#scheduling.partitions.of(job)}`;
  }

  /** A limit of 0 is none. */
  #isFull(what: string, limit: number): boolean {
    return limit > 0 && (this.#seen.get(what) ?? 0) >= limit;
  }

  #count(what: string, limit: number): void {
    if (limit > 0) this.#seen.set(what, (this.#seen.get(what) ?? 0) + 1);
  }
}
