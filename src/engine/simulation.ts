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
import { Submissions } from './submissions.ts';

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
  /** How preempted jobs will stop, and when; before that they may write a checkpoint, and do not work meanwhile [ms]. */
  readonly #stopping = new Map<number, { how: Preemption['how']; worksUntil: number; at: number }>();
  /** How often jobs have lost their nodes [count]. */
  readonly #failures = new Map<number, number>();
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
    this.#submissions = new Submissions(workload, dependencies, this.#events, (job) => this.#core.withdraw(job, CANCELLED));
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
      idle = core.decisions > decisions || this.#isMoreToCome() ? 0 : idle + 1;
      if (onProgress !== undefined && ++instants % REPORT_EVERY === 0) onProgress(this.#over);
    }
    const end =
      until < Infinity && this.#over < this.#workload.count ? Math.max(core.now, Math.min(until, this.#nextTime())) : core.now;
    return this.#record.finish(policyName, end, (job) => core.phase[job] !== NOT_HERE);
  }

  /** Whether anything but timers and chance failures lies ahead. */
  #isMoreToCome(): boolean {
    return this.#core.running.size > 0 || this.#submissions.isMoreToCome || this.#outages.planned > 0;
  }

  #nextTime(): number {
    if (this.#ends.length > 0) return this.#gatheredAt;
    const events = this.#events;
    while (events.size > 0 && this.#isOld(events.nextKind, events.nextRow, events.nextTime)) events.pop();
    return Math.min(events.nextTime, this.#submissions.nextTime);
  }

  /** Whether the event is about a run, or a grace period, that is over already: nothing happens then. */
  #isOld(kind: number, job: number, time: number): boolean {
    if (kind === STOP) return this.#stopping.get(job)?.at !== time;
    if (kind !== END && kind !== RELEASE) return false;
    const phase = this.#core.phase[job];
    return this.#due[job] !== time || (kind === RELEASE ? phase !== RELEASING : phase !== RUNNING && phase !== STOPPING);
  }

  /** All ends, then changes of nodes, then submissions, then timers. */
  #applyInstant(now: number): void {
    const events = this.#events;
    while (events.nextTime === now && events.nextKind < SUBMIT) this.#applyNext(now);
    while (this.#submissions.isNow(now)) this.#submitNext(now);
    while (events.nextTime === now) this.#applyNext(now);
  }

  /** One event only, for policies that want a cycle after each. */
  #applyOne(now: number, first: Rhythm['first']): void {
    if (now !== this.#gatheredAt) {
      this.#gatherEnds(now);
      if (first === 'due-ends' && this.#applyDueEnds(now)) return;
    }
    const submissionIsNow = this.#submissions.isNow(now);
    const endIsNow = this.#ends.length > 0 || (this.#events.nextTime === now && this.#events.nextKind < SUBMIT);
    if (submissionIsNow && !(first === 'ends' && endIsNow)) this.#submitNext(now);
    else if (this.#ends.length > 0) this.#end(this.#ends.shift()!, now);
    else this.#applyNext(now);
  }

  /** Takes the ends of this instant out of the queue, to be applied in the order in which their runs began. */
  #gatherEnds(now: number): void {
    const events = this.#events;
    this.#gatheredAt = now;
    while (events.nextTime === now && events.nextKind === END) {
      const job = events.nextRow;
      events.pop();
      if (!this.#isOld(END, job, now) && this.#ends.at(-1) !== job) this.#ends.push(job);
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

  #submitNext(now: number): void {
    const job = this.#submissions.take(now);
    if (job >= 0) this.#core.submit(job);
  }

  #applyNext(now: number): void {
    const kind = this.#events.nextKind;
    const row = this.#events.nextRow;
    this.#events.pop();
    if (this.#isOld(kind, row, now)) return;
    if (kind === END) this.#end(row, now);
    else if (kind === STOP) this.#stopNow(row, now);
    else if (kind === RELEASE) this.#core.released(row);
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
    this.#submissions.started(job, begins);
    return begins;
  }

  stop(job: number, { how, grace = 0 }: Preemption): number {
    const now = this.#core.now;
    const worksUntil = now + grace;
    const at = worksUntil + (how === 'checkpoint' ? this.#progress.checkpointCost(job) : 0);
    this.#stopping.set(job, { how, worksUntil, at });
    if (at === now) this.#stopNow(job, now);
    else this.#events.push(at, STOP, job);
    if (at > worksUntil && this.#due[job] > worksUntil) this.#endOnlyByLimit(job);
    return at;
  }

  /** A job that will be writing its checkpoint does not come to the end of its work; its walltime goes on. */
  #endOnlyByLimit(job: number): void {
    this.#due[job] = this.#killTime(this.#record.lastStart[job] + this.#core.walltimeLeft(job));
    this.#events.push(this.#due[job], END, job);
  }

  wake(time: number): void {
    if (!(this.#events.nextTime === time && this.#events.nextKind === TIMER)) this.#events.push(time, TIMER, 0);
  }

  over(job: number): void {
    this.#over++;
    this.#settleEnd(job);
  }

  /** Lets the jobs go that waited for the end of this one. */
  #settleEnd(job: number): void {
    this.#submissions.ended(job, this.#core.now, this.#record.stateOf(job) === COMPLETED);
  }

  /** The first look at limits at or after this time [ms]. */
  #killTime(limit: number): number {
    if (this.#killScan === 0 || limit === Infinity) return limit;
    return Math.max(0, Math.ceil((limit - this.#killPhase) / this.#killScan)) * this.#killScan + this.#killPhase;
  }

  #end(job: number, now: number): void {
    if (this.#isOld(END, job, now)) return;
    const isWriting = this.#worksUntil(job, now) < now;
    const killed = isWriting || now < this.#record.lastStart[job] + this.#progress.remaining(job);
    this.#stopping.delete(job);
    const clean = now + this.#releaseTime;
    this.#due[job] = clean;
    if (clean > now) this.#events.push(clean, RELEASE, job);
    this.#core.ended(job, killed ? KILLED : this.#outcome(job), clean);
    this.#settleEnd(job);
  }

  #outcome(job: number): number {
    const outcome = this.#workload.outcome[job];
    return outcome === FAILS ? FAILED : outcome === IS_CANCELLED ? CANCELLED : COMPLETED;
  }

  #stopNow(job: number, now: number): void {
    const { how } = this.#stopping.get(job)!;
    const kept = this.#keep(job, how, now);
    this.#stopping.delete(job);
    this.#due[job] = NaN;
    this.#core.stopped(job, how, kept);
  }

  #keep(job: number, how: Preemption['how'], now: number): number {
    if (how === 'cancel') return 0;
    if (how === 'suspend') return this.#progress.suspend(job, this.#ran(job, now));
    return this.#progress.interrupt(job, this.#ran(job, now), how === 'checkpoint');
  }

  /** How long the current run has loaded and worked [ms]. */
  #ran(job: number, now: number): number {
    return Math.max(0, this.#worksUntil(job, now) - this.#record.lastStart[job]);
  }

  /** Now, or before that if the job writes its checkpoint now [ms]. */
  #worksUntil(job: number, now: number): number {
    const stopping = this.#stopping.get(job);
    return stopping?.how === 'checkpoint' ? Math.min(now, stopping.worksUntil) : now;
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
    if (phase === PAUSED) this.#record.lostWhileSuspended(job, now, this.#progress.interrupt(job, 0, false));
    if (phase !== RUNNING && phase !== STOPPING) return this.#core.lost(job, 0);
    const { onNodeFailure = 'requeue', maxRestarts = 100 } = this.#options;
    const failures = (this.#failures.get(job) ?? 0) + 1;
    this.#failures.set(job, failures);
    const kept = this.#progress.interrupt(job, this.#ran(job, now), false);
    this.#stopping.delete(job);
    this.#due[job] = NaN;
    this.#core.lost(job, kept, onNodeFailure === 'fail' || failures > maxRestarts ? FAILED : undefined);
  }
}
