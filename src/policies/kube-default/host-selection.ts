/**
 * The node with the highest total. Ties are broken as the version does.
 * Source: pkg/scheduler/schedule_one.go, selectHost (Kubernetes v1.26.5 and v1.36.2).
 */
import type { Random } from '../../random.ts';
import type { Behaviour } from './behaviour.ts';

/** Index of the chosen node in `totals`. */
export function selectHost(totals: Float64Array, tieBreak: Behaviour['tieBreak'], random: Random): number {
  let highest = -Infinity;
  let count = 0;
  let first = 0;
  for (let i = 0; i < totals.length; i++) {
    if (totals[i] < highest) continue;
    if (totals[i] > highest) {
      highest = totals[i];
      count = 0;
      first = i;
    }
    count++;
  }
  if (count === 1) return first;
  // The real one keeps each further tie with probability 1/count, which is a uniform choice.
  return tieBreak === 'reservoir' ? nthOf(totals, highest, random.integer(count)) : firstInHeap(totals, highest, first);
}

/** The index of the nth of those that have the value, from 0. */
function nthOf(totals: Float64Array, value: number, n: number): number {
  let left = n;
  let at = totals.indexOf(value);
  for (; left > 0; left--) at = totals.indexOf(value, at + 1);
  return at;
}

/**
 * Which of the tied elements ends on top when a binary heap is built in place. On its way up an element passes only
 * what is strictly worse, and of two equal children the left one goes: so it is the first in preorder (parent, left
 * branch, right branch) of the tree that the indices form.
 */
function firstInHeap(totals: Float64Array, highest: number, first: number): number {
  let top = first;
  for (let i = first + 1; i < totals.length; i++) if (totals[i] === highest && comesFirst(i, top)) top = i;
  return top;
}

function comesFirst(one: number, other: number): boolean {
  let a = one + 1;
  let b = other + 1;
  const depthA = 31 - Math.clz32(a);
  const depthB = 31 - Math.clz32(b);
  a >>>= Math.max(0, depthA - depthB);
  b >>>= Math.max(0, depthB - depthA);
  return a === b ? depthA < depthB : a < b;
}
