/** The jobs that may start, in the order in which Slurm looks at them. Source: Slurm 22.05, job_scheduler.c, build_job_queue. */
import type { Cycle } from '../../policy.ts';
import type { Requests } from '../../workload.ts';
import type { Demands } from './demand.ts';
import type { JobDemand } from './demand.ts';
import type { Gang } from './gang/gang.ts';
import type { Limits } from './limits/limits.ts';
import type { Partitions } from './partitions.ts';
import { mergeSort } from './preemption/merge-sort.ts';
import type { Preemption } from './preemption/preemption.ts';
import type { Requeues } from './preemption/requeues.ts';
import type { Priorities } from './priorities.ts';
import { NO_RESERVATION } from './reservations/reservations.ts';
import type { Reservations } from './reservations/reservations.ts';
import type { StateReasons } from './state-reasons.ts';

/** Where there are no reservations. */
const NONE = [NO_RESERVATION];

export interface JobQueueParts {
  readonly partitions: Partitions;
  readonly priorities: Priorities;
  readonly demands: Demands;
  readonly requeues: Requeues;
  readonly preemption?: Preemption | undefined;
  readonly limits?: Limits | undefined;
  readonly reasons: StateReasons;
  readonly reservations?: Reservations | undefined;
  readonly gang?: Gang | undefined;
}

/** A job that may start, in one of the partitions that it named. */
export interface QueueRecord {
  readonly job: number;
  /** Index into the partitions. */
  readonly partition: number;
  /** Index into the reservations, or NO_RESERVATION. */
  readonly reservation: number;
}

/** What stands in the order of the queue is looked up once for each record, not with each comparison. */
interface Ranked extends QueueRecord {
  readonly tier: number;
  readonly priority: number;
  /** [ms] */
  readonly submitted: number;
}

export class JobQueue {
  readonly #parts: JobQueueParts;
  readonly #jobs: Requests;
  /** Of each job that waits: by the partitions that it was looked at in. */
  readonly #known: (JobDemand[] | undefined)[];
  /** Of each job and partition: 1 where neither what it asks for nor limits of the partition keep it back, which stays so. */
  readonly #isClear: Uint8Array;

  constructor(jobs: Requests, parts: JobQueueParts) {
    this.#jobs = jobs;
    this.#parts = parts;
    this.#known = new Array<JobDemand[] | undefined>(jobs.user.code.length).fill(undefined);
    this.#isClear = new Uint8Array(jobs.user.code.length * parts.partitions.rules.length);
  }

  /** In the partition that it is looked at in. */
  demandOf(job: number): JobDemand {
    const partition = this.#parts.partitions.of(job);
    return ((this.#known[job] ??= [])[partition] ??= this.#parts.demands.of(job, partition));
  }

  forget(job: number): void {
    this.#known[job] = undefined;
  }

  #key(job: number, partition: number): number {
    return job * this.#parts.partitions.rules.length + partition;
  }

  /**
   * Those that nothing but resources and others before them keeps back; for the rest it says why. Backfill measures jobs by
   * their --time-min, as that is what it plans them with.
   */
  build(cycle: Cycle, by: 'limit' | 'time-min' = 'limit'): QueueRecord[] {
    const { partitions, preemption, reasons } = this.#parts;
    const records: Ranked[] = [];
    preemption?.beginWalk();
    for (let job = cycle.pending.first(); job >= 0; job = cycle.pending.after(job)) {
      if (this.#parts.gang?.isWaiting(job) === true) continue;
      let reason: string | undefined;
      const before = records.length;
      const least = by === 'limit' || partitions.isShortened(job) ? Infinity : partitions.leastLimitOf(job);
      if (least < partitions.askedOf(job)) partitions.shorten(job, least);
      for (const partition of partitions.allOf(job)) {
        partitions.lookIn(job, partition);
        for (const reservation of this.#parts.reservations?.allOf(job) ?? NONE) {
          this.#parts.reservations?.lookIn(job, reservation);
          const objection = this.#objection(job, cycle.now);
          if (objection === undefined) records.push(this.#ranked(job, partition, reservation));
          else reason = objection;
        }
      }
      if (least < Infinity) partitions.lengthen(job);
      if (records.length > before) reasons.release(job);
      else if (reason !== undefined) reasons.keep(cycle, job, reason);
    }
    const tiersDecide = preemption?.rules.precedesByTier !== false && this.#parts.reservations === undefined;
    return preemption === undefined || tiersDecide
      ? records.sort(compare)
      : mergeSort(records, (a, b) => comparePreempting(preemption, a, b));
  }

  /** When the next of the waiting jobs may begin that asked for a time, or was requeued [ms]; Infinity if there is none. */
  nextBegin(cycle: Cycle): number {
    const { requeues } = this.#parts;
    let next = Infinity;
    if (this.#jobs.slurm?.begin === undefined && requeues.isEmpty) return next;
    for (let job = cycle.pending.first(); job >= 0; job = cycle.pending.after(job)) {
      const begin = requeues.beginOf(job);
      if (begin > cycle.now) next = Math.min(next, begin);
    }
    return next;
  }

  #objection(job: number, now: number): string | undefined {
    const { priorities, partitions, requeues, limits, reservations } = this.#parts;
    if (priorities.priorityOf(job) === 0) return 'JobHeldUser';
    if (requeues.beginOf(job) > now) return 'BeginTime';
    const reserved = reservations?.objection(job);
    if (reserved !== undefined) return reserved;
    const key = this.#key(job, partitions.of(job));
    // What is true of its --time-min is true for backfill only.
    const isShortened = partitions.isShortened(job);
    if (!isShortened && this.#isClear[key] === 1) return undefined;
    const demand = this.demandOf(job);
    const objection =
      demand.trouble ?? (limits === undefined ? partitions.objection(job, demand.minNodes) : limits.objection(job));
    if (!isShortened && objection === undefined) this.#isClear[key] = 1;
    return objection;
  }

  #ranked(job: number, partition: number, reservation: number): Ranked {
    const { partitions, priorities, requeues } = this.#parts;
    const { tier } = partitions.rules[partition];
    const priority = priorities.priorityOf(job, partition);
    return { job, partition, reservation, tier, priority, submitted: requeues.submitOf(job) };
  }
}

/** Who could preempt stands before whom it could preempt; of all others, the usual order. */
function comparePreempting({ rules }: Preemption, a: Ranked, b: Ranked): number {
  if (rules.precedes(a, b)) return -1;
  return rules.precedes(b, a) ? 1 : compare(a, b);
}

/** Those in reservations first; then tier of the partition, priority, submission, id. */
function compare(a: Ranked, b: Ranked): number {
  const outside = Number(a.reservation === NO_RESERVATION) - Number(b.reservation === NO_RESERVATION);
  if (outside !== 0) return outside;
  return b.tier - a.tier || b.priority - a.priority || a.submitted - b.submitted || a.job - b.job;
}
