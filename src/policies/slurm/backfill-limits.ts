/** How many jobs of one owner a backfill cycle looks at, and which of them get no reservation. Source: Slurm 22.05, backfill.c. */
import type { Scheduling } from './scheduling.ts';
import type { Share } from './share.ts';

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

  /** QoS that let no more of their jobs start before some time, as far as this cycle has found [Unix ms]. */
  readonly #blockedUntil = new Map<string, number>();

  constructor(scheduling: Scheduling) {
    const { backfill } = scheduling.parameters;
    this.#scheduling = scheduling;
    this.#users = new Count(backfill.maxPerUser);
    this.#partitions = new Count(backfill.maxPerPartition);
    this.#associations = new Count(backfill.maxPerAssociation);
    this.#usersInPartitions = new Count(backfill.maxPerUserAndPartition);
    this.#reservations = new Count(backfill.partitionReservations);
  }

  /** Whether as many jobs of its owner were looked at in this cycle as may be. */
  isFull(job: number, partition: number): boolean {
    const { jobs, partitions } = this.#scheduling;
    const user = jobs.user.code[job];
    if (this.#partitions.isFull(partition) || this.#users.isFull(user)) return true;
    const userInPartition = (user + 1) * partitions.rules.length + partition;
    return this.#usersInPartitions.isFull(userInPartition) || this.#associations.isFull(this.#associationOf(job));
  }

  /** Whether the job is passed over in this cycle for that. If not, it counts. */
  forbid(job: number): boolean {
    const { jobs, partitions, reservations } = this.#scheduling;
    const [user, partition] = [jobs.user.code[job], partitions.of(job)];
    if (this.isFull(job, partition)) return true;
    if (reservations?.isDrawn(job) === true) return false;
    this.#partitions.add(partition);
    this.#users.add(user);
    this.#usersInPartitions.add((user + 1) * partitions.rules.length + partition);
    this.#associations.add(this.#associationOf(job));
    return false;
  }

  /** By user and account. Codes begin at -1, which is nobody. */
  #associationOf(job: number): number {
    const { user, account } = this.#scheduling.jobs;
    return (user.code[job] + 1) * (account.names.length + 1) + account.code[job] + 1;
  }

  /** Limits that it would break then, as they stand now, and NoReserve of its QoS leave a job without a reservation. */
  mayReserve(job: number, shares: readonly Share[]): boolean {
    const { limits, queue, partitions, reservations, parameters } = this.#scheduling;
    // A reservation that only draws the job has its nodes for it anyway.
    if (reservations?.isDrawn(job) === true) return false;
    if (limits === undefined) return true;
    if (!parameters.main.associationStop) {
      const given = { shares, whole: queue.demandOf(job).whole, partition: partitions.of(job) };
      if (limits.onNodes(job, given) !== undefined) return false;
    }
    return !limits.mayNotReserve(job);
  }

  /** Whether it may only be started at once: too young, too unimportant, or its partition has all its reservations. */
  mayNotReserve(job: number): boolean {
    const { clock, requeues, priorities, parameters, partitions } = this.#scheduling;
    const { minAgeReserve } = parameters.backfill;
    const threshold = this.#thresholdOf(job);
    if (threshold > 0 && priorities.priorityOf(job) < threshold) return true;
    if (minAgeReserve > 0 && clock.now - requeues.eligibleOf(job) < minAgeReserve) return true;
    return this.#reservations.isFull(partitions.of(job));
  }

  /** Below this priority it may only be started at once; 0 = there is no such limit. */
  #thresholdOf(job: number): number {
    const { limits, parameters } = this.#scheduling;
    return limits?.priorityThreshold(job) ?? parameters.backfill.minPriorityReserve;
  }

  /** Whether what is said of the job here may be another when priorities have been computed anew, though nobody came or went. */
  changesWithPeriod(job: number): boolean {
    return this.#scheduling.limits?.isLimited(job) === true || this.#thresholdOf(job) > 0;
  }

  /** The job gets a reservation. */
  reserve(job: number): void {
    this.#reservations.add(this.#scheduling.partitions.of(job));
  }

  /** With assoc_limit_stop, from when on the QoS of a job may let it start. */
  unblockedFrom(job: number, now: number): number {
    if (this.#blockedUntil.size === 0) return now;
    const qos = this.#scheduling.limits?.qosOf(job) ?? [];
    return Math.max(now, ...qos.map((name) => this.#blockedUntil.get(name) ?? 0));
  }

  /** A limit keeps the job back, until this time at a guess: others of a QoS that is used up are looked at from then on. */
  block(job: number, reason: string | undefined, until: number): number {
    const qos = this.#scheduling.limits?.blockingQos(job, reason ?? '');
    if (qos !== undefined) this.#blockedUntil.set(qos, Math.max(until, this.#blockedUntil.get(qos) ?? 0));
    return until;
  }
}
