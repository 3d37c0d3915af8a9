/**
 * Jobs in ascending order of a key, ties by a second key if there is one, then by row: the queue and the running set.
 * A list of chunks, each with the least processors, least walltime and sum of processors of its jobs, so that a search
 * skips whole chunks.
 */

/** Jobs in a chunk at most. Measured on logs with deep queues: 64 to 256 are alike. */
const CHUNK = 128;

class Chunk {
  readonly jobs = new Int32Array(CHUNK);
  count = 0;
  leastProcs = Infinity;
  leastWalltime = Infinity;
  sumProcs = 0;
  /** The minima are out of date: a job that may have set one has been removed. */
  stale = false;
}

export class SortedJobs {
  /** The key of each job. Set before a job is added; kept after it was removed, so that `after` still finds its place. */
  key: Float64Array;
  /** Breaks ties before the row does. It can be set late if the jobs that are in the list then stay in their order. */
  secondKey: Float64Array | undefined;
  readonly #procs: Int32Array;
  readonly #walltime: Float64Array;
  readonly #member: Uint8Array;
  #chunks: Chunk[] = [];
  /** The chunk that became empty last, to be used again. */
  #spare: Chunk | undefined;
  size = 0;

  constructor(count: number, procs: Int32Array, walltime: Float64Array, key: Float64Array = new Float64Array(count)) {
    this.key = key;
    this.#procs = procs;
    this.#walltime = walltime;
    this.#member = new Uint8Array(count);
  }

  has(job: number): boolean {
    return this.#member[job] === 1;
  }

  first(): number {
    return this.size === 0 ? -1 : this.#chunks[0].jobs[0];
  }

  after(job: number): number {
    const chunks = this.#chunks;
    const at = this.#chunkOf(job);
    if (at === chunks.length) return -1;
    const chunk = chunks[at];
    let index = this.#indexIn(chunk, job);
    if (index < chunk.count && chunk.jobs[index] === job) index++;
    if (index < chunk.count) return chunk.jobs[index];
    return at + 1 < chunks.length ? chunks[at + 1].jobs[0] : -1;
  }

  /** Whether one job stands before the other, or did. */
  isBefore(job: number, other: number): boolean {
    return this.key[job] < this.key[other] || (this.key[job] === this.key[other] && job < other);
  }

