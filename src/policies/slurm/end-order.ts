/** Running jobs by the end of their limits. */
import type { Allocation } from './allocation.ts';
import { hasNode, overlaps } from './node-set.ts';
import type { NodeSet } from './node-set.ts';

export class EndOrder {
  readonly jobs: readonly Allocation[];

  constructor(jobs: readonly Allocation[]) {
    this.jobs = jobs;
  }

  /** The first job that ends after this time [index]; their number if none does. */
  firstAfter(time: number): number {
    let from = 0;
    let until = this.jobs.length;
    while (from < until) {
      const middle = (from + until) >>> 1;
      if (this.jobs[middle].end > time) until = middle;
      else from = middle + 1;
    }
    return from;
  }

  overlaps(index: number, nodes: NodeSet): boolean {
    const { shares, nodes: own } = this.jobs[index];
    // Most jobs have one node.
    return shares.length === 1 ? hasNode(nodes, shares[0].node) : overlaps(own, nodes);
  }

  /** The first job from `from` on that is on some of the nodes [index]; their number if none is. */
  firstOn(nodes: NodeSet, from: number): number {
    let index = from;
    while (index < this.jobs.length && !this.overlaps(index, nodes)) index++;
    return index;
  }
}
