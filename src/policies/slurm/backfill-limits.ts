/** How many jobs of one owner a backfill cycle looks at, and which of them get no reservation. Source: Slurm 22.05, backfill.c. */
import type { Scheduling } from './scheduling.ts';

/** What has been counted for each owner, up to a limit; a limit of 0 is none. */
class Count {
  readonly #limit: number;
  readonly #of = new Map<number, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  isFull(owner: number): boolean {
    return this.#limit > 0 && (this.#of.get(owner) ?? 0) >= this.#limit;
  }

  add(owner: number): void {
    if (this.#limit > 0) this.#of.set(owner, (this.#of.get(owner) ?? 0) + 1);
  }
}

export class BackfillLimits {
  readonly #scheduling: Scheduling;
  readonly #users: Count;
  readonly #partitions: Count;
  readonly #associations: Count;
  readonly #usersInPartitions: Count;
  /** Reservations of each partition. */
  readonly #reservations: Count;

  constructor(scheduling: Scheduling) {
    const { backfill } = scheduling.parameters;
    this.#scheduling = scheduling;
    this.#users = new Count(backfill.maxPerUser);
    this.#partitions = new Count(backfill.maxPerPartition);
    this.#associations = new Count(backfill.maxPerAssociation);
    this.#usersInPartitions = new Count(backfill.maxPerUserAndPartition);
    this.#reservations = new Count(backfill.partitionReservations);
  }

  /** Whether the job is passed over in this cycle: as many of its owner were looked at as may be. If not, it counts. */
  forbid(job: number): boolean {
    const { jobs, partitions, reservations } = this.#scheduling;
    const [user, partition] = [jobs.user.code[job], partitions.of(job)];
    // Codes begin at -1, which is nobody.
    const association = (user + 1) * (jobs.account.names.length + 1) + jobs.account.code[job] + 1;
    const userInPartition = (user + 1) * partitions.rules.length + partition;
    if (this.#partitions.isFull(partition) || this.#users.isFull(user)) return true;
    if (this.#usersInPartitions.isFull(userInPartition) || this.#associations.isFull(association)) return true;
    if (reservations?.isDrawn(job) === true) return false;
    this.#partitions.add(partition);
    this.#users.add(user);
    this.#usersInPartitions.add(userInPartition);
    this.#associations.add(association);
    return false;
  }

  /** Whether it may only be started at once: too young, too unimportant, or its partition has all its reservations. */
  mayNotReserve(job: number): boolean {
    const { clock, requeues, priorities, parameters, partitions, limits } = this.#scheduling;
    const { minPriorityReserve, minAgeReserve } = parameters.backfill;
    const threshold = limits?.priorityThreshold(job) ?? minPriorityReserve;
    if (threshold > 0 && priorities.priorityOf(job) < threshold) return true;
    if (minAgeReserve > 0 && clock.now - requeues.eligibleOf(job) < minAgeReserve) return true;
    return this.#reservations.isFull(partitions.of(job));
  }

  /** The job gets a reservation. */
  reserve(job: number): void {
    this.#reservations.add(this.#scheduling.partitions.of(job));
  }
}
