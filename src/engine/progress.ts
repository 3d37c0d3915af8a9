import type { Preemption } from '../policy.ts';
import type { Workload } from '../workload.ts';

/** A run that is not as fast as the one that `Workload.runtime` tells of, since the last time its speed changed. */
interface Pace {
  readonly rate: number;
  /** How long the run had loaded and worked then [ms]. */
  readonly from: number;
  /** Work that it had done by then [ms of an undisturbed run]. */
  readonly done: number;
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
    const work = this.#workload.runtime[job] - (this.#done.get(job) ?? 0) - Math.max(0, this.#inMemory.get(job) ?? 0);
    const { rate, from, done } = this.#paceOf(job);
    if (rate === 1) return from + work - done;
    return work > done ? from + Math.ceil((work - done) / rate) : from;
  }

  /** The job works at this rate from now on, its run having loaded and worked for `ran` ms. */
  setRate(job: number, rate: number, ran: number): void {
    if (rate === 1 && !this.#pace.has(job)) return;
    this.#isUndisturbed = false;
    const load = this.#load(job);
    this.#pace.set(job, ran <= load ? { rate, from: load, done: 0 } : { rate, from: ran, done: this.#worked(job, ran) });
  }

  /** How much longer the run has taken for its speed so far [ms]; less than 0 if it is faster than at full speed. */
  slowed(job: number, ran: number): number {
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
    const unloaded = Math.max(0, this.#load(job) - ran);
    this.#reloads.delete(job);
    this.#pace.delete(job);
    this.#inMemory.set(job, unloaded > 0 ? -unloaded : before + worked);
    return worked;
  }

  /** Work of the run that is going on [whole ms]. */
  #worked(job: number, ran: number): number {
    const { rate, from, done } = this.#paceOf(job);
    return ran <= from ? done : rate === 1 ? done + ran - from : done + Math.floor((ran - from) * rate);
  }

  #paceOf(job: number): Pace {
    return this.#pace.get(job) ?? { rate: 1, from: this.#load(job), done: 0 };
  }

  /** What the run must load first: a checkpoint, or what is left of one [ms]. */
  #load(job: number): number {
    const reload = this.#reloads.has(job) ? (this.#workload.checkpoints?.restart[job] ?? 0) : 0;
    return reload + Math.max(0, -(this.#inMemory.get(job) ?? 0));
  }
}
