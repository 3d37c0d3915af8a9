import type { JobBook } from './job-book.ts';

/** What a job does, in shares of its time; the rest is cpu. */
export interface Mix {
  readonly network: number;
  readonly io: number;
}

/** How a run comes to its end if nobody stops it. */
export interface Outcome {
  /** One of the states of `Schedule`. */
  readonly state: number;
  /** Nothing but a limit ends it, if it has one. */
  readonly outlasts: boolean;
}

/** One step of a job: what it has to run, and who is told what became of it. Several copies of it may run. */
export class Step {
  readonly job: number;
  /** Run time where nothing slows it down [ms]. */
  readonly runtime: number;
  readonly mix: Mix;
  /** What its tasks ask for, all together. */
  readonly millicores: number;
  readonly outcome: Outcome;
  #hasBegun = false;
  /** When the run began that goes on [ms]; NaN = none does. */
  #since = NaN;
  readonly #book: JobBook;
  /** The copy whose result counts; others are nobody's. */
  copy = 0;

  constructor(
    { job, runtime, mix, millicores, outcome }: Pick<Step, 'job' | 'runtime' | 'mix' | 'millicores' | 'outcome'>,
    book: JobBook,
  ) {
    this.job = job;
    this.runtime = runtime;
    this.mix = mix;
    this.millicores = millicores;
    this.outcome = outcome;
    this.#book = book;
  }

  /** Another copy of it is made, whose result counts from now on. */
  choose(copy: number): void {
    this.copy = copy;
    this.#book.duplicates[this.job]++;
  }

  orphaned(): void {
    this.#book.orphans[this.job]++;
  }

  began(copy: number, now: number): void {
    if (copy !== this.copy) return;
    this.#since = now;
    this.#book.runs(this.job, now);
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#book.began(this.job, now);
  }

  /** Its run is broken off; `kept`: work that counts for the next one [ms]. */
  interrupted(copy: number, { now, warned, kept }: { now: number; warned: boolean; kept: number }): void {
    if (copy !== this.copy) return;
    const start = Number.isNaN(this.#since) ? now : this.#since;
    this.#since = NaN;
    this.#book.interrupted({ job: this.job, start, end: now, warned, kept });
  }

  ended(copy: number, now: number): void {
    if (copy === this.copy) this.#book.ended(this.job, now);
  }
}
