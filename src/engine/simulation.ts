import { processorCount } from '../cluster.ts';
import type { Cluster } from '../cluster.ts';
import type { Policy, Preemption, Rhythm } from '../policy.ts';
import { CANCELLED, COMPLETED, FAILED, KILLED } from '../schedule.ts';
import type { Schedule } from '../schedule.ts';
import { FAILS, IS_CANCELLED, requestsOf } from '../workload.ts';
import type { Workload } from '../workload.ts';
import { Core, NOT_HERE, PAUSED, RELEASING, RUNNING, STOPPING } from './core.ts';
import type { Driver } from './core.ts';
import { END, EventQueue, RELEASE, STOP, SUBMIT, TIMER } from './event-queue.ts';
import type { Ledger } from './ledger.ts';
import { Outages } from './outages.ts';
import { Progress } from './progress.ts';
import { Recorder } from './recorder.ts';
import type { SimulationOptions } from './simulate.ts';
import { MAY_GO, Submissions } from './submissions.ts';

/** Instants without any decision, while nothing runs, after which the rest counts as unfinished. */
const PATIENCE = 100_000;
/** Instants between two reports of progress. */
const REPORT_EVERY = 8192;

/** One run: the driver of the core that makes time pass from event to event. */
export class Simulation implements Driver {
  readonly #workload: Workload;
  readonly #policy: Policy;
  readonly #options: SimulationOptions;
  readonly #ledger: Ledger;
  readonly #events = new EventQueue();
  readonly #submissions: Submissions;
  readonly #outages: Outages;
  readonly #progress: Progress;
  readonly #record: Recorder;
  readonly #core: Core;
  /** When the current run of each job ends, or its resources are clean again [ms]; events that say otherwise are old. */
  readonly #due: Float64Array;
  /** How preempted jobs will stop, and when. */
  readonly #stopping = new Map<number, { how: Preemption['how']; at: number }>();
  readonly #hasDependencies: boolean;
  /** Jobs that others may have waited for until they started; only with dependencies. */
  readonly #launched = new Set<number>();
  readonly #killScan: number;
  readonly #killPhase: number;
  readonly #launchTime: number;
  readonly #releaseTime: number;
  readonly #interrupted: number[] = [];
  /** For a cycle after each event: the ends of this instant that are still to be applied. */
  #ends: number[] = [];
  #gatheredAt = -1;
  /** The how-manieth start of all each job's current run was; empty unless a cycle follows each event. */
  readonly #beganAs: Int32Array;
  #over = 0;

