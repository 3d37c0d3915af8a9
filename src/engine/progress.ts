import type { Workload } from '../workload.ts';

/**
 * How much of their work jobs have done, across interruptions. Sparse: a job that is never interrupted costs nothing.
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
  /** No run has been broken off yet: mostly none ever is. */
  #isUndisturbed = true;

  constructor(workload: Workload) {
    this.#workload = workload;
  }

  /** How long the next run of the job would take undisturbed [ms]. */
  remaining(job: number): number {
    if (this.#isUndisturbed) return this.#workload.runtime[job];
    return this.#workload.runtime[job] - (this.#done.get(job) ?? 0) - (this.#inMemory.get(job) ?? 0) + this.#reload(job);
  }

  /** Time that asking for a checkpoint costs [ms]. */
  checkpointCost(job: number): number {
    return this.#workload.checkpoints?.cost[job] ?? 0;
  }

  /**
   * The run is broken off after it has loaded and worked for `ran` ms: what is not saved is lost. All of it is saved
   * when a checkpoint was written, else what the periodic checkpoints have saved. Answers what the run adds to the
   * work that need not be done again; less than 0 if it lost work that a suspension had kept.
   */
  interrupt(job: number, ran: number, checkpointed: boolean): number {
    this.#isUndisturbed = false;
    const before = this.#inMemory.get(job) ?? 0;
    const worked = Math.max(0, ran - this.#reload(job) + before);
    const interval = this.#workload.checkpoints?.interval[job] ?? Infinity;
    const saved = checkpointed || interval === 0 ? worked : interval === Infinity ? 0 : Math.floor(worked / interval) * interval;
    this.#inMemory.delete(job);
    if (saved > 0) this.#done.set(job, (this.#done.get(job) ?? 0) + saved);
    if (this.#done.has(job)) this.#reloads.add(job);
    return saved - Math.max(0, before);
  }

  /** The run is suspended after it has loaded and worked for `ran` ms: nothing is lost as long as the job keeps its memory. */
  suspend(job: number, ran: number): number {
    this.#isUndisturbed = false;
    const before = this.#inMemory.get(job) ?? 0;
    const inMemory = before + ran - this.#reload(job);
    this.#reloads.delete(job);
    this.#inMemory.set(job, inMemory);
    return Math.max(0, inMemory) - Math.max(0, before);
  }

  #reload(job: number): number {
    return this.#reloads.has(job) ? (this.#workload.checkpoints?.restart[job] ?? 0) : 0;
  }
}
