import type { Profile } from '../policy.ts';
import type { Requests } from '../workload.ts';

/** Steps in a chunk at most. Measured on plans of 30,000 steps: 32 to 128 are alike. */
const CHUNK = 64;

/**
 * The plan of a pool of interchangeable processors: how many are free, as a function of time that changes by steps.
 * A step says what is free from its time until the next one's; the last one lasts for ever.
 *
 * Steps stand in chunks, in order of time. A chunk knows the least and the most that is free in it, so that a search
 * skips it, and holds back an addition to all of it, so that a change of a long span touches only its two ends.
 * Everything is typed arrays over slots: a chunk is a slot, `#order` says which slot comes when.
 */
export class PoolProfile implements Profile {
  readonly #procs: Int32Array;
  readonly #capacity: number;
  /** Of each step: when it begins [ms], and what is free [processors] but for `#pending` of its slot. */
  #time = new Float64Array(4 * CHUNK);
  #free = new Int32Array(4 * CHUNK);
  /** Of each slot: its steps [count], and what is to be added to all of them [processors]. */
  #count = new Int32Array(4);
  #pending = new Int32Array(4);
  /** Of each slot: the least and the most that is free in it, additions included [processors]. */
  #least = new Int32Array(4);
  #most = new Int32Array(4);
  /** Slots in order of time: those in use, then the unused ones. */
  #order = Int32Array.of(0, 1, 2, 3);
  #chunks = 1;
  /** Where `#find` has come to: position in `#order`, and index in the slot. */
  #chunk = 0;
  #index = 0;

  constructor(jobs: Pick<Requests, 'procs'>, capacity: number) {
    this.#procs = jobs.procs;
    this.#capacity = capacity;
    this.#time[0] = -Infinity;
    this.#free[0] = this.#least[0] = this.#most[0] = capacity;
    this.#count[0] = 1;
  }

