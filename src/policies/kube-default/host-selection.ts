/**
 * The node with the highest total. Ties are broken as the version does.
 * Source: pkg/scheduler/schedule_one.go, selectHost (Kubernetes v1.26.5 and v1.36.2).
 */
import type { Random } from '../../random.ts';
import type { Behaviour } from './behaviour.ts';

/** Index of the chosen node in `totals`. */
export function selectHost(totals: Float64Array, tieBreak: Behaviour['tieBreak'], random: Random): number {
  const best = bestHosts(totals);
  if (best.length === 1) return best[0];
  // The real one keeps each further tie with probability 1/count, which is a uniform choice.
  return tieBreak === 'reservoir' ? best[random.integer(best.length)] : firstInHeap(best);
}

/** Indices of all nodes with the highest total. */
export function bestHosts(totals: Float64Array): number[] {
  let highest = -Infinity;
  let best: number[] = [];
  for (let i = 0; i < totals.length; i++) {
    if (totals[i] < highest) continue;
    if (totals[i] > highest) best = [];
    highest = totals[i];
    best.push(i);
  }
  return best;
}

/**
 * Which of the tied elements ends on top when a binary heap is built in place. On its way up an element passes only
 * what is strictly worse, and of two equal children the left one goes: so it is the first in preorder (parent, left
 * branch, right branch) of the tree that the indices form.
 */
function firstInHeap(tied: readonly number[]): number {
  return tied.reduce((first, other) => (comesFirst(other, first) ? other : first));
}

function comesFirst(one: number, other: number): boolean {
  let a = one + 1;
  let b = other + 1;
  const depth = (index: number) => 31 - Math.clz32(index);
  const [depthA, depthB] = [depth(a), depth(b)];
  a >>>= Math.max(0, depthA - depthB);
  b >>>= Math.max(0, depthB - depthA);
  return a === b ? depthA < depthB : a < b;
}