  add(job: number): void {
    if (this.#member[job] === 1) throw new Error(`job ${job} is already in the list`);
    this.#member[job] = 1;
    this.size++;
    const chunks = this.#chunks;
    let at = this.#chunkOf(job);
    if (at === chunks.length) {
      // Behind all others, as submissions mostly are: fill the last chunk, then begin a new one.
      if (at === 0 || chunks[at - 1].count === CHUNK) chunks.push(this.#emptyChunk());
      else at--;
    } else if (chunks[at].count === CHUNK) {
      this.#split(at);
      at = this.#chunkOf(job);
    }
    const chunk = chunks[at];
    const index = this.#indexIn(chunk, job);
    chunk.jobs.copyWithin(index + 1, index, chunk.count);
    chunk.jobs[index] = job;
    chunk.count++;
    this.#count(chunk, job);
  }

  remove(job: number): void {
    if (this.#member[job] === 0) throw new Error(`job ${job} is not in the list`);
    this.#member[job] = 0;
    this.size--;
    const at = this.#chunkOf(job);
    const chunk = this.#chunks[at];
    const index = this.#indexIn(chunk, job);
    chunk.jobs.copyWithin(index, index + 1, chunk.count);
    chunk.count--;
    chunk.sumProcs -= this.#procs[job];
    if (this.#procs[job] === chunk.leastProcs || this.#walltime[job] === chunk.leastWalltime) chunk.stale = true;
    if (chunk.count > 0) return;
    // A queue runs empty again and again: the next job in it should not cost a new chunk.
    this.#spare = chunk;
    this.#chunks.splice(at, 1);
  }

  /** See `PendingJobs.nextWithin`. */
  nextWithin(job: number, procs: number, walltime: number, beyond: number): number {
    const chunks = this.#chunks;
    let at = 0;
    let index = 0;
    if (job >= 0) {
      at = this.#chunkOf(job);
      if (at === chunks.length) return -1;
      index = this.#indexIn(chunks[at], job);
      if (index < chunks[at].count && chunks[at].jobs[index] === job) index++;
    }
    for (; at < chunks.length; at++, index = 0) {
      const chunk = chunks[at];
      if (chunk.stale) this.#recount(chunk);
      if (chunk.leastProcs > procs || (chunk.leastWalltime > walltime && chunk.leastProcs > beyond)) continue;
      for (; index < chunk.count; index++) {
        const candidate = chunk.jobs[index];
        const needs = this.#procs[candidate];
        if (needs <= procs && (needs <= beyond || this.#walltime[candidate] <= walltime)) return candidate;
      }
    }
    return -1;
  }

  /**
   * The first job at which the processors of it and all before it reach `procs`, and through `total` what they reach.
   * -1 if all together do not.
   */
  whereSumReaches(procs: number): number {
    let sum = 0;
    for (const chunk of this.#chunks) {
      if (sum + chunk.sumProcs < procs) {
        sum += chunk.sumProcs;
        continue;
      }
      for (let index = 0; index < chunk.count; index++) {
        sum += this.#procs[chunk.jobs[index]];
        if (sum >= procs) {
          this.total = sum;
          return chunk.jobs[index];
        }
      }
    }
    this.total = sum;
    return -1;
  }

  /** What `whereSumReaches` has added up [processors]. */
  total = 0;

  /** Sorts anew after keys have changed. `keyOf` gives the new key of each job in the list. */
  rekey(keyOf: (job: number) => number): void {
    const jobs = new Int32Array(this.size);
    let count = 0;
    for (const chunk of this.#chunks) for (let index = 0; index < chunk.count; index++) jobs[count++] = chunk.jobs[index];
    const key = this.key;
    for (const job of jobs) key[job] = keyOf(job);
    jobs.sort((a, b) => (this.#isBefore(a, b) ? -1 : 1));
    this.#chunks = [];
    for (let from = 0; from < count; from += CHUNK) {
      const chunk = new Chunk();
      chunk.count = Math.min(CHUNK, count - from);
      chunk.jobs.set(jobs.subarray(from, from + chunk.count));
      this.#recount(chunk);
      this.#chunks.push(chunk);
    }
  }

  /** The first chunk whose last job is not before this one. */
  #chunkOf(job: number): number {
    const chunks = this.#chunks;
    let low = 0;
    let high = chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const last = chunks[middle].jobs[chunks[middle].count - 1];
      if (this.#isBefore(last, job)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Where the job is in the chunk, or would have to be. */
  #indexIn(chunk: Chunk, job: number): number {
    let low = 0;
    let high = chunk.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#isBefore(chunk.jobs[middle], job)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #isBefore(job: number, other: number): boolean {
    const { key, secondKey } = this;
    if (key[job] !== key[other]) return key[job] < key[other];
    if (secondKey !== undefined && secondKey[job] !== secondKey[other]) return secondKey[job] < secondKey[other];
    return job < other;
  }

  #emptyChunk(): Chunk {
    const chunk = this.#spare ?? new Chunk();
    this.#spare = undefined;
    this.#recount(chunk);
    return chunk;
  }

  #split(at: number): void {
    const left = this.#chunks[at];
    const right = this.#emptyChunk();
    const half = CHUNK >> 1;
    right.jobs.set(left.jobs.subarray(half));
    right.count = CHUNK - half;
    left.count = half;
    this.#recount(left);
    this.#recount(right);
    this.#chunks.splice(at + 1, 0, right);
  }

  #count(chunk: Chunk, job: number): void {
    chunk.sumProcs += this.#procs[job];
    if (this.#procs[job] < chunk.leastProcs) chunk.leastProcs = this.#procs[job];
    if (this.#walltime[job] < chunk.leastWalltime) chunk.leastWalltime = this.#walltime[job];
  }

  #recount(chunk: Chunk): void {
    chunk.stale = false;
    chunk.sumProcs = 0;
    chunk.leastProcs = Infinity;
    chunk.leastWalltime = Infinity;
    for (let index = 0; index < chunk.count; index++) this.#count(chunk, chunk.jobs[index]);
  }
}
