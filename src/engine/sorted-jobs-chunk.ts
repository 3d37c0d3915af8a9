import { Frontier } from './sorted-jobs-frontier.ts';

/** Jobs in a chunk at most. Measured on logs with deep queues: 64 to 256 are alike. */
export const CHUNK = 128;
/** Chunks in a block at most. */
export const BLOCK = 64;

/** A stretch of a sorted list of jobs. */
export class Chunk {
  readonly jobs = new Int32Array(CHUNK);
  count = 0;
  sumProcs = 0;
  readonly frontier = new Frontier();

  last(): number {
    return this.jobs[this.count - 1];
  }

  insert(index: number, job: number): void {
    if (index < this.count) this.jobs.copyWithin(index + 1, index, this.count);
    this.jobs[index] = job;
    this.count++;
  }

  delete(index: number): void {
    this.count--;
    if (index < this.count) this.jobs.copyWithin(index, index + 1, this.count + 1);
  }

  /** A new chunk with the jobs from `index` on, which this one gives away. */
  split(index: number): Chunk {
    const right = new Chunk();
    right.jobs.set(this.jobs.subarray(index, this.count));
    right.count = this.count - index;
    this.count = index;
    return right;
  }

  /** Counts processors and, given walltimes, the frontier anew. */
  recount(procs: Int32Array, walltime: Float64Array | undefined): void {
    this.sumProcs = 0;
    this.frontier.clear();
    for (let index = 0; index < this.count; index++) {
      const job = this.jobs[index];
      this.sumProcs += procs[job];
      if (walltime !== undefined) this.frontier.add(procs[job], walltime[job]);
    }
  }
}

/** A stretch of a sorted list that is long enough to be skipped as a whole. */
export class Block {
  readonly chunks: Chunk[];
  readonly frontier = new Frontier();

  constructor(chunks: Chunk[]) {
    this.chunks = chunks;
  }

  last(): number {
    return this.chunks[this.chunks.length - 1].last();
  }

  /** From the frontiers of its chunks. */
  recount(): void {
    this.frontier.clear();
    for (const chunk of this.chunks) this.frontier.addAll(chunk.frontier);
  }
}
