/**
 * One cycle of the backfill thread: every job that is looked at is started or gets a reservation, in the order of the
 * queue; nothing is remembered for the next cycle. Source: Slurm 22.05, src/plugins/sched/backfill/backfill.c.
 */
import type { Cycle } from '../../policy.ts';
import type { SlurmBackfillParameters } from '../../slurm-scheduler-parameters.ts';
import { SECOND } from '../../units.ts';
import { AlikePlans } from './alike-plans.ts';
import { NOBODY } from './allocation.ts';
import { BackfillLimits } from './backfill-limits.ts';
import { BackfillTable } from './backfill-table.ts';
import { dropLate } from './deadlines.ts';
import type { ArrayWalk } from './job-arrays.ts';
import type { QueueRecord } from './job-queue.ts';
import { overlaps } from './node-set.ts';
import type { NodeSet } from './node-set.ts';
import { isComparable, PlanNotes } from './plan-notes.ts';
import type { Goal, Plan } from './plan.ts';
import { shortenForPlan } from './planned-limit.ts';
import type { Attempt, Yielding } from './scheduling-setup.ts';
import type { Scheduling } from './scheduling.ts';
import { CycleNotes } from './standing-cycle.ts';
import type { CycleOutcome } from './standing-cycle.ts';
import type { KnownPlan, StandingPlans } from './standing-plans.ts';

/** What a job that limits hold back is planned for, if no other time is known [ms]. */
const BLOCKED_FOR = 500 * SECOND;

export class BackfillCycle {
  readonly #scheduling: Scheduling;
  readonly #parameters: SlurmBackfillParameters;
  readonly #limits: BackfillLimits;
  readonly #arrays: ArrayWalk;
  readonly #table: BackfillTable;
  /** What was planned before. */
  readonly #plans: StandingPlans;
  readonly #alike: AlikePlans;
  /** When the cycle began [Unix ms]. */
  readonly #began: number;
  /** How long the test of one job takes [ms]. */
  readonly #testTime: number;
  #cycle: Cycle;
  /** Jobs that were planned in this cycle, in any of their partitions. */
  readonly #planned = new Set<number>();
  #tests = 0;
  #started = 0;
  /** Heterogeneous jobs all of whose components could start now: they do when the queue has been gone through. */
  readonly #heterogeneous: QueueRecord[] = [];
  /** What the next cycle goes by. */
  readonly #forNext: CycleNotes;
  /** Since the cycle began, or woke up again [ms]. */
  #worked = 0;

  constructor(scheduling: Scheduling, cycle: Cycle, queue: readonly QueueRecord[], testTime: number, plans: StandingPlans) {
    const { clock, parameters } = scheduling;
    this.#forNext = new CycleNotes(scheduling, queue);
    this.#scheduling = scheduling;
    this.#cycle = cycle;
    this.#parameters = parameters.backfill;
    this.#limits = new BackfillLimits(scheduling);
    this.#arrays = scheduling.arrays.walk();
    this.#testTime = testTime;
    this.#began = clock.unix;
    this.#plans = plans;
    this.#table = new BackfillTable(scheduling, plans);
    this.#alike = new AlikePlans(scheduling, this.#table);
  }

  /** Whose verbs are to be used after a pause. */
  resume(cycle: Cycle): void {
    this.#plans.forget();
    this.#cycle = cycle;
  }

  get worked(): number {
    return this.#worked;
  }

  /** What it has left behind when it is over; undefined if the next one may do something else in any case. */
  get outcome(): CycleOutcome | undefined {
    return this.#forNext.outcome(this.#worked);
  }