  /** Steps of the plan [count]: what its operations cost. */
  get steps(): number {
    let steps = 0;
    for (let chunk = 0; chunk < this.#chunks; chunk++) steps += this.#count[this.#order[chunk]];
    return steps;
  }

  /** A job of no length fits where its processors are free for a moment. */
  earliest(job: number, from: number, length: number): number {
    const need = this.#procs[job];
    const time = this.#time;
    const free = this.#free;
    /** Since when enough has been free. */
    let since = from;
    let enough = false;
    this.#find(from);
    let index = this.#index;
    for (let chunk = this.#chunk; chunk < this.#chunks; chunk++, index = 0) {
      const slot = this.#order[chunk];
      const base = slot * CHUNK;
      if (enough && since + length <= time[base]) return since;
      if (this.#most[slot] < need) {
        enough = false;
        continue;
      }
      if (enough && this.#least[slot] >= need) continue;
      const wanted = need - this.#pending[slot];
      const end = base + this.#count[slot];
      for (let step = base + index; step < end; step++) {
        if (enough) {
          if (since + length <= time[step]) return since;
          if (free[step] < wanted) enough = false;
        } else if (free[step] >= wanted) {
          enough = true;
          if (time[step] > from) since = time[step];
        }
      }
    }
    return enough ? since : Infinity;
  }

  /** An empty span is looked at for a moment. */
  fits(job: number, from: number, until: number): boolean {
    return this.freeUntil(this.#procs[job], from, until) === Infinity;
  }

  /** Looks no further than `limit`: Infinity if they stay free until then. */
  freeUntil(procs: number, from: number, limit = Infinity): number {
    this.#find(from);
    let index = this.#index;
    for (let chunk = this.#chunk; chunk < this.#chunks; chunk++, index = 0) {
      const slot = this.#order[chunk];
      const base = slot * CHUNK;
      if (this.#time[base + index] >= limit && this.#time[base + index] > from) return Infinity;
      if (this.#least[slot] >= procs) continue;
      const wanted = procs - this.#pending[slot];
      const end = base + this.#count[slot];
      for (let step = base + index; step < end; step++) {
        const time = this.#time[step];
        if (time >= limit && time > from) return Infinity;
        if (this.#free[step] < wanted) return Math.max(from, time);
      }
    }
    return Infinity;
  }

  take(job: number, from: number, until: number): void {
    if (from < until) this.#add(job, from, until, -this.#procs[job]);
  }

  give(job: number, from: number, until: number): void {
    if (from < until) this.#add(job, from, until, this.#procs[job]);
  }

  /** Forgets the steps that are over at `now`, a whole chunk or a quarter of one at a time. */
  advance(now: number): void {
    while (this.#chunks > 1 && this.#time[this.#order[1] * CHUNK] <= now) this.#dropChunk(0);
    const slot = this.#order[0];
    const base = slot * CHUNK;
    let over = 0;
    while (over + 1 < this.#count[slot] && this.#time[base + over + 1] <= now) over++;
    if (over < CHUNK / 4) return;
    const end = base + this.#count[slot];
    this.#time.copyWithin(base, base + over, end);
    this.#free.copyWithin(base, base + over, end);
    this.#count[slot] -= over;
    this.#measure(slot);
  }

  #add(job: number, from: number, until: number, procs: number): void {
    if (until < Infinity) this.#breakAt(until);
    this.#breakAt(from);
    let index = this.#index;
    for (let chunk = this.#chunk; chunk < this.#chunks; chunk++, index = 0) {
      const slot = this.#order[chunk];
      const base = slot * CHUNK;
      if (this.#time[base] >= until) break;
      const next = chunk + 1 < this.#chunks ? this.#time[this.#order[chunk + 1] * CHUNK] : Infinity;
      if (index === 0 && next <= until) {
        this.#pending[slot] += procs;
        this.#least[slot] += procs;
        this.#most[slot] += procs;
      } else {
        const end = base + this.#count[slot];
        for (let step = base + index; step < end && this.#time[step] < until; step++) this.#free[step] += procs;
        this.#measure(slot);
      }
      if (this.#least[slot] < 0 || this.#most[slot] > this.#capacity) {
        const verb = procs < 0 ? 'taken' : 'given back';
        throw new Error(
          `the plan does not agree with ${-procs} processors of job ${job} ${verb} from ${from} until ${until}: ` +
            `free are then ${this.#least[slot]} to ${this.#most[slot]} of ${this.#capacity}`,
        );
      }
    }
    if (until < Infinity) this.#joinAt(until);
    this.#joinAt(from);
  }

  /** Finds the step that holds at this time; the first one if it lies before all that is remembered. */
  #find(time: number): void {
    let low = 0;
    let high = this.#chunks - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#time[this.#order[middle] * CHUNK] <= time) low = middle;
      else high = middle - 1;
    }
    this.#chunk = low;
    const base = this.#order[low] * CHUNK;
    let first = base;
    let last = base + this.#count[this.#order[low]] - 1;
    while (first < last) {
      const middle = (first + last + 1) >> 1;
      if (this.#time[middle] <= time) first = middle;
      else last = middle - 1;
    }
    this.#index = first - base;
  }

  /** Makes a step begin at this time, and finds it. */
  #breakAt(time: number): void {
    this.#find(time);
    let slot = this.#order[this.#chunk];
    if (this.#time[slot * CHUNK + this.#index] === time) return;
    if (this.#count[slot] === CHUNK) {
      this.#splitChunk(this.#chunk);
      if (this.#index >= CHUNK / 2) {
        this.#chunk++;
        this.#index -= CHUNK / 2;
        slot = this.#order[this.#chunk];
      }
    }
    const base = slot * CHUNK;
    const step = base + this.#index + 1;
    const end = base + this.#count[slot];
    this.#time.copyWithin(step + 1, step, end);
    this.#free.copyWithin(step + 1, step, end);
    this.#time[step] = time;
    this.#free[step] = this.#free[step - 1];
    this.#count[slot]++;
    this.#index++;
  }

  /** Takes the step that begins at this time away if nothing changes there. */
  #joinAt(time: number): void {
    this.#find(time);
    const chunk = this.#chunk;
    const slot = this.#order[chunk];
    const step = slot * CHUNK + this.#index;
    const before = this.#index > 0 ? slot : chunk > 0 ? this.#order[chunk - 1] : -1;
    if (before < 0) return;
    const previous = before === slot ? step - 1 : before * CHUNK + this.#count[before] - 1;
    if (this.#free[step] + this.#pending[slot] !== this.#free[previous] + this.#pending[before]) return;
    if (this.#count[slot] === 1) {
      this.#dropChunk(chunk);
      return;
    }
    const end = slot * CHUNK + this.#count[slot];
    this.#time.copyWithin(step, step + 1, end);
    this.#free.copyWithin(step, step + 1, end);
    this.#count[slot]--;
    if (before !== slot) this.#measure(slot);
    if (this.#count[slot] < CHUNK / 4) this.#joinChunks(chunk);
  }

  /** Adds up a slot's chunk and its successor if both are small, so that removals do not leave a plan of crumbs. */
  #joinChunks(chunk: number): void {
    if (chunk + 1 >= this.#chunks) return;
    const slot = this.#order[chunk];
    const next = this.#order[chunk + 1];
    const count = this.#count[slot];
    const more = this.#count[next];
    if (count + more > CHUNK / 2) return;
    for (let step = 0; step < more; step++) {
      this.#time[slot * CHUNK + count + step] = this.#time[next * CHUNK + step];
      this.#free[slot * CHUNK + count + step] = this.#free[next * CHUNK + step] + this.#pending[next] - this.#pending[slot];
    }
    this.#count[slot] += more;
    this.#measure(slot);
    this.#dropChunk(chunk + 1);
  }

  #splitChunk(chunk: number): void {
    if (this.#chunks === this.#order.length) this.#grow();
    const slot = this.#order[chunk];
    const added = this.#order[this.#chunks];
    this.#order.copyWithin(chunk + 2, chunk + 1, this.#chunks);
    this.#order[chunk + 1] = added;
    this.#chunks++;
    const middle = slot * CHUNK + CHUNK / 2;
    this.#time.copyWithin(added * CHUNK, middle, middle + CHUNK / 2);
    this.#free.copyWithin(added * CHUNK, middle, middle + CHUNK / 2);
    this.#count[slot] = this.#count[added] = CHUNK / 2;
    this.#pending[added] = this.#pending[slot];
    this.#measure(slot);
    this.#measure(added);
  }

  #dropChunk(chunk: number): void {
    const slot = this.#order[chunk];
    this.#order.copyWithin(chunk, chunk + 1, this.#chunks);
    this.#chunks--;
    this.#order[this.#chunks] = slot;
    this.#pending[slot] = 0;
  }

  #measure(slot: number): void {
    const base = slot * CHUNK;
    const end = base + this.#count[slot];
    let least = this.#free[base];
    let most = least;
    for (let step = base + 1; step < end; step++) {
      const free = this.#free[step];
      if (free < least) least = free;
      else if (free > most) most = free;
    }
    this.#least[slot] = least + this.#pending[slot];
    this.#most[slot] = most + this.#pending[slot];
  }

  #grow(): void {
    const slots = this.#order.length;
    const larger = <A extends Float64Array | Int32Array>(grown: A, old: A): A => (grown.set(old), grown);
    this.#time = larger(new Float64Array(2 * slots * CHUNK), this.#time);
    this.#free = larger(new Int32Array(2 * slots * CHUNK), this.#free);
    this.#count = larger(new Int32Array(2 * slots), this.#count);
    this.#pending = larger(new Int32Array(2 * slots), this.#pending);
    this.#least = larger(new Int32Array(2 * slots), this.#least);
    this.#most = larger(new Int32Array(2 * slots), this.#most);
    this.#order = larger(new Int32Array(2 * slots), this.#order);
    for (let slot = slots; slot < 2 * slots; slot++) this.#order[slot] = slot;
  }
}
