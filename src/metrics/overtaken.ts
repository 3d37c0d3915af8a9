import type { JobMetric } from './metric.ts';
import { orderBy } from './order.ts';
import { shareAbove } from './quantiles.ts';
import { queueExits } from './queue-exits.ts';

/**
 * How many jobs went past each job: they were submitted later (not at the same instant) and first started before it
 * left the queue. Counts every such job, whether or not the one that was passed could have run in its place.
 */
export const overtaken: JobMetric = {
  name: 'overtaken',
  summary: 'Jobs submitted later that started while the job was still waiting for its first start.',
  unit: 'jobs',
  better: 'lower',
  source:
    'Sabin & Sadayappan, "Unfairness metrics for space-sharing parallel job schedulers", JSSPP 2005 (deviation from arrival order)',
  window: 'all jobs that were in the queue; steady-mean: those of them that were submitted in the steady window',
  perJob({ schedule }) {
    const { count, submit, start } = schedule;
    const exit = queueExits(schedule);
    const rank = ranksByStart(start, exit);
    const starts = new CountTree(count);
    const value = new Float64Array(count).fill(NaN);
    const bySubmit = orderBy(submit);
    // From the last submission to the first: what the tree holds was submitted later.
    for (let last = count - 1; last >= 0;) {
      let first = last;
      while (first > 0 && submit[bySubmit[first - 1]] === submit[bySubmit[last]]) first--;
      for (let i = first; i <= last; i++) {
        const job = bySubmit[i];
        if (!Number.isNaN(exit[job])) value[job] = starts.countBelow(rank[job]);
      }
      for (let i = first; i <= last; i++) {
        const job = bySubmit[i];
        if (!Number.isNaN(start[job])) starts.add(rank[job]);
      }
      last = first - 1;
    }
    return value;
  },
  more: (values) => [
    { name: 'share-overtaken', value: shareAbove(values, 0), unit: 'ratio' },
    { name: 'total', value: values.reduce((sum, count) => (Number.isNaN(count) ? sum : sum + count), 0) },
  ],
};

/**
 * How many distinct starts there were before each job left the queue. For one that started, which leaves at its start,
 * this is the rank of its start; another one has no rank of its own.
 */
function ranksByStart(start: Float64Array, exit: Float64Array): Int32Array {
  const rank = new Int32Array(start.length);
  const distinct = new Float64Array(start.length);
  let ranks = 0;
  for (const job of orderBy(start)) {
    if (Number.isNaN(start[job])) break;
    if (ranks === 0 || start[job] !== distinct[ranks - 1]) distinct[ranks++] = start[job];
    rank[job] = ranks - 1;
  }
  for (let job = 0; job < start.length; job++) {
    if (Number.isNaN(start[job])) rank[job] = countBelow(distinct.subarray(0, ranks), exit[job]);
  }
  return rank;
}

/** How many of the ascending values are below a bound. */
function countBelow(ascending: Float64Array, bound: number): number {
  let below = 0;
  let end = ascending.length;
  while (below < end) {
    const middle = (below + end) >> 1;
    if (ascending[middle] < bound) below = middle + 1;
    else end = middle;
  }
  return below;
}

/** Counts of ranks, with the sum of all below one in logarithmic time (Fenwick 1994). */
class CountTree {
  readonly #sums: Int32Array;

  constructor(ranks: number) {
    this.#sums = new Int32Array(ranks + 1);
  }

  add(rank: number): void {
    for (let node = rank + 1; node < this.#sums.length; node += node & -node) this.#sums[node]++;
  }

  countBelow(rank: number): number {
    let count = 0;
    for (let node = rank; node > 0; node -= node & -node) count += this.#sums[node];
    return count;
  }
}
