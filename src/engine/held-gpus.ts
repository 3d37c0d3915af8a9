import type { Resized } from '../schedule.ts';

/** What a run has held since the last change [ms that it has loaded and worked]. */
interface Stretch {
  readonly gpus: number;
  readonly from: number;
  /** It loads until then. */
  readonly loads: number;
}

/** Adds up the GPU time of jobs that hold now more, now less. */
export class HeldGpus {
  readonly column: Resized;
  readonly #stretch = new Map<number, Stretch>();

  constructor(count: number) {
    this.column = { times: new Int32Array(count), held: new Float64Array(count), loading: new Float64Array(count) };
  }

  /** The job holds so many GPUs once its run has loaded and worked for `ran` ms, and loads until it has for `loads`. */
  change(job: number, gpus: number, ran: number, loads: number): void {
    const before = this.#stretch.get(job);
    // What moves at one instant is one change.
    if (before !== undefined && ran > before.from) this.column.times[job]++;
    this.#close(job, ran);
    this.#stretch.set(job, { gpus, from: ran, loads });
  }

  settle(job: number, ran: number): void {
    this.#close(job, ran);
    this.#stretch.delete(job);
  }

  #close(job: number, ran: number): void {
    const stretch = this.#stretch.get(job);
    if (stretch === undefined) return;
    const { gpus, from, loads } = stretch;
    this.column.held[job] += gpus * (ran - from);
    this.column.loading[job] += gpus * Math.max(0, Math.min(ran, loads) - from);
  }
}
