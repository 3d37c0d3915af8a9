/** What both schedulers of Slurm work on, and the verbs they use. */
import type { Cycle } from '../../policy.ts';
import type { SlurmSchedulerParameters } from '../../slurm-scheduler-parameters.ts';
import type { Requests } from '../../workload.ts';
import { AlikeDemands } from './alike-demands.ts';
import { Deadlines } from './deadlines.ts';
import { Demands } from './demand.ts';
import { EarlyEnds } from './early-ends.ts';
import { Feasibility } from './feasibility.ts';
import type { Gang } from './gang/gang.ts';
import { makeGang } from './gang/make-gang.ts';
import { JobArrays } from './job-arrays.ts';
import { JobQueue } from './job-queue.ts';
import type { QueueRecord } from './job-queue.ts';
import { Licenses } from './licenses.ts';
import { submitJobs } from './limits/job-submission.ts';
import { Limits } from './limits/limits.ts';
import { isLimitReason } from './limits/reasons.ts';
import { RequestCheck } from './limits/request-check.ts';
import { Machine } from './machine.ts';
import { removeAll } from './node-set.ts';
import type { NodeSet } from './node-set.ts';
import { Partitions } from './partitions.ts';
import { PlanClock } from './plan-clock.ts';
import { accountingOf } from './priority/multifactor.ts';
import { makePreemption } from './preemption/make-preemption.ts';
import type { Preemption } from './preemption/preemption.ts';
import { Requeues } from './preemption/requeues.ts';
import type { Given, Priorities } from './priorities.ts';
import { Reservations } from './reservations/reservations.ts';
import type { Reserved } from './reservations/reservations.ts';
import { Running } from './running.ts';
import type { Allocation } from './running.ts';
import type { Attempt, Ends, SchedulingSetup, Starter } from './scheduling-setup.ts';
import { Selection } from './selection.ts';
import type { Share } from './selection.ts';
import { chosenShares } from './sharing/chosen-shares.ts';
import { makeOverlay } from './sharing/make-overlay.ts';
import type { Overlay } from './sharing/overlay.ts';
import { StandingNodes } from './standing-nodes.ts';
import { StateReasons } from './state-reasons.ts';
import { usableNodes } from './usable-nodes.ts';
import { WillRun } from './will-run.ts';

const SECOND = 1000;

export class Scheduling {
  readonly jobs: Requests;
  readonly parameters: SlurmSchedulerParameters;
  readonly clock: PlanClock;
  readonly running: Running;
  readonly partitions: Partitions;
  readonly priorities: Priorities;
  readonly queue: JobQueue;
  readonly selection: Selection;
  readonly willRun: WillRun;
  /** Absent if nobody may preempt anybody. */
  readonly preemption?: Preemption;
  /** Absent if every core has one job. */
  readonly overlay: Overlay | undefined;
  /** Absent if no jobs take turns. */
  readonly gang?: Gang;
  readonly requeues: Requeues;
  /** Absent if there are none. */
  readonly reservations?: Reservations;
  readonly earlyEnds: EarlyEnds;
  /** Absent without a slurm.conf. */
  readonly limits?: Limits;
  readonly reasons = new StateReasons();
  readonly feasibility = new Feasibility(this);
  readonly standingNodes = new StandingNodes(this);
  readonly arrays: JobArrays;
  readonly licenses: Licenses;
  readonly deadlines: Deadlines;
  readonly requests: RequestCheck;
  /** Whether backfill plans licences as it plans nodes. */
  readonly plansLicenses: boolean;
  /** When jobs, nodes or partitions last changed, as far as backfill looks at that [Unix ms]. */
  lastUpdate = 0;
  readonly #onStart: SchedulingSetup['onStart'];
  /** How long jobs may go on when their reservation is over [ms]. */
  readonly #overRun: number = 0;
  readonly #completeWait: number = 0;
  /** Jobs that have been started once. */
  readonly #ran = new Set<number>();
  /** Jobs that ended when their limit was used up, and whose nodes are being cleaned. */
  readonly #timedOut = new Set<number>();