  constructor(workload: Workload, cluster: Cluster, ledger: Ledger, policy: Policy, options: SimulationOptions) {
    const { dependencies = 'ignore', seed = 1, explain = false, costs = {} } = options;
    this.#workload = workload;
    this.#policy = policy;
    this.#options = options;
    this.#ledger = ledger;
    this.#launchTime = costs.launch ?? 0;
    this.#releaseTime = costs.release ?? 0;
    this.#killScan = costs.killScan ?? policy.killScan ?? 0;
    this.#killPhase = costs.killPhase ?? 0;
    this.#submissions = new Submissions(workload, dependencies);
    this.#hasDependencies = dependencies !== 'ignore' && workload.dependencies !== undefined;
    this.#progress = new Progress(workload);
    this.#due = new Float64Array(workload.count).fill(NaN);
    this.#beganAs = new Int32Array(policy.rhythm?.cycle === 'event' ? workload.count : 0);
    this.#record = new Recorder(workload.submit, {
      procs: processorCount(cluster),
      placements: !cluster.interchangeable,
      explains: explain,
    });
    this.#core = new Core(requestsOf(workload), ledger, policy, this, this.#record);
    this.#outages = new Outages(cluster, seed, this.#events, (node, down) => this.#changeNode(node, down));
  }

  run(policyName: string): Schedule {
    const { first = 'ends', cycle = 'instant' } = this.#policy.rhythm ?? {};
    const { until = Infinity, onProgress } = this.#options;
    const core = this.#core;
    let instants = 0;
    let idle = 0;
    while (this.#over < this.#workload.count && idle < PATIENCE) {
      const now = this.#nextTime();
      if (now === Infinity || now > until) break;
      core.now = now;
      const decisions = core.decisions;
      if (cycle === 'instant') this.#applyInstant(now);
      else this.#applyOne(now, first);
      core.cycle();
      if (this.#options.audit === true) this.#ledger.audit();
      idle = core.decisions > decisions || core.running.size > 0 || this.#submissions.nextTime < Infinity ? 0 : idle + 1;
      if (onProgress !== undefined && ++instants % REPORT_EVERY === 0) onProgress(this.#over);
    }
    const end =
      until < Infinity && this.#over < this.#workload.count ? Math.max(core.now, Math.min(until, this.#nextTime())) : core.now;
    return this.#record.finish(policyName, end, (job) => core.phase[job] !== NOT_HERE);
  }

  #nextTime(): number {
    if (this.#ends.length > 0) return this.#gatheredAt;
    return Math.min(this.#events.nextTime, this.#submissions.nextTime);
  }

  /** All ends, then changes of nodes, then submissions, then timers. */
  #applyInstant(now: number): void {
    const events = this.#events;
    while (events.nextTime === now && events.nextKind < SUBMIT) this.#applyNext(now);
    while (this.#submissions.nextTime === now) this.#submitNext();
    while (events.nextTime === now) this.#applyNext(now);
  }

  /** One event only, for policies that want a cycle after each. */
  #applyOne(now: number, first: Rhythm['first']): void {
    if (now !== this.#gatheredAt) {
      this.#gatherEnds(now);
      if (first === 'due-ends' && this.#applyDueEnds(now)) return;
    }
    const submissionIsNow = this.#submissions.nextTime === now;
    const endIsNow = this.#ends.length > 0 || (this.#events.nextTime === now && this.#events.nextKind < SUBMIT);
    if (submissionIsNow && !(first === 'ends' && endIsNow)) this.#submitNext();
    else if (this.#ends.length > 0) this.#end(this.#ends.shift()!, now);
    else this.#applyNext(now);
  }

  /** Takes the ends of this instant out of the queue, to be applied in the order in which their runs began. */
  #gatherEnds(now: number): void {
    const events = this.#events;
    this.#gatheredAt = now;
    while (events.nextTime === now && events.nextKind === END) {
      this.#ends.push(events.nextRow);
      events.pop();
    }
    this.#ends.sort((a, b) => this.#beganAs[a] - this.#beganAs[b]);
  }

  /** Ends all jobs at once whose walltime is over now. Answers whether there were any. */
  #applyDueEnds(now: number): boolean {
    const { running } = this.#core;
    const isDue = (job: number) => !running.has(job) || running.expectedEnd(job) <= now;
    const due = this.#ends.filter(isDue);
    this.#ends = this.#ends.filter((job) => !isDue(job));
    for (const job of due) this.#end(job, now);
    return due.length > 0;
  }

  #submitNext(): void {
    const job = this.#submissions.take();
    if (job >= 0) this.#core.submit(job);
  }

  #applyNext(now: number): void {
    const kind = this.#events.nextKind;
    const row = this.#events.nextRow;
    this.#events.pop();
    if (kind === END) this.#end(row, now);
    else if (kind === STOP) this.#stopNow(row, now);
    else if (kind === RELEASE) this.#released(row, now);
    else if (kind === SUBMIT) this.#core.submit(row);
    else if (kind !== TIMER) this.#outages.apply(kind, row, now);
  }

  // What the core asks for.

  launch(job: number): number {
    const now = this.#core.now;
    const begins = now + this.#launchTime;
    const natural = begins + this.#progress.remaining(job);
    this.#due[job] = Math.min(natural, this.#killTime(begins + this.#core.walltimeLeft(job)));
    this.#events.push(this.#due[job], END, job);
    if (this.#beganAs.length > 0) this.#beganAs[job] = this.#core.decisions;
    if (this.#hasDependencies) this.#settleStart(job);
    return begins;
  }

  stop(job: number, { how, grace = 0 }: Preemption): void {
    const now = this.#core.now;
    const at = now + grace + (how === 'checkpoint' ? this.#progress.checkpointCost(job) : 0);
    this.#stopping.set(job, { how, at });
    if (at === now) this.#stopNow(job, now);
    else this.#events.push(at, STOP, job);
  }

  wake(time: number): void {
    if (!(this.#events.nextTime === time && this.#events.nextKind === TIMER)) this.#events.push(time, TIMER, 0);
  }

  over(job: number): void {
    this.#over++;
    if (!this.#hasDependencies) return;
    // A job that is over without having started satisfies those that only waited for its start.
    this.#settleStart(job);
    this.#settle(job, true, this.#record.stateOf(job) === COMPLETED);
  }

  /** The first look at limits at or after this time [ms]. */
  #killTime(limit: number): number {
    if (this.#killScan === 0 || limit === Infinity) return limit;
    return Math.ceil((limit - this.#killPhase) / this.#killScan) * this.#killScan + this.#killPhase;
  }

  #end(job: number, now: number): void {
    const phase = this.#core.phase[job];
    if ((phase !== RUNNING && phase !== STOPPING) || this.#due[job] !== now) return;
    const killed = now < this.#record.lastStart[job] + this.#progress.remaining(job);
    this.#stopping.delete(job);
    const clean = now + this.#releaseTime;
    this.#due[job] = clean;
    if (clean > now) this.#events.push(clean, RELEASE, job);
    this.#core.ended(job, killed ? KILLED : this.#outcome(job), clean);
  }

  #outcome(job: number): number {
    const outcome = this.#workload.outcome[job];
    return outcome === FAILS ? FAILED : outcome === IS_CANCELLED ? CANCELLED : COMPLETED;
  }

  #released(job: number, now: number): void {
    if (this.#core.phase[job] === RELEASING && this.#due[job] === now) this.#core.released(job);
  }

  #stopNow(job: number, now: number): void {
    const stopping = this.#stopping.get(job);
    if (stopping === undefined || stopping.at !== now || this.#core.phase[job] !== STOPPING) return;
    this.#stopping.delete(job);
    this.#due[job] = NaN;
    const { how } = stopping;
    this.#core.stopped(job, how, this.#keep(job, how, now));
  }

  #keep(job: number, how: Preemption['how'], now: number): number {
    const ran = Math.max(0, now - this.#record.lastStart[job]);
    if (how === 'cancel') return 0;
    if (how === 'suspend') return this.#progress.suspend(job, ran);
    const writing = how === 'checkpoint' ? Math.min(ran, this.#progress.checkpointCost(job)) : 0;
    return this.#progress.interrupt(job, ran - writing, how === 'checkpoint');
  }

  #changeNode(node: number, down: boolean): void {
    if (!down) return this.#core.nodeUp(node);
    this.#interrupted.length = 0;
    this.#ledger.holders(node, this.#interrupted);
    for (const job of this.#interrupted) this.#interrupt(job);
    this.#core.nodeDown(node);
  }

  #interrupt(job: number): void {
    const now = this.#core.now;
    const phase = this.#core.phase[job];
    this.#stopping.delete(job);
    if (phase === PAUSED) this.#record.lostWhileSuspended(job, now, this.#progress.loseMemory(job));
    if (phase !== RUNNING && phase !== STOPPING) return this.#core.lost(job, 0);
    this.#due[job] = NaN;
    const { onNodeFailure = 'requeue', maxRestarts = 100 } = this.#options;
    const kept = this.#progress.interrupt(job, Math.max(0, now - this.#record.lastStart[job]), false);
    const ends = onNodeFailure === 'fail' || this.#progress.interruptions(job) > maxRestarts;
    this.#core.lost(job, kept, ends ? FAILED : undefined);
  }

  /** The first start counts, not those after an interruption. */
  #settleStart(job: number): void {
    if (this.#launched.has(job)) return;
    this.#launched.add(job);
    this.#settle(job, false, false);
  }

  /** Lets the jobs go that waited for this one to start, or to end. */
  #settle(job: number, ended: boolean, ok: boolean): void {
    this.#submissions.settle(job, this.#core.now, ended, ok, (dependant, verdict, time) => {
      if (verdict !== MAY_GO) this.#core.withdraw(dependant, CANCELLED);
      else this.#events.push(time, SUBMIT, dependant);
    });
  }
}
