import { orderBy } from './order.ts';
import { selectRank } from './select.ts';

/**
 * Two definitions, each the usual one where it is used. Both are numbered in Hyndman & Fan, "Sample quantiles in
 * statistical packages", The American Statistician 50(4), 1996.
 */

/**
 * The p-quantiles of some values (not NaN), each p in [0, 1] and in ascending order; changes the order of the values.
 * Type 7: linear between the two order statistics around position p (n - 1), counted from 0. What R, NumPy and
 * spreadsheets give by default. NaN if there are no values.
 */
export function quantiles(values: Float64Array, ps: readonly number[]): number[] {
  let sorted = 0; // what is before it is in its place, and not larger than the rest
  return ps.map((p) => {
    if (values.length === 0) return NaN;
    const position = p * (values.length - 1);
    const below = Math.floor(position);
    selectRank(values, below, sorted);
    const low = values[below];
    sorted = below;
    if (position === below) return low;
    return low + (position - below) * (smallest(values, below + 1) - low);
  });
}

function smallest(values: Float64Array, from: number): number {
  let least = Infinity;
  for (let i = from; i < values.length; i++) if (values[i] < least) least = values[i];
  return least;
}

/**
 * The weighted p-quantiles of some values, type 1: the smallest value such that those up to it have at least the
 * share p of all weight. Never a value in between, so that a queue length is one that there was. With whole weights
 * it is the nearest rank of the list in which each value stands as often as its weight says. NaN without weight.
 */
export function weightedQuantiles(values: Float64Array, weights: Float64Array, ps: readonly number[]): number[] {
  const order = orderBy(values);
  let total = 0;
  for (let i = 0; i < order.length; i++) total += weights[order[i]];
  return ps.map((p) => {
    let sum = 0;
    for (let i = 0; i < order.length; i++) {
      sum += weights[order[i]];
      // Weight 0 is as if it were not there, at p = 0 too.
      if (sum > 0 && sum >= p * total) return values[order[i]];
    }
    return NaN;
  });
}

/** The values that there are (not NaN), moved to the front: a part of the same array, not a copy of a long column. */
export function presentValues(values: Float64Array): Float64Array {
  let count = 0;
  for (let row = 0; row < values.length; row++) {
    if (!Number.isNaN(values[row])) values[count++] = values[row];
  }
  return values.subarray(0, count);
}

/** The mean of the values that there are; NaN if there are none. */
export function meanOf(values: Float64Array): number {
  return meanWithin(values, values, -Infinity, Infinity);
}

/** The mean of the values that there are of rows with a key in [from, until]; NaN if there are none. */
export function meanWithin(values: Float64Array, key: Float64Array, from: number, until: number): number {
  let sum = 0;
  let count = 0;
  for (let row = 0; row < values.length; row++) {
    if (Number.isNaN(values[row]) || !(key[row] >= from && key[row] <= until)) continue;
    sum += values[row];
    count++;
  }
  return sum / count;
}

/** The share of the values that there are that lies above a bound; NaN if there are none. */
export function shareAbove(values: Float64Array, bound: number): number {
  let above = 0;
  let count = 0;
  for (let row = 0; row < values.length; row++) {
    if (values[row] > bound) above++;
    if (!Number.isNaN(values[row])) count++;
  }
  return above / count;
}
