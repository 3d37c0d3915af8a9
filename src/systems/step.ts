import type { JobBook } from './job-book.ts';

/** What a job does, in shares of its time; the rest is cpu. */
export interface Mix {
  readonly network: number;
  readonly io: number;
}

/** One step of a job: what it has to run, and who is told what became of it. Several copies of it may run. */
export class Step {
  readonly job: number;
  /** Run time where nothing slows it down [ms]. */
  readonly runtime: number;
  readonly mix: Mix;
  /** What its tasks ask for, all together. */
  readonly millicores: number;
  #hasBegun = false;
  readonly #book: JobBook;
  /** The copy whose result counts; others are nobody's. */
  copy = 0;

  constructor({ job, runtime, mix, millicores }: Pick<Step, 'job' | 'runtime' | 'mix' | 'millicores'>, book: JobBook) {
    this.job = job;
    this.runtime = runtime;
    this.mix = mix;
    this.millicores = millicores;
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
    if (copy !== this.copy || this.#hasBegun) return;
    this.#hasBegun = true;
    this.#book.began(this.job, now);
  }

  interrupted(copy: number): void {
    if (copy === this.copy) this.#book.restarts[this.job]++;
  }

  ended(copy: number, now: number): void {
    if (copy === this.copy) this.#book.ended(this.job, now);
  }
}
