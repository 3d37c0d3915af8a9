import { processorCount } from '../cluster.ts';
import type { Cluster } from '../cluster.ts';
import type { Eviction, Policy, Preemption, Rhythm } from '../policy.ts';
import { CANCELLED, COMPLETED, FAILED, KILLED } from '../schedule.ts';
import type { Schedule } from '../schedule.ts';
import { isService, requestsOf } from '../workload.ts';
import type { Workload } from '../workload.ts';
import { Core } from './core.ts';
import type { Driver } from './driver.ts';
import { EndsOfInstant } from './ends-of-instant.ts';
import { END, EventQueue, EVICTION, RELEASE, STOP, SUBMIT, TIMER } from './event-queue.ts';
import { LaunchLatency } from './launch-latency.ts';
import type { Ledger } from './ledger.ts';
import { Outages } from './outages.ts';
import { outlasts, stateAtEnd } from './outcomes.ts';
import { NOT_HERE, PAUSED, RELEASING, RUNNING, STOPPING } from './phase.ts';
import { Progress } from './progress.ts';
import { Rates } from './rates.ts';
import { Recorder } from './recorder.ts';
import { RunEnds } from './run-ends.ts';
import type { SimulationOptions } from './simulate.ts';
import { Standstill } from './standstill.ts';
import { Stops } from './stops.ts';
import { Submissions } from './submissions.ts';

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
  readonly #rates: Rates | undefined;
  readonly #record: Recorder;
  readonly #core: Core;
  readonly #ends: RunEnds;
  readonly #standstill: Standstill;
  readonly #stops = new Stops();
  /** Evictions of this run, by the number that their event bears. */
  readonly #evictions: Eviction[] = [];
  /** Jobs that are not over, without services, which would go on for ever: when there are none the run ends [count]. */
  #left = 0;
  /** How often jobs have lost their nodes [count]. */
  readonly #failures = new Map<number, number>();
  readonly #latency: LaunchLatency;
  readonly #endsNow: EndsOfInstant;

  constructor(workload: Workload, cluster: Cluster, ledger: Ledger, policy: Policy, options: SimulationOptions) {
    const { dependencies = 'ignore', seed = 1, explain = false, costs = {} } = options;
    this.#workload = workload;
    this.#policy = policy;
    this.#options = options;
    this.#ledger = ledger;
    this.#latency = new LaunchLatency(costs, seed);
    this.#submissions = new Submissions(workload, dependencies, this.#events, (job) => this.#core.withdraw(job, CANCELLED));
    this.#progress = new Progress(workload);
    const { killScan = policy.killScan ?? 0, killPhase = 0 } = costs;
    this.#ends = new RunEnds(this.#events, { every: killScan, phase: killPhase });
    for (let job = 0; job < workload.count; job++) if (!isService(workload, job)) this.#left++;
    this.#left ||= workload.count;
    this.#endsNow = new EndsOfInstant(policy.rhythm?.cycle === 'event' ? workload.count : 0);
    const kept = { procs: processorCount(cluster), placements: !cluster.interchangeable, explains: explain, jobs: workload };
    this.#record = new Recorder(workload.submit, kept);
    this.#rates = Rates.of(workload, cluster, ledger, this.#progress, this.#record);
    this.#core = new Core(requestsOf(workload), ledger, policy, this, this.#record);
    this.#outages = new Outages(cluster, seed, this.#events, (node, down) => this.#changeNode(node, down));
    this.#standstill = new Standstill(workload.count, this.#events, this.#outages, options.until);
  }

  run(policyName: string): Schedule {
    const { first = 'ends', cycle = 'instant' } = this.#policy.rhythm ?? {};
    const { until = Infinity, onProgress } = this.#options;
    const core = this.#core;
    let instants = 0;
    for (let isOver = false; this.#left > 0 && !isOver;) {
      const now = this.#nextTime();
      if (now === Infinity || now > until) break;
      core.now = now;
      const decisions = core.decisions;
      if (cycle === 'instant') this.#applyInstant(now);
      else this.#applyOne(now, first);
      core.cycle();
      if (this.#rates !== undefined) this.#meetNeighbours(this.#rates, now);
      if (this.#options.audit === true) this.#ledger.audit();
      isOver = this.#standstill.isReached(core.decisions > decisions || this.#isMoreToCome(), now);
      if (onProgress !== undefined && ++instants % REPORT_EVERY === 0) onProgress(this.#workload.count - this.#left);
    }
    const end = this.#left === 0 ? core.now : this.#standstill.endOfRun(core.now, this.#nextTime());
    for (let job = core.running.first(); job >= 0; job = core.running.after(job))
      if (core.phase[job] !== RELEASING) this.#settle(job, end);
    return { ...this.#record.finish(policyName, end, (job) => core.phase[job] !== NOT_HERE), ...this.#outages.counted() };
  }

  /** Whether anything but timers and chance failures lies ahead. */
  #isMoreToCome(): boolean {
    return this.#core.running.size > this.#ends.endless || this.#submissions.isMoreToCome || this.#outages.planned > 0;
  }

  #nextTime(): number {
    if (this.#endsNow.left > 0) return this.#endsNow.at;
    const events = this.#events;
    while (events.size > 0 && this.#isOld(events.nextKind, events.nextRow, events.nextTime)) events.pop();
    return Math.min(events.nextTime, this.#submissions.nextTime);
  }

  /** Whether the event is about a run, or a grace period, that is over already: nothing happens then. */
  #isOld(kind: number, job: number, time: number): boolean {
    if (kind === STOP) return this.#stops.get(job)?.at !== time;
    if (kind === EVICTION) return !this.#core.isLeaving(this.#evictions[job]);
    if (kind !== END && kind !== RELEASE) return false;
    const phase = this.#core.phase[job];
    if (kind === RELEASE ? phase !== RELEASING : phase !== RUNNING && phase !== STOPPING) return true;
    return !this.#ends.isDue(job, time);
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
    if (now !== this.#endsNow.at) {
      this.#endsNow.gather(this.#events, now, (job) => this.#isOld(END, job, now));
      if (first === 'due-ends' && this.#applyDueEnds(now)) return;
    }
    const submissionIsNow = this.#submissions.isNow(now);
    const endIsNow = this.#endsNow.left > 0 || (this.#events.nextTime === now && this.#events.nextKind < SUBMIT);
    if (submissionIsNow && !(first === 'ends' && endIsNow)) this.#submitNext(now);
    else if (this.#endsNow.left > 0) this.#end(this.#endsNow.shift(), now);
    else this.#applyNext(now);
  }

  /** Ends all jobs at once whose walltime is over now. Answers whether there were any. */
  #applyDueEnds(now: number): boolean {
    const { running } = this.#core;
    const due = this.#endsNow.take((job) => !running.has(job) || running.expectedEnd(job) <= now);
    for (const job of due) this.#end(job, now);
    return due.length > 0;
  }

  #submitNext(now: number): void {
    const job = this.#submissions.take(now);
    this.#standstill.progress();
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
    else if (kind === EVICTION) this.#evictNow(this.#evictions[row], now);
    else if (kind !== TIMER) this.#outages.apply(kind, row, now);
  }

  // What the core asks for.

  launch(job: number, ready: number): number {
    const begins = ready + this.#latency.of(job);
    this.#rates?.holdsAnew(job, 0);
    this.#setEnd(job, begins);
    this.#endsNow.began(job, this.#core.decisions);
    this.#submissions.started(job, begins);
    return begins;
  }

  #setEnd(job: number, begins: number): void {
    const limit = begins + this.#core.walltimeLeft(job);
    const natural = outlasts(this.#workload, job, limit) ? Infinity : begins + this.#progress.remaining(job);
    this.#ends.set(job, this.#stops.endOfWork(job, natural), limit);
  }

  /** Tasks have joined the run, or left it: it may be faster or slower from now on. */
  joined(job: number): void {
    if (this.#rates === undefined) return;
    this.#rates.holdsAnew(job, this.#ran(job, this.#core.now));
    this.#renewEnd(job);
  }

  /** Runs have joined or left the GPUs of others in this instant: those may be slower or faster from now on. */
  #meetNeighbours(rates: Rates, now: number): void {
    for (const job of rates.takeThoseWithOtherNeighbours()) if (rates.isSlowedAnew(job, this.#ran(job, now))) this.#renewEnd(job);
  }

  #renewEnd(job: number): void {
    this.#ends.clear(job);
    this.#setEnd(job, this.#record.lastStart[job]);
  }

  phaseOf(job: number): number {
    return this.#rates?.phaseOf(job, this.#core.running.has(job) ? this.#ran(job, this.#core.now) : 0) ?? 0;
  }

  stop(job: number, { how, grace = 0 }: Preemption): number {
    const now = this.#core.now;
    this.#standstill.takeBack(job, now);
    const worksUntil = now + grace;
    const at = worksUntil + (how === 'checkpoint' ? this.#progress.checkpointCost(job) : 0);
    this.#stops.set(job, { how, worksUntil, at });
    if (at === now) this.#stopNow(job, now);
    else this.#events.push(at, STOP, job);
    if (at > worksUntil && this.#ends.at(job) > worksUntil) this.#renewEnd(job);
    return at;
  }

  evict(eviction: Eviction, grace: number): void {
    this.#standstill.takeBack(eviction.job, this.#core.now);
    if (grace === 0) return this.#evictNow(eviction, this.#core.now);
    this.#events.push(this.#core.now + grace, EVICTION, this.#evictions.push(eviction) - 1);
  }

  wake(time: number): void {
    if (!(this.#events.nextTime === time && this.#events.nextKind === TIMER)) this.#events.push(time, TIMER, 0);
  }

  over(job: number): void {
    this.#standstill.progress();
    if (!isService(this.#workload, job)) this.#left--;
    this.#submissions.ended(job, this.#core.now, this.#record.stateOf(job) === COMPLETED);
  }

  #end(job: number, now: number): void {
    if (this.#isOld(END, job, now)) return;
    const isWriting = this.#stops.worksUntil(job, now) < now;
    const killed = isWriting || now < this.#record.lastStart[job] + this.#progress.remaining(job);
    this.#settle(job, now);
    this.#stops.delete(job);
    const clean = now + (this.#options.costs?.release ?? 0);
    this.#ends.cleanAt(job, clean, now);
    this.#core.ended(job, killed ? KILLED : stateAtEnd(this.#workload, job), clean);
    this.#submissions.ended(job, this.#core.now, this.#record.stateOf(job) === COMPLETED);
  }

  #stopNow(job: number, now: number): void {
    const { how } = this.#stops.get(job)!;
    const kept = this.#progress.stop(job, how, this.#settle(job, now));
    this.#stops.delete(job);
    this.#ends.clear(job);
    this.#core.stopped(job, how, kept);
  }

  #evictNow(eviction: Eviction, now: number): void {
    const { job } = eviction;
    const breaks = this.#core.breaks(eviction);
    const kept = breaks ? this.#progress.interrupt(job, this.#settle(job, now), false) : 0;
    if (breaks) this.#ends.clear(job);
    this.#core.evicted(eviction, kept);
    if (!breaks && this.#core.phase[job] === RUNNING) this.joined(job);
  }

  /** The run is over. Answers how long it has loaded and worked [ms]. */
  #settle(job: number, now: number): number {
    const ran = this.#ran(job, now);
    this.#rates?.settle(job, ran);
    return ran;
  }

  /** How long the current run has loaded and worked [ms]. */
  #ran(job: number, now: number): number {
    return Math.max(0, this.#stops.worksUntil(job, now) - this.#record.lastStart[job]);
  }

  #changeNode(node: number, down: boolean): void {
    if (!down) return this.#core.nodeUp(node);
    const interrupted: number[] = [];
    this.#ledger.holders(node, interrupted);
    for (const job of interrupted) this.#interrupt(job);
    this.#core.nodeDown(node);
  }

  #interrupt(job: number): void {
    const [now, phase] = [this.#core.now, this.#core.phase[job]];
    if (phase === PAUSED) this.#record.lostWhileSuspended(job, now, this.#progress.interrupt(job, 0, false));
    if (phase !== RUNNING && phase !== STOPPING) return this.#core.lost(job, 0);
    const { onNodeFailure = 'requeue', maxRestarts = 100 } = this.#options;
    const failures = (this.#failures.get(job) ?? 0) + 1;
    this.#failures.set(job, failures);
    const kept = this.#progress.interrupt(job, this.#settle(job, now), false);
    this.#stops.delete(job);
    this.#ends.clear(job);
    this.#core.lost(job, kept, onNodeFailure === 'fail' || failures > maxRestarts ? FAILED : undefined);
  }
}