  constructor({ jobs, cluster, parameters, priorities, cleaning, onStart }: SchedulingSetup) {
    const machine = new Machine(jobs, cluster);
    this.jobs = jobs;
    this.parameters = parameters;
    this.clock = new PlanClock(jobs);
    this.arrays = new JobArrays(jobs);
    this.running = new Running(machine);
    this.partitions = new Partitions(jobs, cluster, machine);
    this.priorities = priorities;
    const chosenBy = { config: cluster.slurm, idle: this.running.books.empty, clock: this.clock };
    this.selection = new Selection(machine, chosenBy);
    this.requeues = new Requeues(jobs, parameters.main.requeueDelay);
    const { clock, running, partitions, selection, requeues } = this;
    const finish = (job: number) => this.#finish(job);
    const demandOf = (job: number) => this.queue.demandOf(job);
    if (cluster.slurm !== undefined) {
      const accounting = accountingOf(priorities, jobs, cluster.slurm);
      const accounts = { jobs, config: cluster.slurm, accounting, partitions, priorities };
      this.overlay = makeOverlay(jobs, cluster.slurm, machine, selection);
      const parts = { ...accounts, running, selection, overlay: this.overlay, clock, cleaning, finish };
      this.preemption = makePreemption(parts);
      this.gang = makeGang({ config: cluster.slurm, running, clock });
      if (cluster.slurm.reservations.length > 0) this.reservations = new Reservations({ ...parts, nodes: machine.nodes });
      this.limits = new Limits({ jobs, cluster, slurm: cluster.slurm, accounting, partitions, priorities, demandOf });
      this.#overRun = cluster.slurm.timing.resvOverRun;
      this.#completeWait = cluster.slurm.timing.completeWait;
    }
    this.licenses = new Licenses(cluster.slurm);
    this.deadlines = new Deadlines(jobs, partitions);
    const { licenses, deadlines, reservations: known } = this;
    const checked = { jobs, config: cluster.slurm, machine, partitions, licenses, deadlines, reservations: known };
    this.requests = new RequestCheck(checked);
    this.plansLicenses = parameters.backfill.licenses && cluster.slurm?.schedulerType === 'backfill';
    const demands = new AlikeDemands(jobs, new Demands(jobs, machine, cluster.slurm));
    const { preemption, limits, reasons, reservations, gang } = this;
    const usedUp =
      limits?.endsJobs === true ? (job: number) => limits.usedUp(job, clock.unix - running.suspendedOf(job)) : undefined;
    this.earlyEnds = new EarlyEnds({ clock, running, cleaning, finish, usedUp });
    const parts = { partitions, priorities, demands, requeues, preemption, limits, reasons, reservations, gang };
    this.queue = new JobQueue(jobs, parts);
    this.willRun = new WillRun(this.running, this.selection, {
      windowLinear: parameters.backfill.windowLinear,
      killWait: cluster.slurm?.timing.killWait ?? 30_000,
      overTimeLimit: this.partitions.rules.map(({ overTimeLimit }) => overTimeLimit),
      isRemovable: (allocation) => this.preemption?.isRemovable(allocation) === true,
      overlay: this.overlay,
      rules: this.preemption?.rules,
    });
    this.#onStart = onStart;
  }

  /** Takes note of what has happened. */
  absorb(cycle: Cycle): Ends {
    const { ended, submitted, turns, expectations } = cycle.changed;
    this.clock.now = cycle.now;
    this.#recompute(cycle.now);
    if (expectations) {
      for (const job of this.running.jobs()) if (!cycle.running.mayPreempt(job) && !this.#isWaiting(job)) this.#finish(job);
    }
    let stopped = false;
    for (const job of ended) if (this.gang?.isEcho(job) !== true) stopped = this.#release(job) || stopped;
    for (const { node, up } of turns) this.running.turn(node, up);
    for (const job of submitJobs(cycle, this, (one) => this.#ran.has(one))) {
      if (this.gang?.isEcho(job) === true) continue;
      if (this.#ran.has(job)) this.requeues.add(job, cycle.now);
      this.priorities.submit(job, cycle.now);
    }
    this.gang?.clearEchoes();
    if (ended.length > 0 || expectations) this.gang?.update(cycle);
    if (ended.length + submitted.length + turns.length > 0) this.touch();
    if (stopped) return 'stopped';
    return ended.length > 0 ? 'some' : 'none';
  }

  #recompute(now: number): void {
    const changed = this.priorities.catchUp(now);
    this.limits?.endPeriods(this.clock.unixOf(this.priorities.next));
    if (changed !== undefined) this.queue.reorder();
    if (changed !== undefined) this.lastUpdate = Math.max(this.lastUpdate, this.clock.unixOf(changed));
  }

  /** Suspended jobs are in the queue of the run, but not in that of Slurm. */
  #isWaiting(job: number): boolean {
    return this.gang?.isWaiting(job) === true;
  }

  #finish(job: number): void {
    const allocation = this.running.of(job);
    if (allocation === undefined) return;
    this.gang?.forget(allocation);
    this.overlay?.rows.remove(allocation);
    if (allocation.end <= this.clock.unix) this.#timedOut.add(job);
    this.running.finish(job, this.clock.unix);
    this.limits?.ended(job);
    this.arrays.ended(job);
    this.priorities.finish(job, this.clock.now);
    this.touch();
  }

