import type { Workload } from '../workload.ts';

/**
 * How much of their work jobs have done, across interruptions. Sparse: a job that is never interrupted costs nothing.
 */
export class Progress {
  readonly #workload: Workload;
  /** Work that is safe [ms]. */
  readonly #done = new Map<number, number>();
  /** Work that a suspended job has in memory beyond what is safe [ms]. */
  readonly #inMemory = new Map<number, number>();
  readonly #interruptions = new Map<number, number>();
  /** Jobs whose next run must first load a checkpoint. */
  readonly #reloads = new Set<number>();

  constructor(workload: Workload) {
    this.#workload = workload;
  }

  /** How long the next run of the job would take undisturbed [ms]. */
  remaining(job: number): number {
    const reload = this.#reloads.has(job) ? (this.#workload.checkpoints?.restart[job] ?? 0) : 0;
    return this.#workload.runtime[job] - (this.#done.get(job) ?? 0) - (this.#inMemory.get(job) ?? 0) + reload;
  }

  /** Time that asking for a checkpoint costs [ms]. */
  checkpointCost(job: number): number {
    return this.#workload.checkpoints?.cost[job] ?? 0;
  }

  /** How often the job was interrupted by what it could not help: failures and preemptions that requeue it. */
  interruptions(job: number): number {
    return this.#interruptions.get(job) ?? 0;
  }

  /**
   * The run is broken off after `ran` ms. Answers the work of it that is kept: all of it when a checkpoint was
   * written, else what the periodic checkpoints have saved.
   */
  interrupt(job: number, ran: number, checkpointed: boolean): number {
    this.#interruptions.set(job, this.interruptions(job) + 1);
    const reload = this.#reloads.has(job) ? (this.#workload.checkpoints?.restart[job] ?? 0) : 0;
    const worked = Math.max(0, ran - reload) + (this.#inMemory.get(job) ?? 0);
    const interval = this.#workload.checkpoints?.interval[job] ?? Infinity;
    const saved = checkpointed ? worked : interval === Infinity ? 0 : Math.floor(worked / interval) * interval;
    const kept = Math.min(saved, worked);
    this.#inMemory.delete(job);
    if (kept > 0) this.#done.set(job, (this.#done.get(job) ?? 0) + kept);
    if (this.#done.has(job)) this.#reloads.add(job);
    return kept;
  }

  /** The run is suspended after `ran` ms: nothing is lost as long as the job keeps its memory. */
  suspend(job: number, ran: number): number {
    const reload = this.#reloads.has(job) ? (this.#workload.checkpoints?.restart[job] ?? 0) : 0;
    this.#reloads.delete(job);
    const worked = Math.max(0, ran - reload);
    this.#inMemory.set(job, (this.#inMemory.get(job) ?? 0) + worked);
    return worked;
  }

  /** The nodes of a suspended job are gone. Answers the work that is lost with them [ms]. */
  loseMemory(job: number): number {
    const had = this.#inMemory.get(job) ?? 0;
    if (had === 0) return 0;
    return had - this.interrupt(job, 0, false);
  }
}
