import { END, RELEASE } from './event-queue.ts';
import type { EventQueue } from './event-queue.ts';

/** How often limits are looked at, and when first [ms]; every 0 ms = a job is killed exactly at its walltime. */
export interface KillScan {
  readonly every: number;
  readonly phase: number;
}

/**
 * When the current run of each job ends, or its resources are clean again. Events that say otherwise are old. Mostly
 * none does: a job whose runs were never broken off costs nothing here.
 */
export class RunEnds {
  /** What is right for jobs of which there may be old events [ms]; NaN = none of them is. */
  readonly #due = new Map<number, number>();
  readonly #events: EventQueue;
  readonly #scan: KillScan;
  /** Jobs whose run has no end: services. */
  readonly #endless = new Set<number>();

  constructor(events: EventQueue, scan: KillScan) {
    this.#events = events;
    this.#scan = scan;
  }

  /** Runs that have no end [count]. */
  get endless(): number {
    return this.#endless.size;
  }

  /** When the current run ends [ms]; Infinity if it never does. It may have to be looked for in the queue. */
  at(job: number): number {
    return this.#due.get(job) ?? this.#events.timeOf(END, job);
  }

  /** Whether an event at this time is about the current run of the job, or about its resources. */
  isDue(job: number, time: number): boolean {
    if (this.#due.size === 0) return true;
    const due = this.#due.get(job);
    return due === undefined || due === time;
  }

  /**
   * The run ends at this time, or at the first look at limits after its walltime is over [ms]. Said when it begins; to say
   * otherwise later, `clear` it first.
   */
  set(job: number, natural: number, limit: number): void {
    const due = Math.min(natural, this.#killTime(limit));
    if (this.#due.size > 0 && this.#due.has(job)) this.#due.set(job, due);
    if (due < Infinity) this.#events.push(due, END, job);
    else this.#endless.add(job);
  }

  /** The run is over; its resources will be clean at this time [ms]. */
  cleanAt(job: number, time: number, now: number): void {
    if (this.#endless.size > 0) this.#endless.delete(job);
    if (this.#due.size > 0 && this.#due.has(job)) this.#due.set(job, time);
    if (time > now) this.#events.push(time, RELEASE, job);
  }

  /** The run is broken off, or will not end when it was said to. */
  clear(job: number): void {
    this.#due.set(job, NaN);
    if (this.#endless.size > 0) this.#endless.delete(job);
  }

  #killTime(limit: number): number {
    const { every, phase } = this.#scan;
    if (every === 0 || limit === Infinity) return limit;
    return Math.max(0, Math.ceil((limit - phase) / every)) * every + phase;
  }
}