  /** Its nodes are clean. Answers whether it was stopped: by its limit, or by a preemption. */
  #release(job: number): boolean {
    this.#finish(job);
    this.running.release(job);
    this.licenses.give(job);
    this.queue.forget(job);
    this.earlyEnds.forget(job);
    const preempted = this.preemption?.stops.forget(job) === true;
    return this.#timedOut.delete(job) || preempted;
  }

  /** Jobs for whose nodes the schedulers wait (CompleteWait). */
  awaited(): Allocation[] {
    return this.#completeWait === 0 ? [] : this.running.completingSince(this.clock.unix - this.#completeWait);
  }

  touch(): void {
    this.lastUpdate = this.clock.unix;
  }

  /** Whether the licences that the job wants are there now. */
  hasLicenses(job: number): boolean {
    const { licenses, reservation } = this.queue.demandOf(job);
    if (licenses === undefined) return true;
    const now = this.clock.unix;
    return this.licenses.fits({ licenses, now, until: now + this.partitions.limitOf(job), reservation });
  }

  /** Nodes among `nodes` on which the job could be started at once. */
  startable(job: number, nodes: NodeSet): NodeSet {
    const candidates = this.usable(job, nodes);
    removeAll(candidates, this.running.completing);
    return candidates;
  }

  /** The job is looked at as this record of the queue says. */
  look({ job, partition, reservation }: QueueRecord): void {
    this.partitions.lookIn(job, partition);
    this.reservations?.lookIn(job, reservation);
  }

  /** Says why a job waits, with what is known of it. */
  explain(cycle: Cycle, job: number, reason: string): void {
    this.reasons.set(cycle, job, reason, () => {
      if (reason === 'Licenses') return this.licenses.shortage(this.queue.demandOf(job).licenses ?? {});
      return isLimitReason(reason) ? this.limits?.detailOf(job, reason) : undefined;
    });
  }

  /** What reservations leave to the job if it begins at `from`, or later if it `moves`; undefined if nothing. */
  reserved(job: number, from: number, moves: boolean): Reserved | undefined {
    if (this.reservations === undefined) return { nodes: this.running.up, from, overlaps: false };
    const [demand, length] = [this.queue.demandOf(job), this.partitions.limitOf(job)];
    return this.reservations.test({ job, demand, from, length, moves });
  }

  /** Nodes of its partition among `nodes` that are up, that it does not exclude and that no reservation keeps from it. */
  usable(job: number, nodes: NodeSet, reserved = this.reserved(job, this.clock.unix, false)): NodeSet {
    return usableNodes(this, job, nodes, reserved);
  }

  /** Starts the job on some of these nodes, if it fits there. If not, it may make others give theirs back, and starts later. */
  tryStart(cycle: Cycle, job: number, nodes: NodeSet, starter: Starter): Attempt {
    const demand = this.queue.demandOf(job);
    const notTried = this.limits?.notTried(job);
    if (notTried !== undefined) return { started: false, ...notTried };
    const startable = this.startable(job, nodes);
    const shares = chosenShares(this, job, startable);
    // A job that lacks both nodes and what limits leave it waits for its limits.
    const reason = this.limits?.onNodes(job, shares && this.#givenOf(job, shares));
    if (reason !== undefined) return { started: false, reason, isPolicy: true };
    if (shares !== undefined) this.start(cycle, job, shares, starter);
    else if (this.preemption?.suspends(job) !== true)
      this.preemption?.makeRoom(cycle, job, demand, { usable: this.usable(job, nodes), startable });
    return { started: shares !== undefined, isPolicy: false };
  }

  #givenOf(job: number, shares: readonly Share[]): Given {
    return { shares, whole: this.queue.demandOf(job).whole, partition: this.partitions.of(job) };
  }

  start(cycle: Cycle, job: number, shares: readonly Share[], starter: Starter): void {
    const { running, partitions, clock, gang } = this;
    const limit = this.deadlines.limitAt(job, cycle.now);
    if (limit < partitions.limitOf(job)) partitions.shorten(job, limit);
    const given = this.#givenOf(job, shares);
    const end = clock.unix + partitions.limitOf(job);
    const allocation = { job, ...given, nodes: running.nodesOf(shares), start: clock.unix, end };
    running.add(allocation);
    this.overlay?.rows.add(allocation);
    if (gang !== undefined) gang.admit(cycle, allocation);
    else for (const { node, group, tasks } of shares) cycle.place(job, group, node, tasks);
    this.#endEarly(cycle, job);
    this.priorities.start(job, given, cycle.now);
    this.limits?.started(job, given, clock.unix);
    this.licenses.take(job, this.queue.demandOf(job).licenses);
    this.arrays.started(job);
    this.reasons.forget(job);
    this.#ran.add(job);
    this.preemption?.forget(job);
    this.touch();
    this.#onStart?.(job, starter);
  }

  /** The end of its reservation is not known to the run, nor what accounts and QoS may use in all. */
  #endEarly(cycle: Cycle, job: number): void {
    const reservation = this.reservations?.of(job);
    const isBound = reservation !== undefined && !reservation.has('FLEX');
    this.earlyEnds.add(cycle, job, isBound ? reservation.end + this.#overRun + SECOND : Infinity);
  }
}
