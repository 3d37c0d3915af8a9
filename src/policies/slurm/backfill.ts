/**
 * One cycle of the backfill thread: every job that is looked at is started or gets a reservation, in the order of the
 * queue; nothing is remembered for the next cycle. Source: Slurm 22.05, src/plugins/sched/backfill/backfill.c.
 */
import type { Cycle } from '../../policy.ts';
import type { SlurmBackfillParameters } from '../../slurm-scheduler-parameters.ts';
import { BackfillLimits } from './backfill-limits.ts';
import { dropLate } from './deadlines.ts';
import type { JobDemand } from './demand.ts';
import type { LicenseCounts } from './licenses.ts';
import type { ArrayWalk } from './job-arrays.ts';
import type { QueueRecord } from './job-queue.ts';
import { countNodes, isWithin, overlaps } from './node-set.ts';
import type { NodeSet } from './node-set.ts';
import { NodeSpace } from './node-space.ts';
import type { Allocation } from './running.ts';
import type { Attempt } from './scheduling-setup.ts';
import type { Scheduling } from './scheduling.ts';
import type { Forecast } from './will-run.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** What a job that limits hold back is planned for, if no other time is known [ms]. */
const BLOCKED_FOR = 500 * SECOND;

/** What the search for a time came to. */
interface Plan extends Forecast {
  readonly licenses: LicenseCounts | undefined;
}

/** A pause of the cycle: how long it was at work since the last one, and how long it lets others work [ms]. */
export interface Yielding {
  readonly worked: number;
  readonly sleeps: number;
}

export class BackfillCycle {
  readonly #scheduling: Scheduling;
  readonly #parameters: SlurmBackfillParameters;
  readonly #limits: BackfillLimits;
  readonly #arrays: ArrayWalk;
  readonly #space: NodeSpace;
  /** When the cycle began [Unix ms]. */
  readonly #began: number;
  /** How long the test of one job takes [ms]. */
  readonly #testTime: number;
  #cycle: Cycle;
  /** Jobs that were planned in this cycle, in any of their partitions. */
  readonly #planned = new Set<number>();
  #tests = 0;
  #started = 0;
  /** Since the cycle began, or woke up again [ms]. */
  #worked = 0;

  constructor(scheduling: Scheduling, cycle: Cycle, testTime: number) {
    const { running, clock, parameters } = scheduling;
    const { resolution, window } = parameters.backfill;
    const now = clock.unix;
    this.#scheduling = scheduling;
    this.#cycle = cycle;
    this.#parameters = parameters.backfill;
    this.#limits = new BackfillLimits(scheduling);
    this.#arrays = scheduling.arrays.walk();
    this.#testTime = testTime;
    this.#began = now;
    const { licenses: plansLicenses, runningJobReserve } = parameters.backfill;
    const licenses = plansLicenses ? scheduling.licenses.left(runningJobReserve) : undefined;
    const [begin, end] = [floorTo(now, resolution), floorTo(now + window, resolution)];
    this.#space = new NodeSpace(running.up, begin, end, resolution, licenses);
    if (runningJobReserve) this.#reserveRunning();
  }

  /** Whose verbs are to be used after a pause. */
  resume(cycle: Cycle): void {
    this.#cycle = cycle;
  }

  get worked(): number {
    return this.#worked;
  }

