import { END } from './event-queue.ts';
import type { EventQueue } from './event-queue.ts';

/** For policies that want a cycle after each event: the ends of one instant, in the order in which their runs began. */
export class EndsOfInstant {
  /** When they are [ms]. */
  at = -1;
  #jobs: number[] = [];
  /** The how-manieth start of all each job's current run was; empty unless a cycle follows each event. */
  readonly #beganAs: Int32Array;

  constructor(count: number) {
    this.#beganAs = new Int32Array(count);
  }

  /** Those that are still to be applied [count]. */
  get left(): number {
    return this.#jobs.length;
  }

  /** The run of the job is the how-manieth to begin. */
  began(job: number, asThe: number): void {
    if (this.#beganAs.length > 0) this.#beganAs[job] = asThe;
  }

  /** Takes the ends of this instant out of the queue. */
  gather(events: EventQueue, now: number, isOld: (job: number) => boolean): void {
    this.at = now;
    while (events.nextTime === now && events.nextKind === END) {
      const job = events.nextRow;
      events.pop();
      if (!isOld(job) && this.#jobs.at(-1) !== job) this.#jobs.push(job);
    }
    this.#jobs.sort((a, b) => this.#beganAs[a] - this.#beganAs[b]);
  }

  /** Takes the first one out. */
  shift(): number {
    return this.#jobs.shift() ?? -1;
  }

  /** Takes those out of which this is true. */
  take(isDue: (job: number) => boolean): readonly number[] {
    const due = this.#jobs.filter(isDue);
    this.#jobs = this.#jobs.filter((job) => !isDue(job));
    return due;
  }
}
