import type { Preemption } from '../policy.ts';

/** How a preempted job will stop, and when; before that it may write a checkpoint, and does not work meanwhile [ms]. */
export interface Stop {
  readonly how: Preemption['how'];
  readonly worksUntil: number;
  readonly at: number;
}

/** The preempted jobs that have not stopped yet. */
export class Stops {
  readonly #stops = new Map<number, Stop>();

  get(job: number): Stop | undefined {
    return this.#stops.get(job);
  }

  set(job: number, stop: Stop): void {
    this.#stops.set(job, stop);
  }

  /** The run is over, in whichever way. */
  delete(job: number): void {
    if (this.#stops.size > 0) this.#stops.delete(job);
  }

  /** When the job comes to the end of its work, if it would then [ms]: not while it writes its checkpoint. */
  endOfWork(job: number, natural: number): number {
    const stop = this.#stops.size === 0 ? undefined : this.#stops.get(job);
    return stop !== undefined && stop.at > stop.worksUntil && natural > stop.worksUntil ? Infinity : natural;
  }

  /** Now, or before that if the job writes its checkpoint now [ms]. */
  worksUntil(job: number, now: number): number {
    const stop = this.#stops.size === 0 ? undefined : this.#stops.get(job);
    return stop?.how === 'checkpoint' ? Math.min(now, stop.worksUntil) : now;
  }
}
