import { Float64Column, Int32Column } from '../columns.ts';
import type { Explanation, Resized, Schedule } from '../schedule.ts';
import { NODE_FAILED, UNFINISHED } from '../schedule.ts';
import type { Workload } from '../workload.ts';
import { HoldingsRecorder } from './holdings-recorder.ts';
import type { Ledger } from './ledger.ts';
import { PlacementRecorder } from './placement-recorder.ts';
import { Rejections } from './rejections.ts';

/** Writes down what happens to each job; `finish` makes it a `Schedule`. */
export class Recorder {
  /** When each job entered the queue [ms]. The workload's own column until a dependency moves one. */
  submit: Float64Array;
  /** When each job's current run began, or the one that ended it [ms]; NaN = none. */
  readonly lastStart: Float64Array;
  /** First starts: the same column until the first interruption of any job. */
  #start: Float64Array;
  readonly #end: Float64Array;
  readonly #state: Uint8Array;
  #ownSubmit = false;
  readonly #attempts = {
    job: new Int32Column(16),
    start: new Float64Column(16),
    end: new Float64Column(16),
    why: new Int32Column(16),
    kept: new Float64Column(16),
    slowed: new Float64Column(16),
  };
  /** Of each job, for what it held: all its runs, and those that stand among the attempts [ms]. Absent unless somebody tells. */
  #slowed: Float64Array | undefined;
  readonly #slowedBefore = new Map<number, number>();
  /** Filled by whoever counts it. */
  resized: Resized | undefined;
  readonly #capacityTime = new Float64Column(16);
  readonly #capacityProcs = new Float64Column(16);
  /** Since when so many processors are up: not written down before time moves on, since nodes come and go together. */
  #capacityAt = 0;
  #capacityNow: number;
  readonly #placements: PlacementRecorder | undefined;
  readonly #holdings: HoldingsRecorder | undefined;
  readonly #explanations: Explanation[] = [];
  readonly #lastReason = new Map<number, string>();
  readonly rejections = new Rejections();
  /** Whether reasons are kept. */
  readonly explains: boolean;

  /** `jobs`: those of which it is told what runs held of what they could. */
  constructor(submit: Float64Array, options: { procs: number; placements: boolean; explains: boolean; jobs?: Workload }) {
    const count = submit.length;
    this.submit = submit;
    this.lastStart = new Float64Array(count).fill(NaN);
    this.#start = this.lastStart;
    this.#end = new Float64Array(count).fill(NaN);
    this.#state = new Uint8Array(count);
    this.#placements = options.placements ? new PlacementRecorder(count) : undefined;
    this.#holdings = options.jobs && HoldingsRecorder.of(options.jobs);
    this.explains = options.explains;
    this.#capacityNow = options.procs;
  }

  submitted(job: number, now: number): void {
    if (this.submit[job] !== now) this.#moveSubmission(job, now);
  }

  started(job: number, begins: number, ledger: Ledger): void {
    if (Number.isNaN(this.#start[job])) this.#start[job] = begins;
    this.lastStart[job] = begins;
    this.#holdings?.note(job, begins, ledger);
    this.#placements?.note(job, ledger);
  }

  /** A run that was noted has really begun only now. */
  began(job: number, now: number): void {
    if (this.#start[job] === this.lastStart[job]) this.#start[job] = now;
    this.lastStart[job] = now;
  }

  /** A run that was noted has never come about. */
  undone(job: number): void {
    this.#neverRan(job);
  }

  /** Tasks have joined a run, or left it; of a job that does not run there is nothing to note yet. */
  holdsAnew(job: number, now: number, ledger: Ledger): void {
    if (Number.isNaN(this.lastStart[job])) return;
    this.#holdings?.note(job, Math.max(now, this.lastStart[job]), ledger);
    this.#placements?.note(job, ledger);
  }

  ended(job: number, now: number, state: number): void {
    // A job that was stopped before its launch was over has not run.
    if (this.lastStart[job] > now) this.#neverRan(job);
    this.#end[job] = now;
    this.#state[job] = state;
  }

  /** The run did not end the job; `kept` of its work counts for later [ms]. */
  interrupted(job: number, now: number, why: number, kept: number): void {
    if (this.#start === this.lastStart) this.#start = this.lastStart.slice();
    this.#attempt(job, Math.min(this.lastStart[job], now), now, why, kept);
    if (this.lastStart[job] > now) this.#neverRan(job);
    else this.lastStart[job] = NaN;
  }

  /** The run of the job took so much longer for what it held [ms]. Said before the run is over. */
  slowed(job: number, by: number): void {
    this.#slowed ??= new Float64Array(this.#state.length);
    this.#slowed[job] += by;
  }

  /** A suspended job lost its nodes; `kept` is negative: work that earlier attempts had kept is lost with them [ms]. */
  lostWhileSuspended(job: number, now: number, kept: number): void {
    this.#attempt(job, now, now, NODE_FAILED, kept);
  }

  /** The job is over without having run, or is turned away. */
  closed(job: number, now: number, state: number): void {
    this.#end[job] = now;
    this.#state[job] = state;
  }

  /** NaN while it is not over [ms]. */
  endOf(job: number): number {
    return this.#end[job];
  }

  stateOf(job: number): number {
    return this.#state[job];
  }

  capacity(now: number, procs: number): void {
    if (now !== this.#capacityAt) this.#noteCapacity();
    this.#capacityAt = now;
    this.#capacityNow = procs;
  }

  explained(job: number, now: number, reason: string): void {
    if (!this.explains || this.#lastReason.get(job) === reason) return;
    this.#lastReason.set(job, reason);
    this.#explanations.push({ job, time: now, reason });
  }

  /** Why the job is turned away. */
  rejected(job: number, now: number, reason: string): void {
    this.rejections.add(job, reason);
    this.explained(job, now, reason);
  }

  /** What has been explained so far, if reasons are kept. */
  get explanations(): readonly Explanation[] {
    return this.#explanations;
  }

  /** `seen(job)`: whether the job ever entered the queue. */
  finish(policy: string, until: number, seen: (job: number) => boolean): Schedule {
    const count = this.lastStart.length;
    for (let job = 0; job < count; job++) {
      if (this.#state[job] === UNFINISHED && !seen(job)) this.#moveSubmission(job, NaN);
    }
    this.#noteCapacity();
    const { job, start, end, why, kept, slowed } = this.#attempts;
    const rejections = this.rejections.counted();
    const holdings = this.#holdings?.finish();
    return {
      policy,
      count,
      submit: this.submit,
      start: this.#start,
      end: this.#end,
      lastStart: this.lastStart,
      state: this.#state,
      attempts: {
        count: job.length,
        job: job.done(),
        start: start.done(),
        end: end.done(),
        why: Uint8Array.from(why.done()),
        kept: kept.done(),
        ...(this.#slowed && { slowed: slowed.done() }),
      },
      ...(this.#slowed && { slowed: this.#slowed }),
      ...(this.resized && { resized: this.resized }),
      ...(holdings && { holdings }),
      placements: this.#placements?.finish(),
      capacity: { time: this.#capacityTime.done(), value: this.#capacityProcs.done() },
      until,
      explanations: this.#explanations,
      ...(rejections.length > 0 && { rejections }),
    };
  }

  #noteCapacity(): void {
    const last = this.#capacityProcs.length - 1;
    if (last >= 0 && this.#capacityProcs.get(last) === this.#capacityNow) return;
    this.#capacityTime.push(this.#capacityAt);
    this.#capacityProcs.push(this.#capacityNow);
  }

  #attempt(job: number, start: number, end: number, why: number, kept: number): void {
    this.#attempts.job.push(job);
    this.#attempts.start.push(start);
    this.#attempts.end.push(end);
    this.#attempts.why.push(why);
    this.#attempts.kept.push(kept);
    if (this.#slowed === undefined) return;
    this.#attempts.slowed.push(this.#slowed[job] - (this.#slowedBefore.get(job) ?? 0));
    this.#slowedBefore.set(job, this.#slowed[job]);
  }

  #neverRan(job: number): void {
    if (this.#start[job] === this.lastStart[job]) this.#start[job] = NaN;
    this.lastStart[job] = NaN;
  }

  #moveSubmission(job: number, to: number): void {
    if (!this.#ownSubmit) this.submit = this.submit.slice();
    this.#ownSubmit = true;
    this.submit[job] = to;
  }
}
