import { END, RELEASE } from './event-queue.ts';
import type { EventQueue } from './event-queue.ts';

/** How often limits are looked at, and when first [ms]; every 0 ms = a job is killed exactly at its walltime. */
export interface KillScan {
  readonly every: number;
  readonly phase: number;
}

/** When the current run of each job ends, or its resources are clean again. Events that say otherwise are old. */
export class RunEnds {
  readonly #due: Float64Array;
  readonly #events: EventQueue;
  readonly #scan: KillScan;
  /** Jobs whose run has no end: services. */
  readonly #endless = new Set<number>();

  constructor(count: number, events: EventQueue, scan: KillScan) {
    this.#due = new Float64Array(count).fill(NaN);
    this.#events = events;
    this.#scan = scan;
  }

  /** Runs that have no end [count]. */
  get endless(): number {
    return this.#endless.size;
  }

  at(job: number): number {
    return this.#due[job];
  }

  /** The run ends at this time, or at the first look at limits after its walltime is over [ms]. */
  set(job: number, natural: number, limit: number): void {
    const due = Math.min(natural, this.#killTime(limit));
    this.#due[job] = due;
    if (due < Infinity) this.#events.push(due, END, job);
    else this.#endless.add(job);
  }

  /** The run is over; its resources will be clean at this time [ms]. */
  cleanAt(job: number, time: number, now: number): void {
    this.clear(job);
    this.#due[job] = time;
    if (time > now) this.#events.push(time, RELEASE, job);
  }

  /** The run is broken off. */
  clear(job: number): void {
    this.#due[job] = NaN;
    if (this.#endless.size > 0) this.#endless.delete(job);
  }

  #killTime(limit: number): number {
    const { every, phase } = this.#scan;
    if (every === 0 || limit === Infinity) return limit;
    return Math.max(0, Math.ceil((limit - phase) / every)) * every + phase;
  }
}
