import { Block, BLOCK, Chunk, CHUNK } from './sorted-jobs-chunk.ts';

/**
 * Jobs in ascending order of a key, ties by a second key if there is one, then by row: the queue and the running set.
 * They stand in chunks, and these in blocks, each with the frontier of its jobs, so that a search skips whole chunks
 * and blocks in which there is nothing for it.
 */
export class SortedJobs {
  /** The key of each job. Set before a job is added; kept after it was removed, so that `after` still finds its place. */
  key: Float64Array;
  /** Breaks ties before the row does. It can be set late if the jobs that are in the list then stay in their order. */
  secondKey: Float64Array | undefined;
  readonly #procs: Int32Array;
  readonly #walltime: Float64Array;
  readonly #member: Uint8Array;
  /** At least one, of at least one chunk; no chunk is empty unless the list is. */
  #blocks: Block[] = [new Block([new Chunk()])];
  /** Frontiers are kept from the first search on: the running set is never searched. */
  #isSearched = false;
  size = 0;
  /** The job that was found last, -1 for none, and where it stands or would have to: questions about it come next. */
  #found = -1;
  #blockAt = 0;
  #chunkAt = 0;
  #index = 0;

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
    return this.size === 0 ? -1 : this.#blocks[0].chunks[0].jobs[0];
  }

  after(job: number): number {
    this.#find(job);
    const { chunks } = this.#blocks[this.#blockAt];
    const { jobs, count } = chunks[this.#chunkAt];
    const next = this.#index < count && jobs[this.#index] === job ? this.#index + 1 : this.#index;
    if (next < count) return this.#remember(this.#blockAt, this.#chunkAt, next);
    if (this.#chunkAt + 1 < chunks.length) return this.#remember(this.#blockAt, this.#chunkAt + 1, 0);
    return this.#blockAt + 1 < this.#blocks.length ? this.#remember(this.#blockAt + 1, 0, 0) : -1;
  }

  /** Whether one job stands before the other, or did. */
  isBefore(job: number, other: number): boolean {
    const { key } = this;
    return key[job] < key[other] || (key[job] === key[other] && this.#winsTie(job, other));
  }

  add(job: number): void {
    if (this.#member[job] === 1) throw new Error(`job ${job} is already in the list`);
    // Its key may be another one than when it was found last.
    this.#found = -1;
    this.#find(job);
    this.#member[job] = 1;
    this.size++;
    this.#makeRoom();
    const block = this.#blocks[this.#blockAt];
    const chunk = block.chunks[this.#chunkAt];
    chunk.insert(this.#index, job);
    chunk.sumProcs += this.#procs[job];
    if (!this.#isSearched) return;
    chunk.frontier.add(this.#procs[job], this.#walltime[job]);
    block.frontier.add(this.#procs[job], this.#walltime[job]);
  }

  remove(job: number): void {
    if (this.#member[job] === 0) throw new Error(`job ${job} is not in the list`);
    this.#find(job);
    this.#member[job] = 0;
    this.size--;
    const block = this.#blocks[this.#blockAt];
    const chunk = block.chunks[this.#chunkAt];
    chunk.delete(this.#index);
    chunk.sumProcs -= this.#procs[job];
    if (this.#isSearched) {
      chunk.frontier.lose(this.#procs[job], this.#walltime[job]);
      block.frontier.lose(this.#procs[job], this.#walltime[job]);
    }
    if (chunk.count === 0 && this.size > 0) this.#dropChunk();
  }

  /** See `PendingJobs.nextWithin`. */
  nextWithin(job: number, procs: number, walltime: number, beyond: number): number {
    if (!this.#isSearched) this.#startSearching();
    let chunkAt = 0;
    let index = 0;
    let blockAt = 0;
    if (job >= 0) {
      this.#find(job);
      blockAt = this.#blockAt;
      chunkAt = this.#chunkAt;
      index = this.#index;
    }
    for (; blockAt < this.#blocks.length; blockAt++, chunkAt = 0, index = 0) {
      const { chunks, frontier } = this.#blocks[blockAt];
      if (!frontier.admits(procs, walltime, beyond)) continue;
      for (; chunkAt < chunks.length; chunkAt++, index = 0) {
        const chunk = chunks[chunkAt];
        if (!chunk.frontier.admits(procs, walltime, beyond)) continue;
        const found = this.#indexWithin(chunk, index, job, procs, walltime, beyond);
        if (found >= 0) return this.#remember(blockAt, chunkAt, found);
        if (chunk.frontier.failed()) this.#recount(chunk);
      }
      if (frontier.failed()) this.#blocks[blockAt].recount();
    }
    return -1;
  }

  /** The first job of the chunk from `index` on that is within the limits and is not `job` itself; -1 if there is none. */
  #indexWithin({ jobs, count }: Chunk, from: number, job: number, procs: number, walltime: number, beyond: number): number {
    for (let index = from; index < count; index++) {
      const candidate = jobs[index];
      const needs = this.#procs[candidate];
      if (needs <= procs && (needs <= beyond || this.#walltime[candidate] <= walltime) && candidate !== job) return index;
    }
    return -1;
  }

  /**
   * The first job at which the processors of it and all before it reach `procs`, and through `total` what they reach.
   * -1 if all together do not.
   */
  whereSumReaches(procs: number): number {
    let sum = 0;
    for (const { chunks } of this.#blocks) {
      for (const chunk of chunks) {
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
    for (const { chunks } of this.#blocks) {
      for (const chunk of chunks) for (let index = 0; index < chunk.count; index++) jobs[count++] = chunk.jobs[index];
    }
    const key = this.key;
    for (const job of jobs) key[job] = keyOf(job);
    jobs.sort((a, b) => (this.isBefore(a, b) ? -1 : 1));
    this.#fill(jobs);
  }

  /** Puts jobs that are in order into new chunks and blocks. */
  #fill(jobs: Int32Array): void {
    this.#blocks = [];
    this.#found = -1;
    for (let from = 0; from === 0 || from < jobs.length; from += CHUNK) {
      const chunk = new Chunk();
      chunk.count = Math.min(CHUNK, jobs.length - from);
      chunk.jobs.set(jobs.subarray(from, from + chunk.count));
      this.#recount(chunk);
      if (from % (BLOCK * CHUNK) === 0) this.#blocks.push(new Block([]));
      this.#blocks[this.#blocks.length - 1].chunks.push(chunk);
    }
    for (const block of this.#blocks) block.recount();
  }

  /** Finds where the job stands, or would have to: in the last chunk, behind its last job, if all others are before it. */
  #find(job: number): void {
    if (job === this.#found) return;
    const blocks = this.#blocks;
    this.#found = job;
    // Starts and ends mostly come from the front.
    if (this.size > 0 && blocks[0].chunks[0].jobs[0] === job) {
      this.#blockAt = this.#chunkAt = this.#index = 0;
      return;
    }
    let low = 0;
    let high = blocks.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.isBefore(blocks[middle].last(), job)) low = middle + 1;
      else high = middle;
    }
    this.#blockAt = low;
    const { chunks } = blocks[low];
    low = 0;
    high = chunks.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.isBefore(chunks[middle].last(), job)) low = middle + 1;
      else high = middle;
    }
    this.#chunkAt = low;
    this.#index = this.#indexIn(chunks[low], job);
  }

  #indexIn({ jobs, count }: Chunk, job: number): number {
    const { key } = this;
    const wanted = key[job];
    // Submissions come last, mostly.
    if (count === 0 || wanted < key[jobs[0]] || jobs[0] === job) return 0;
    if (key[jobs[count - 1]] < wanted) return count;
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = jobs[middle];
      if (key[other] < wanted || (key[other] === wanted && this.#winsTie(other, job))) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Between jobs with one key. */
  #winsTie(job: number, other: number): boolean {
    const { secondKey } = this;
    if (secondKey !== undefined && secondKey[job] !== secondKey[other]) return secondKey[job] < secondKey[other];
    return job < other;
  }

  /** The job there is the one that was found last. */
  #remember(blockAt: number, chunkAt: number, index: number): number {
    this.#blockAt = blockAt;
    this.#chunkAt = chunkAt;
    this.#index = index;
    this.#found = this.#blocks[blockAt].chunks[chunkAt].jobs[index];
    return this.#found;
  }

  /** Sees to it that the chunk of the place that was found last is not full. */
  #makeRoom(): void {
    const { chunks } = this.#blocks[this.#blockAt];
    const left = chunks[this.#chunkAt];
    if (left.count < CHUNK) return;
    // Behind all others, as submissions mostly are, the next chunk begins; elsewhere it takes half of this one.
    const keep = this.#index === CHUNK ? CHUNK : CHUNK >> 1;
    const right = left.split(keep);
    this.#recount(right);
    if (keep < CHUNK) this.#recount(left);
    chunks.splice(this.#chunkAt + 1, 0, right);
    if (this.#index > keep || keep === CHUNK) {
      this.#chunkAt++;
      this.#index -= keep;
    }
    if (chunks.length > BLOCK) this.#splitBlock();
  }

  #splitBlock(): void {
    const left = this.#blocks[this.#blockAt];
    const keep = this.#chunkAt === BLOCK ? BLOCK : BLOCK >> 1;
    const right = new Block(left.chunks.splice(keep));
    left.recount();
    right.recount();
    this.#blocks.splice(this.#blockAt + 1, 0, right);
    if (this.#chunkAt >= keep) {
      this.#blockAt++;
      this.#chunkAt -= keep;
    }
  }

  /** Takes away the chunk of the place that was found last, which is empty. */
  #dropChunk(): void {
    const { chunks } = this.#blocks[this.#blockAt];
    chunks.splice(this.#chunkAt, 1);
    if (chunks.length === 0) this.#blocks.splice(this.#blockAt, 1);
    this.#found = -1;
  }

  #startSearching(): void {
    this.#isSearched = true;
    for (const block of this.#blocks) {
      for (const chunk of block.chunks) this.#recount(chunk);
      block.recount();
    }
  }

  #recount(chunk: Chunk): void {
    chunk.recount(this.#procs, this.#isSearched ? this.#walltime : undefined);
  }
}
