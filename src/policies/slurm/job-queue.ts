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
import { StandingRecords } from './standing-records.ts';
import type { QueueRecord, Ranked } from './standing-records.ts';
import type { StateReasons } from './state-reasons.ts';

export type { QueueRecord } from './standing-records.ts';

/** Where there are no reservations. */
const NONE = [NO_RESERVATION];

export interface JobQueueParts {
  readonly partitions: Partitions;
  readonly priorities: Priorities;
  readonly demands: Pick<Demands, 'of'>;
  readonly requeues: Requeues;
  readonly preemption?: Preemption | undefined;
  readonly limits?: Limits | undefined;
  readonly reasons: StateReasons;
  readonly reservations?: Reservations | undefined;
  readonly gang?: Gang | undefined;
}

export class JobQueue {
  readonly #parts: JobQueueParts;
  readonly #jobs: Requests;
  /** Of each job that waits: by the partitions that it was looked at in. */
  readonly #known: (JobDemand[] | undefined)[];
  /** Of each job and partition: 1 where neither what it asks for nor limits of the partition keep it back, which stays so. */
  readonly #isClear: Uint8Array;
  /** Absent where the order depends on who is compared with whom, or on the time. */
  readonly #standing?: StandingRecords;

  constructor(jobs: Requests, parts: JobQueueParts) {
    this.#jobs = jobs;
    this.#parts = parts;
    this.#known = new Array<JobDemand[] | undefined>(jobs.user.code.length).fill(undefined);
    this.#isClear = new Uint8Array(jobs.user.code.length * parts.partitions.rules.length);
    const { preemption, reservations, gang, priorities } = parts;
    if (preemption?.rules.precedesByTier === false || reservations !== undefined || gang !== undefined) return;
    const priorityOf = ({ job, partition }: QueueRecord) => priorities.priorityOf(job, partition);
    this.#standing = new StandingRecords(jobs.user.code.length, compare, priorityOf);
  }

  /** In the partition that it is looked at in. */
  demandOf(job: number): JobDemand {
    const partition = this.#parts.partitions.of(job);
    return ((this.#known[job] ??= [])[partition] ??= this.#parts.demands.of(job, partition));
  }

  forget(job: number): void {
    this.#known[job] = undefined;
    this.#standing?.forget(job);
  }

  /** Priorities have changed. */
  reorder(): void {
    this.#standing?.reorder();
  }

  #key(job: number, partition: number): number {
    return job * this.#parts.partitions.rules.length + partition;
  }

  /**
   * Those that nothing but resources and others before them keeps back; for the rest it says why. Backfill measures jobs by
   * their --time-min, as that is what it plans them with.
   */
  build(cycle: Cycle, by: 'limit' | 'time-min' = 'limit'): readonly QueueRecord[] {
    const { preemption } = this.#parts;
    this.#parts.priorities.beginAges?.(cycle.now);
    preemption?.beginWalk();
    const standing = this.#standing;
    if (standing !== undefined) return this.#buildOn(standing, cycle, by);
    const records: Ranked[] = [];
    for (let job = cycle.pending.first(); job >= 0; job = cycle.pending.after(job)) this.#add(cycle, job, by, records);
    const tiersDecide = preemption?.rules.precedesByTier !== false && this.#parts.reservations === undefined;
    return preemption === undefined || tiersDecide
      ? records.sort(compare)
      : mergeSort(records, (a, b) => comparePreempting(preemption, a, b));
  }

  #buildOn(standing: StandingRecords, cycle: Cycle, by: 'limit' | 'time-min'): readonly QueueRecord[] {
    standing.refresh(cycle.pending);
    const settled: Ranked[] = [];
    const others: Ranked[] = [];
    for (const job of standing.loose) {
      const stays = this.#stays(job);
      this.#add(cycle, job, by, stays ? settled : others);
    }
    standing.settle(settled);
    return standing.with(others);
  }

  /** Whether the job, if it may start now, may do so until it does, or has left the queue. */
  #stays(job: number): boolean {
    const { partitions } = this.#parts;
    return partitions.allOf(job).length === 1 && !partitions.isShortened(job) && partitions.leastLimitOf(job) === Infinity;
  }

  /** Adds what the job may start with now; or says why it may not. */
  #add(cycle: Cycle, job: number, by: 'limit' | 'time-min', records: Ranked[]): void {
    const { partitions, reasons, gang, reservations } = this.#parts;
    if (gang?.isWaiting(job) === true) return;
    let reason: string | undefined;
    const before = records.length;
    const least = by === 'limit' || partitions.isShortened(job) ? Infinity : partitions.leastLimitOf(job);
    if (least < partitions.askedOf(job)) partitions.shorten(job, least);
    for (const partition of partitions.allOf(job)) {
      partitions.lookIn(job, partition);
      for (const reservation of reservations?.allOf(job) ?? NONE) {
        reservations?.lookIn(job, reservation);
        const objection = this.#objection(job, cycle.now);
        if (objection === undefined) records.push(this.#ranked(job, partition, reservation));
        else reason = objection;
      }
    }
    if (least < Infinity) partitions.lengthen(job);
    if (records.length > before) reasons.release(job);
    else if (reason !== undefined) reasons.keep(cycle, job, reason);
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
    const isSimple = this.#isSimple(job, reservation);
    return { job, partition, reservation, isSimple, tier, priority, submitted: requeues.submitOf(job) };
  }

  #isSimple(job: number, reservation: number): boolean {
    const isTask = (this.#jobs.slurm?.arrayOfJob?.[job] ?? -1) >= 0;
    const isBound = reservation !== NO_RESERVATION || this.#parts.partitions.allOf(job).length > 1;
    return !isTask && !isBound && !this.demandOf(job).heterogeneous;
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