  /** Goes through the queue; pauses for others now and then. Heterogeneous jobs start at its end, unless it gave up. */
  *run(): Generator<Yielding, void, void> {
    if (yield* this.#walk()) for (const record of this.#heterogeneous) this.#startWhole(record);
  }

  /** Answers whether nothing came between. */
  *#walk(): Generator<Yielding, boolean, void> {
    const { clock, preemption, limits, gang } = this.#scheduling;
    const { maxTests, maxTime, yieldInterval, yieldSleep, continueAfterYield } = this.#parameters;
    for (const record of this.#forNext.queue) {
      const { job } = record;
      if (this.#tests >= maxTests || clock.unix + this.#worked - this.#began >= maxTime) return true;
      if (this.#worked >= yieldInterval) {
        const before = this.#scheduling.lastUpdate;
        this.#forNext.spoil();
        yield { worked: this.#worked, sleeps: yieldSleep };
        this.#worked = 0;
        if (!continueAfterYield && this.#scheduling.lastUpdate !== before) return false;
      }
      this.#forNext.looked++;
      if (!this.#cycle.pending.has(job) || gang?.isWaiting(job) === true || preemption?.isInProgress(job) === true) continue;
      // Of most jobs of a deep queue nothing more need be known.
      if (record.isSimple && this.#limits.isFull(job, record.partition)) continue;
      this.#scheduling.look(record);
      this.#forNext.watch(job, this.#limits.changesWithPeriod(job));
      if (!this.#stopsAtLimits && limits?.beforeNodes(job) !== undefined) continue;
      if (this.#isTurnedDown(record)) continue;
      if (this.#limits.forbid(job) || limits?.nodeLimit(job) !== undefined) continue;
      if (!this.#parameters.licenses && !this.#scheduling.hasLicenses(job)) continue;
      if (dropLate(this.#scheduling, this.#cycle, job)) continue;
      if (this.#visit(record) === 'full') return true;
    }
    return true;
  }

  /** Starts all components of a heterogeneous job: on any nodes that are free, even if they are promised to others. */
  #startWhole(record: QueueRecord): void {
    const { job } = record;
    const { partitions, running, queue } = this.#scheduling;
    if (!this.#cycle.pending.has(job) || this.#started >= (this.#parameters.maxStarts || Infinity)) return;
    this.#scheduling.look(record);
    const wasShort = partitions.isShortened(job);
    shortenForPlan(this.#scheduling, job);
    if (this.#start(job, running.up).started) this.#started += queue.demandOf(job).groups.length;
    else if (!wasShort) partitions.lengthen(job);
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
    const { partitions, queue, clock } = this.#scheduling;
    const { maxStarts, oneReservationPerJob } = this.#parameters;
    const wasShort = partitions.isShortened(job);
    shortenForPlan(this.#scheduling, job);
    const plan = this.#plan(job, (oneReservationPerJob && this.#planned.has(job)) || this.#limits.mayNotReserve(job));
    if (plan === 'started') this.#arrays.started();
    if (plan === 'started') return maxStarts > 0 && ++this.#started >= maxStarts ? 'full' : undefined;
    if (plan !== undefined) this.#planned.add(job);
    if (plan !== undefined && plan.start <= clock.unix && queue.demandOf(job).heterogeneous) {
      if (this.#parameters.hetjobImmediate) this.#startWhole(record);
      else this.#heterogeneous.push(record);
    }
    let isFull = false;
    if (plan !== undefined && this.#limits.mayReserve(job, plan.shares)) {
      this.#limits.reserve(job);
      isFull = this.#table.isFull;
      if (!isFull) this.#reserve(job, plan);
      this.#arrays.planned(record, this.#parameters.maxArrayReservations);
    }
    if (!wasShort && this.#cycle.pending.has(job)) partitions.lengthen(job);
    return isFull ? 'full' : undefined;
  }

  /** Starts the job, or finds when it can: undefined if that is too far away, or must not be reserved. */
  #plan(job: number, nowOnly: boolean): Plan | 'started' | undefined {
    const { queue, partitions, clock, preemption, reservations, standingNodes, willRun, overlay } = this.#scheduling;
    const candidates = preemption?.candidatesOf(job) ?? NOBODY;
    const demand = queue.demandOf(job);
    const limit = partitions.limitOf(job);
    // Nothing but reservations makes it another at another time.
    const always = reservations === undefined ? standingNodes.of(job) : undefined;
    const goal = { job, demand, limit, now: clock.unix, nowOnly, candidates, always };
    const isFree = overlay === undefined && !nowOnly && !this.#stopsAtLimits && !demand.heterogeneous;
    if (always === undefined || !isFree || !isComparable(demand)) {
      this.#forNext.spoil();
      return this.#search(goal);
    }
    this.#forNext.reach.set(partitions.of(job), { job, candidates });
    const asked = { demand, usable: always, limit, candidates };
    const alike = this.#alike.of(asked);
    if (alike !== undefined) return this.#repeat(job, alike);
    const known = this.#plans.of(job, asked);
    if (known !== undefined && willRun.stand(known, clock.unix)) return this.#repeat(job, known);
    const notes = new PlanNotes(asked, this.#plans);
    const plan = this.#search(goal, notes);
    if (plan !== 'started' && notes.isComparable) this.#keep(job, notes.known(plan));
    else this.#forNext.spoil();
    return plan;
  }

  #keep(job: number, known: KnownPlan): void {
    this.#plans.keep(job, known);
    this.#alike.keep(known);
    this.#forNext.waitUntil(known.until);
  }

  /** Does all that planning does beside finding a plan. */
  #repeat(job: number, known: KnownPlan): Plan | undefined {
    const { priorities, partitions } = this.#scheduling;
    this.#keep(job, known);
    if (known.counted) this.#countTest();
    for (const { shares } of known.asked.demand.whole ? known.looks : []) {
      if (shares !== undefined) priorities.plan(job, { shares, whole: true, partition: partitions.of(job) });
    }
    return known.plan;
  }

  #search(goal: Goal, notes?: PlanNotes): Plan | 'started' | undefined {
    const { job, demand, limit, now, nowOnly, candidates, always } = goal;
    const { partitions, running, priorities, reservations, willRun } = this.#scheduling;
    let counted = false;
    for (let from = this.#stopsAtLimits ? this.#limits.unblockedFrom(job, now) : now; ;) {
      const reserved = always === undefined ? this.#scheduling.reserved(job, from, true) : undefined;
      if (always === undefined && reserved === undefined) return undefined;
      from = reserved?.from ?? from;
      const usable = always ?? this.#scheduling.usable(job, running.up, reserved);
      const left = this.#table.leftOf(usable, from, limit, demand);
      const { nodes, enough } = left;
      const atEnd = reserved?.overlaps === true ? reservations?.lookAgain(from, left.later, this.#table) : undefined;
      const later = atEnd ?? left.later;
      if (enough && !counted && reservations?.isDrawn(job) !== true) this.#countTest();
      counted ||= enough;
      if (from === now) notes?.leaves(left);
      // What a whole job would be given counts for its priority, even if that is too late.
      const notAfter = later > 0 && !demand.whole ? later : Infinity;
      const question = { demand, nodes, now, nowOnly, notAfter, candidates };
      const forecast = enough ? willRun.test(question) : undefined;
      if (enough && willRun.lastAnswer !== undefined) notes?.look(willRun.lastAnswer, willRun.kindOf(demand), notAfter, forecast);
      if (forecast === undefined) {
        if (later === 0 || nowOnly) return undefined;
        from = later;
        continue;
      }
      if (demand.whole) priorities.plan(job, { shares: forecast.shares, whole: true, partition: partitions.of(job) });
      const { shares, nodes: chosen } = forecast;
      let start = Math.max(from, forecast.start);
      let tryLater = later;
      if (start <= now) notes?.spoil();
      // What is being cleaned cannot be had now, and no other nodes are looked for.
      if (start <= now && overlaps(chosen, running.completing)) {
        start = now + SECOND;
        tryLater = 0;
      } else if (start <= now && !demand.heterogeneous) {
        const attempt = this.#start(job, nodes);
        if (attempt.started) return 'started';
        // When limits will let it start is not known; with assoc_limit_stop it is planned all the same.
        if (attempt.isPolicy && !this.#stopsAtLimits) return undefined;
        if (attempt.isPolicy) start = this.#limits.block(job, attempt.reason, later > 0 ? later : now + BLOCKED_FOR);
        tryLater = 0;
      }
      const next = this.#judge({ start, shares, nodes: chosen, licenses: demand.licenses }, goal, tryLater, notes);
      if (typeof next !== 'number') return next;
      from = next;
    }
  }

  /** The plan if it can be kept, the time from which to look again, or undefined if there is to be none. */
  #judge(plan: Plan, { limit, now, nowOnly }: Goal, later: number, notes: PlanNotes | undefined): Plan | number | undefined {
    if (plan.start > now && nowOnly) return undefined;
    if (later > 0 && plan.start > later) return later;
    if (plan.start > this.#began + this.#parameters.window) {
      notes?.waitUntil(plan.start - this.#parameters.window);
      return undefined;
    }
    return plan.start > now && this.#table.breaks(plan, limit) ? plan.start : plan;
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
    if (allocation !== undefined) this.#table.reserveRun(allocation);
    return attempt;
  }

  /** assoc_limit_stop: a job that limits hold back keeps nodes from others. */
  get #stopsAtLimits(): boolean {
    return this.#scheduling.parameters.main.associationStop;
  }

  #reserve(job: number, plan: Plan): void {
    const { partitions, clock, reasons } = this.#scheduling;
    this.#table.reserve(plan, partitions.limitOf(job));
    if (!reasons.isPlanned(job)) reasons.plan(this.#cycle, job, `Resources (planned for ${clock.textOf(plan.start)})`);
  }
}
