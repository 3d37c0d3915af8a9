import { Int32Column } from '../columns.ts';
import type { Rejection } from '../schedule.ts';

/** Kinds of reasons that are told apart [count]; further ones are counted together. */
const MOST_KINDS = 100;
const OTHERS = 'other reasons';

/** What stands for words that differ between reasons of one kind. */
const ANY = '...';

/** An amount, the number of a job, or a name in a namespace. A name with a digit in it may be that of a QoS, and stays. */
const VARIABLE = /^\W*\d|\w\/\w/;

/** Why jobs were rejected, counted by kinds: reasons that differ in nothing but amounts and names of jobs are of one kind. */
export class Rejections {
  readonly #job = new Int32Column(16);
  readonly #kind = new Int32Column(16);
  /** Of each kind, its words: those that all its reasons share. */
  readonly #words: string[][] = [];
  readonly #kinds = new Map<string, number>();

  add(job: number, reason: string): void {
    const words = reason.split(' ');
    this.#job.push(job);
    this.#kind.push(this.#kindOf(words));
  }

  /** Every rejected job with the reason of its kind, in the order in which they were rejected. */
  *each(): Generator<{ readonly job: number; readonly reason: string }> {
    for (let row = 0; row < this.#job.length; row++)
      yield { job: this.#job.get(row), reason: this.#words[this.#kind.get(row)].join(' ') };
  }

  /** By kind, the most frequent first. */
  counted(): Rejection[] {
    const jobs = this.#words.map(() => 0);
    for (let row = 0; row < this.#kind.length; row++) jobs[this.#kind.get(row)]++;
    const all = this.#words.map((words, kind) => ({ reason: words.join(' '), jobs: jobs[kind] }));
    return all.sort((a, b) => b.jobs - a.jobs);
  }

  #kindOf(words: string[]): number {
    const key = words.map((word) => (VARIABLE.test(word) ? ANY : word)).join(' ');
    const known = this.#kinds.get(key);
    if (known !== undefined) {
      const shared = this.#words[known];
      words.forEach((word, at) => {
        if (shared[at] !== word) shared[at] = ANY;
      });
      return known;
    }
    if (this.#kinds.size >= MOST_KINDS && key !== OTHERS) return this.#kindOf(OTHERS.split(' '));
    this.#kinds.set(key, this.#words.length);
    this.#words.push(words);
    return this.#words.length - 1;
  }
}