  /** Goes through the queue; pauses for others now and then. */
  *run(): Generator<Yielding, void, void> {
    const { queue, clock, preemption, limits, gang } = this.#scheduling;
    const { maxTests, maxTime, yieldInterval, yieldSleep, continueAfterYield } = this.#parameters;
    for (const record of queue.build(this.#cycle, 'time-min')) {
      const { job } = record;
      if (this.#tests >= maxTests || clock.unix + this.#worked - this.#began >= maxTime) return;
      if (this.#worked >= yieldInterval) {
        const before = this.#scheduling.lastUpdate;
        yield { worked: this.#worked, sleeps: yieldSleep };
        this.#worked = 0;
        if (!continueAfterYield && this.#scheduling.lastUpdate !== before) return;
      }
      if (!this.#cycle.pending.has(job) || gang?.isWaiting(job) === true || preemption?.isInProgress(job) === true) continue;
      // Of most jobs of a deep queue nothing more need be known.
      if (record.isSimple && this.#limits.isFull(job, record.partition)) continue;
      this.#scheduling.look(record);
      if (!this.#stopsAtLimits && limits?.beforeNodes(job) !== undefined) continue;
      if (this.#isTurnedDown(record)) continue;
      if (this.#limits.forbid(job) || limits?.nodeLimit(job) !== undefined) continue;
      if (!this.#parameters.licenses && !this.#scheduling.hasLicenses(job)) continue;
      if (dropLate(this.#scheduling, this.#cycle, job)) continue;
      if (this.#visit(record) === 'full') return;
    }
  }

  /** Whether another task of its array could neither start nor be planned, or enough of them are planned, or run. */
  #isTurnedDown(record: QueueRecord): boolean {
    if (this.#arrays.rejectedFor(record) !== undefined) return true;
    this.#arrays.consider(record);
    return this.#scheduling.arrays.isFull(record.job);
  }

  /** Starts or plans one job. Answers `full` if nobody else is to be looked at. */
  #visit(record: QueueRecord): 'full' | undefined {
    const { job } = record;
    const { partitions } = this.#scheduling;
    const { maxStarts, nodeSpaceSize, oneReservationPerJob } = this.#parameters;
    const wasShort = partitions.isShortened(job);
    this.#shorten(job);
    const plan = this.#plan(job, (oneReservationPerJob && this.#planned.has(job)) || this.#limits.mayNotReserve(job));
    if (plan === 'started') this.#arrays.started();
    if (plan === 'started') return maxStarts > 0 && ++this.#started >= maxStarts ? 'full' : undefined;
    if (plan !== undefined) this.#planned.add(job);
    let isFull = false;
    if (plan !== undefined && this.#mayReserve(job, plan)) {
      this.#limits.reserve(job);
      isFull = this.#space.records >= nodeSpaceSize;
      if (!isFull) this.#reserve(job, plan);
      this.#arrays.planned(record, this.#parameters.maxArrayReservations);
    }
    if (!wasShort) partitions.lengthen(job);
    return isFull ? 'full' : undefined;
  }

  /** --time-min is the limit that a job is planned with, and keeps if it is started here. NoReserve has one of a minute. */
  #shorten(job: number): void {
    const { partitions, limits, preemption, deadlines } = this.#scheduling;
    const least = partitions.leastLimitOf(job);
    if (least < partitions.limitOf(job) && deadlines.of(job) === Infinity) partitions.shorten(job, least);
    if (preemption !== undefined && limits?.mayNotReserve(job) === true) partitions.shorten(job, MINUTE);
  }

  /** Starts the job, or finds when it can: undefined if that is too far away, or must not be reserved. */
  #plan(job: number, nowOnly: boolean): Plan | 'started' | undefined {
    const { queue, partitions, clock, running, preemption, priorities, reservations } = this.#scheduling;
    const candidates = preemption?.candidatesOf(job);
    const demand = queue.demandOf(job);
    const limit = partitions.limitOf(job);
    const now = clock.unix;
    // Nothing but reservations makes it another at another time.
    const always = reservations === undefined ? this.#scheduling.standingNodes.of(job) : undefined;
    let counted = false;
    for (let from = this.#stopsAtLimits ? this.#limits.unblockedFrom(job, now) : now; ;) {
      const reserved = always === undefined ? this.#scheduling.reserved(job, from, true) : undefined;
      if (always === undefined && reserved === undefined) return undefined;
      from = reserved?.from ?? from;
      const usable = always ?? this.#scheduling.usable(job, running.up, reserved);
      const left = this.#space.leftOf(usable, from, from + limit, demand.licenses);
      const { nodes, licensed } = left;
      const later = reserved?.overlaps === true ? this.#afterReservation(from, left.later) : left.later;
      const enough = licensed && hasEnough(nodes, demand);
      if (enough && !counted && reservations?.isDrawn(job) !== true) this.#countTest();
      counted ||= enough;
      // What a whole job would be given counts for its priority, even if that is too late.
      const notAfter = later > 0 && !demand.whole ? later : Infinity;
      const question = { demand, nodes, now, nowOnly, notAfter, candidates };
      const forecast = enough ? this.#scheduling.willRun.test(question) : undefined;
      if (forecast === undefined) {
        if (later === 0 || nowOnly) return undefined;
        from = later;
        continue;
      }
      if (demand.whole) priorities.plan(job, { shares: forecast.shares, whole: true, partition: partitions.of(job) });
      const { shares, nodes: chosen } = forecast;
      let start = Math.max(from, forecast.start);
      let tryLater = later;
      // What is being cleaned cannot be had now, and no other nodes are looked for.
      if (start <= now && overlaps(chosen, running.completing)) {
        start = now + SECOND;
        tryLater = 0;
      } else if (start <= now) {
        const attempt = this.#start(job, nodes);
        if (attempt.started) return 'started';
        // When limits will let it start is not known; with assoc_limit_stop it is planned all the same.
        if (attempt.isPolicy && !this.#stopsAtLimits) return undefined;
        if (attempt.isPolicy) start = this.#limits.block(job, attempt.reason, later > 0 ? later : now + BLOCKED_FOR);
        tryLater = 0;
      }
      const next = this.#judge({ start, shares, nodes: chosen, licenses: demand.licenses }, limit, tryLater, nowOnly);
      if (typeof next !== 'number') return next;
      from = next;
    }
  }

  /** The plan if it can be kept, the time from which to look again, or undefined if there is to be none. */
  #judge(plan: Plan, limit: number, later: number, nowOnly: boolean): Plan | number | undefined {
    const { resolution, window } = this.#parameters;
    const now = this.#scheduling.clock.unix;
    if (plan.start > now && nowOnly) return undefined;
    if (later > 0 && plan.start > later) return later;
    if (plan.start > this.#began + window) return undefined;
    const [start, end] = [floorTo(plan.start, resolution), floorTo(plan.start + limit, resolution)];
    if (plan.start > now && this.#space.breaks(plan.nodes, start, end, plan.licenses)) return plan.start;
    return plan;
  }

  /** When it is worth to look again, if nodes come back with the end of an advance reservation [Unix ms]. */
  #afterReservation(from: number, later: number): number {
    const { resolution, window } = this.#parameters;
    const end = this.#scheduling.reservations?.endAfter(from, resolution) ?? 0;
    if (end === 0 || end + SECOND >= floorTo(this.#began + window, resolution)) return later;
    return later === 0 ? end + SECOND : Math.min(later, end + SECOND);
  }

  #countTest(): void {
    this.#tests++;
    this.#worked += this.#testTime;
  }

  /** Starts the job on nodes that the table leaves it. */
  #start(job: number, nodes: NodeSet): Attempt {
    const { limits, partitions, preemption } = this.#scheduling;
    // The minute of NoReserve is for planning only.
    if (preemption !== undefined && limits?.mayNotReserve(job) === true) partitions.lengthen(job);
    const attempt = this.#scheduling.tryStart(this.#cycle, job, nodes, 'backfill');
    if (!attempt.started) {
      if (attempt.reason !== undefined) this.#scheduling.explain(this.#cycle, job, attempt.reason);
      return attempt;
    }
    const allocation = this.#scheduling.running.of(job);
    if (allocation !== undefined) this.#reserveRun(allocation);
    return attempt;
  }

  /** Limits that it would break then, as they stand now, and NoReserve of its QoS leave a job without a reservation. */
  #mayReserve(job: number, { shares }: Plan): boolean {
    const { limits, queue, partitions, reservations } = this.#scheduling;
    // A reservation that only draws the job has its nodes for it anyway.
    if (reservations?.isDrawn(job) === true) return false;
    if (limits === undefined) return true;
    if (!this.#stopsAtLimits) {
      const given = { shares, whole: queue.demandOf(job).whole, partition: partitions.of(job) };
      if (limits.onNodes(job, given) !== undefined) return false;
    }
    return !limits.mayNotReserve(job);
  }

  /** assoc_limit_stop: a job that limits hold back keeps nodes from others. */
  get #stopsAtLimits(): boolean {
    return this.#scheduling.parameters.main.associationStop;
  }

  #reserve(job: number, { start, nodes, licenses }: Plan): void {
    const { partitions, clock } = this.#scheduling;
    const { resolution } = this.#parameters;
    const end = floorTo(start + partitions.limitOf(job), resolution);
    this.#space.reserve(nodes, floorTo(start, resolution), end, licenses);
    const { reasons } = this.#scheduling;
    if (!reasons.isPlanned(job)) reasons.plan(this.#cycle, job, `Resources (planned for ${clock.textOf(start)})`);
  }

  #reserveRunning(): void {
    for (const allocation of this.#scheduling.running.byEnd()) this.#reserveRun(allocation);
  }

  /** Shared nodes and those of jobs that can be preempted stay in the table: what is left of them is the select plugin's matter. */
  #reserveRun(allocation: Allocation): void {
    const { preemption, licenses } = this.#scheduling;
    const held = licenses.of(allocation.job);
    const keeps = allocation.whole && (preemption === undefined || preemption.rules.modeOf(allocation) === 'off');
    if ((!keeps && held === undefined) || this.#space.records >= this.#parameters.nodeSpaceSize) return;
    const nodes = keeps ? allocation.nodes : new Uint32Array(allocation.nodes.length);
    this.#space.reserve(nodes, 0, floorTo(allocation.end, this.#parameters.resolution), held);
  }
}

function hasEnough(nodes: NodeSet, { minNodes, required }: JobDemand): boolean {
  return countNodes(nodes) >= minNodes && (required === undefined || isWithin(required, nodes));
}

function floorTo(time: number, resolution: number): number {
  return Math.floor(time / resolution) * resolution;
}
