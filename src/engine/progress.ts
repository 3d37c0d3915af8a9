import type { Preemption } from '../policy.ts';
import { trainingOf } from '../speeds.ts';
import type { SpeedCurve } from '../speeds.ts';
import type { Workload } from '../workload.ts';
import { timeAlong, workAlong } from './curve.ts';

/** A run that is not as fast as the one that `Workload.runtime` tells of, since the last time its speed changed. */
interface Pace {
  /** By the share of all work that is done, if it is not the same throughout. */
  readonly rate: number | SpeedCurve;
  /** How long the run had loaded and worked then [ms]. */
  readonly from: number;
  /** Work that it had done by then [ms of an undisturbed run]. */
  readonly done: number;
}

/** What sums of work at several speeds may be off [ms]: doubles cannot hold thirds. */
const HAIR = 1e-6;

function hair({ rate, done }: Pick<Pace, 'rate' | 'done'>): number {
  return done === 0 || typeof rate !== 'number' ? 0 : HAIR;
}

/**
 * How much of their work jobs have done, across interruptions. Work is counted in the time that it takes at full speed. Sparse:
 * a job that is never interrupted, and is as fast anywhere, costs nothing.
 */
export class Progress {
  readonly #workload: Workload;
  /** Work that is safe [ms]. */
  readonly #done = new Map<number, number>();
  /**
   * Work that a job that was suspended has in memory beyond what is safe [ms]; negative: what it has still to load
   * of its checkpoint.
   */
  readonly #inMemory = new Map<number, number>();
  /** Jobs whose next run must first load a checkpoint. */
  readonly #reloads = new Set<number>();
  /** Of runs that are not at full speed. */
  readonly #pace = new Map<number, Pace>();
  /** Nothing has happened yet that is kept here: mostly nothing ever does. */
  #isUndisturbed = true;

  constructor(workload: Workload) {
    this.#workload = workload;
  }

