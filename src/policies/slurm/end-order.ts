/** Running jobs by the end of their limits, flat, so that long lists are quick to go through. */
import type { NodeSet } from './node-set.ts';
import type { Allocation } from './running.ts';

export class EndOrder {
  readonly jobs: readonly Allocation[];
  /** [Unix ms] */
  readonly #ends: Float64Array;
  /** The nodes of each job, one after the other. */
  readonly #nodes: Uint32Array;
  readonly #words: number;

  constructor(jobs: readonly Allocation[]) {
    this.jobs = jobs;
    this.#words = jobs.length === 0 ? 0 : jobs[0].nodes.length;
    this.#ends = new Float64Array(jobs.length);
    this.#nodes = new Uint32Array(jobs.length * this.#words);
    for (let index = 0; index < jobs.length; index++) {
      this.#ends[index] = jobs[index].end;
      this.#nodes.set(jobs[index].nodes, index * this.#words);
    }
  }

  /** The first job that ends after this time [index]; their number if none does. */
  firstAfter(time: number): number {
    let from = 0;
    let until = this.#ends.length;
    while (from < until) {
      const middle = (from + until) >>> 1;
      if (this.#ends[middle] > time) until = middle;
      else from = middle + 1;
    }
    return from;
  }

  overlaps(index: number, nodes: NodeSet): boolean {
    const first = index * this.#words;
    for (let word = 0; word < this.#words; word++) if ((this.#nodes[first + word] & nodes[word]) !== 0) return true;
    return false;
  }

  /** The first job from `from` on that is on some of the nodes [index]; their number if none is. */
  firstOn(nodes: NodeSet, from: number): number {
    let index = from;
    while (index < this.jobs.length && !this.overlaps(index, nodes)) index++;
    return index;
  }
}
