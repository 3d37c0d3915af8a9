import type { Profile } from '../../policy.ts';
import type { Requests } from '../../workload.ts';

const WORD = 32;

/**
 * A plan of a pool in which each processor has a number: a job needs the same ones for all its time, and gets the
 * lowest that are free throughout. So batsched plans. Slow, as every look goes over sets of processors.
 */
export class MachineProfile implements Profile {
  readonly #procs: Int32Array;
  /** Steps of the plan: when each begins [ms], and which processors are free then, as bits. */
  readonly #time: number[] = [-Infinity];
  readonly #free: Uint32Array[];
  /** What each job in the plan holds. */
  readonly #held = new Map<number, Uint32Array>();
  /** What is free throughout the span that was looked at last. */
  readonly #throughout: Uint32Array;

  constructor({ procs }: Pick<Requests, 'procs'>, capacity: number) {
    this.#procs = procs;
    const all = new Uint32Array(Math.ceil(capacity / WORD));
    for (let machine = 0; machine < capacity; machine++) all[machine >> 5] |= 1 << (machine & 31);
    this.#free = [all];
    this.#throughout = new Uint32Array(all.length);
  }

  earliest(job: number, from: number, length: number): number {
    for (let step = this.#stepAt(from); step < this.#time.length; step++) {
      const time = Math.max(from, this.#time[step]);
      if (this.#isFree(step, time + length, this.#procs[job])) return time;
    }
    return Infinity;
  }

  fits(job: number, from: number, until: number): boolean {
    return this.#isFree(this.#stepAt(from), until, this.#procs[job]);
  }

  take(job: number, from: number, until: number): void {
    if (!this.fits(job, from, until)) throw new Error(`job ${job} cannot be planned from ${from} until ${until}`);
    const held = new Uint32Array(this.#throughout.length);
    let left = this.#procs[job];
    for (let machine = 0; left > 0; machine++) {
      const bit = 1 << (machine & 31);
      if ((this.#throughout[machine >> 5] & bit) === 0) continue;
      held[machine >> 5] |= bit;
      left--;
    }
    this.#held.set(job, held);
    for (const free of this.#during(from, until)) for (let word = 0; word < held.length; word++) free[word] &= ~held[word];
  }

  give(job: number, from: number, until: number): void {
    const held = this.#held.get(job);
    if (held === undefined)
      throw new Error(`job ${job} is taken out of the plan from ${from} until ${until}, where it is not planned`);
    this.#held.delete(job);
    for (const free of this.#during(from, until)) for (let word = 0; word < held.length; word++) free[word] |= held[word];
    this.#join(from, until);
  }

  freeUntil(): number {
    return Infinity;
  }

  advance(now: number): void {
    const over = this.#stepAt(now);
    this.#time.splice(0, over);
    this.#free.splice(0, over);
  }

  /** The step that holds at this time. */
  #stepAt(time: number): number {
    const next = this.#time.findIndex((begin) => begin > time);
    return Math.max(0, (next < 0 ? this.#time.length : next) - 1);
  }

  /** Whether so many are free from this step until a time; which ones is left in `#throughout`. */
  #isFree(first: number, until: number, wanted: number): boolean {
    const throughout = this.#throughout;
    throughout.set(this.#free[first]);
    for (let step = first + 1; step < this.#time.length && this.#time[step] < until; step++) {
      if (countBits(throughout) < wanted) return false;
      for (let word = 0; word < throughout.length; word++) throughout[word] &= this.#free[step][word];
    }
    return countBits(throughout) >= wanted;
  }

  /** The steps of a span, which begin and end with it. */
  #during(from: number, until: number): Uint32Array[] {
    const first = this.#breakAt(from);
    return this.#free.slice(first, this.#breakAt(until));
  }

  #breakAt(time: number): number {
    if (time === Infinity) return this.#time.length;
    const step = this.#stepAt(time);
    if (this.#time[step] === time) return step;
    this.#time.splice(step + 1, 0, time);
    this.#free.splice(step + 1, 0, this.#free[step].slice());
    return step + 1;
  }

  /** Takes away steps in [from, until] at which nothing changes. */
  #join(from: number, until: number): void {
    for (let step = this.#time.length - 1; step > 0 && this.#time[step] >= from; step--) {
      if (this.#time[step] > until || this.#free[step].some((word, index) => word !== this.#free[step - 1][index])) continue;
      this.#time.splice(step, 1);
      this.#free.splice(step, 1);
    }
  }
}

function countBits(set: Uint32Array): number {
  let count = 0;
  for (let index = 0; index < set.length; index++) {
    let word = set[index];
    word -= (word >>> 1) & 0x55555555;
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
    count += Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return count;
}