  /** How long the run of the job would take undisturbed, from its beginning on [ms]. */
  remaining(job: number): number {
    if (this.#isUndisturbed) return this.#workload.runtime[job];
    const before = this.#before(job);
    const work = this.#workload.runtime[job] - before;
    const { rate, from, done } = this.#paceOf(job);
    if (typeof rate !== 'number') return from + Math.ceil(timeAlong(rate, this.#workload.runtime[job], before + done));
    return work > done ? from + Math.ceil((work - done) / rate - hair({ rate, done })) : from;
  }

  /** The job works at this rate from now on, its run having loaded and worked for `ran` ms. */
  setRate(job: number, rate: number, ran: number): void {
    if (rate === 1 && !this.#pace.has(job)) return;
    this.#isUndisturbed = false;
    const load = this.#load(job);
    this.#pace.set(job, ran <= load ? { rate, from: load, done: 0 } : { rate, from: ran, done: this.#workedExactly(job, ran) });
  }

  /**
   * The job works along this curve from now on, its run having loaded and worked for `ran` ms. Every run must load first, and
   * load anew whenever its curve changes.
   */
  setCurve(job: number, curve: SpeedCurve, ran: number): void {
    this.#isUndisturbed = false;
    const done = this.#pace.has(job) ? this.#workedExactly(job, ran) : 0;
    this.#pace.set(job, { rate: curve, from: ran === 0 ? this.#load(job) : ran + this.#restart(job), done });
  }

  /** The rate at which the job works; NaN along a curve. */
  rateOf(job: number): number {
    const { rate } = this.#paceOf(job);
    return typeof rate === 'number' ? rate : NaN;
  }

  /** The run loads until it has loaded and worked for so long [ms]. */
  loadsUntil(job: number): number {
    return this.#paceOf(job).from;
  }

  /** All work that is done once the run has loaded and worked for `ran` ms [ms of an undisturbed run]. */
  position(job: number, ran: number): number {
    return this.#before(job) + this.#workedExactly(job, ran);
  }

  /** How much longer the run has taken for its speed so far [ms]; less than 0 if it is faster than at full speed. */
  slowed(job: number, ran: number): number {
    if (this.#isTraining(job)) return ran - this.#worked(job, ran);
    return this.#pace.has(job) ? Math.max(0, ran - this.#load(job)) - this.#worked(job, ran) : 0;
  }

  /** Time that asking for a checkpoint costs [ms]. */
  checkpointCost(job: number): number {
    return this.#workload.checkpoints?.cost[job] ?? 0;
  }

  /** A preemption has ended the run after it has loaded and worked for `ran` ms. Answers what is kept of it [ms]. */
  stop(job: number, how: Preemption['how'], ran: number): number {
    if (how === 'cancel' || how === 'discard' || how === 'kill') return 0;
    return how === 'suspend' ? this.suspend(job, ran) : this.interrupt(job, ran, how === 'checkpoint');
  }

  /**
   * The run is broken off after it has loaded and worked for `ran` ms: what is not saved is lost. All of it is saved
   * when a checkpoint was written, else what the periodic checkpoints have saved. Answers what the run adds to the
   * work that need not be done again; less than 0 if it lost work that a suspension had kept.
   */
  interrupt(job: number, ran: number, checkpointed: boolean): number {
    this.#isUndisturbed = false;
    const before = Math.max(0, this.#inMemory.get(job) ?? 0);
    const worked = before + this.#worked(job, ran);
    const interval = this.#workload.checkpoints?.interval[job] ?? Infinity;
    const saved = checkpointed || interval === 0 ? worked : interval === Infinity ? 0 : Math.floor(worked / interval) * interval;
    this.#inMemory.delete(job);
    this.#pace.delete(job);
    if (saved > 0) this.#done.set(job, (this.#done.get(job) ?? 0) + saved);
    if (this.#done.has(job)) this.#reloads.add(job);
    return saved - before;
  }

  /** The run is suspended after it has loaded and worked for `ran` ms: nothing is lost as long as the job keeps its memory. */
  suspend(job: number, ran: number): number {
    this.#isUndisturbed = false;
    const before = Math.max(0, this.#inMemory.get(job) ?? 0);
    const worked = this.#worked(job, ran);
    const unloaded = this.#isTraining(job) ? 0 : Math.max(0, this.#load(job) - ran);
    this.#reloads.delete(job);
    this.#pace.delete(job);
    this.#inMemory.set(job, unloaded > 0 ? -unloaded : before + worked);
    return worked;
  }

  /** Work of the run that is going on [whole ms]. */
  #worked(job: number, ran: number): number {
    return Math.floor(this.#workedExactly(job, ran) + hair(this.#paceOf(job)));
  }

  /** The same, but a millisecond that is begun counts in part. */
  #workedExactly(job: number, ran: number): number {
    const { rate, from, done } = this.#paceOf(job);
    if (ran <= from) return done;
    if (rate === 1) return done + ran - from;
    if (typeof rate === 'number') return done + (ran - from) * rate;
    const before = this.#before(job);
    return workAlong(rate, this.#workload.runtime[job], before + done, ran - from) - before;
  }

  /** Work that earlier runs have done and that is not lost [ms]. */
  #before(job: number): number {
    return (this.#done.get(job) ?? 0) + Math.max(0, this.#inMemory.get(job) ?? 0);
  }

  #paceOf(job: number): Pace {
    return this.#pace.get(job) ?? { rate: 1, from: this.#load(job), done: 0 };
  }

  /** What the run must load first: a checkpoint, or what is left of one [ms]. */
  #load(job: number): number {
    return (
      (this.#reloads.has(job) || this.#isTraining(job) ? this.#restart(job) : 0) + Math.max(0, -(this.#inMemory.get(job) ?? 0))
    );
  }

  #restart(job: number): number {
    const { speeds, checkpoints } = this.#workload;
    return (speeds && trainingOf(speeds, job)?.restart) ?? checkpoints?.restart[job] ?? 0;
  }

  #isTraining(job: number): boolean {
    const { speeds } = this.#workload;
    return speeds !== undefined && trainingOf(speeds, job) !== undefined;
  }
}
