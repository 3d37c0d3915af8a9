/** How the names in a trace (ids, users, queues) become columns of numbers. */
import { Float64Column, Int32Column, SeldomColumn } from './columns.ts';
import type { Category } from './workload.ts';

/** A name or number in a trace; undefined = the trace does not say. */
export type Label = string | number | undefined;

/** Ids as numbers as long as all of them are canonical integers, as text from the first one on that is not. */
export class IdBuilder {
  readonly #numbers = new Float64Column();
  #texts: string[] | undefined;

  reserve(jobs: number): void {
    this.#numbers.reserve(jobs);
  }

  add(id: string | number): void {
    if (this.#texts === undefined) {
      if (isCanonicalInteger(id)) {
        this.#numbers.push(Number(id));
        return;
      }
      this.#texts = Array.from(this.#numbers.done(), String);
    }
    this.#texts.push(String(id));
  }

  get(row: number): string | number {
    return this.#texts === undefined ? this.#numbers.get(row) : this.#texts[row];
  }

  finish(): Float64Array | readonly string[] {
    return this.#texts ?? this.#numbers.done();
  }
}

/** Collects one category: names get codes in the order of their first appearance. */
export class CategoryBuilder {
  readonly #code: SeldomColumn<Int32Column>;
  readonly #names: string[] = [];
  readonly #codeOf = new Map<string | number, number>();
  /** Jobs of one user or queue often come one after the other. */
  #lastLabel: Label;
  #lastCode = -1;

  constructor(expectedJobs: () => number) {
    this.#code = new SeldomColumn(-1, () => new Int32Column(expectedJobs()));
  }

  /** The name of a job behind all that were added before; those that are left out have none. */
  add(job: number, label: Label): void {
    if (label !== this.#lastLabel) {
      this.#lastLabel = label;
      this.#lastCode = this.#find(label);
    }
    if (this.#lastCode >= 0) this.#code.set(job, this.#lastCode);
  }

  #find(label: Label): number {
    if (label === undefined || label === '') return -1;
    let code = this.#codeOf.get(label);
    if (code === undefined) {
      // A number and its text are one name.
      const name = String(label);
      code = this.#codeOf.get(name) ?? this.#names.push(name) - 1;
      this.#codeOf.set(name, code).set(label, code);
    }
    return code;
  }

  /** `none` gives the codes of a category that no job has. */
  finish(jobs: number, none: () => Int32Array): Category {
    return { code: this.#code.done(jobs) ?? none(), names: this.#names };
  }
}

function isCanonicalInteger(id: string | number): boolean {
  if (typeof id === 'number') return Number.isSafeInteger(id);
  const number = Number(id);
  return Number.isSafeInteger(number) && String(number) === id;
}
