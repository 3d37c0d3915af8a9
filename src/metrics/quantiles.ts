import { orderBy } from './order.ts';

/**
 * Two definitions, each the usual one where it is used. Both are numbered in Hyndman & Fan, "Sample quantiles in
 * statistical packages", The American Statistician 50(4), 1996.
 */

/**
 * The p-quantile (0 <= p <= 1) of ascending values, type 7: linear between the two order statistics around position
 * p (n - 1), counted from 0. What R, NumPy and spreadsheets give by default. NaN if there are no values.
 */
export function quantile(ascending: ArrayLike<number>, p: number): number {
  const position = p * (ascending.length - 1);
  const below = Math.floor(position);
  if (ascending.length === 0) return NaN;
  const low = ascending[below];
  const high = ascending[Math.min(below + 1, ascending.length - 1)];
  return low + (position - below) * (high - low);
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

/** The values that there are (not NaN), ascending. */
export function ascendingValues(values: Float64Array): Float64Array {
  let count = 0;
  const present = new Float64Array(values.length);
  for (let row = 0; row < values.length; row++) {
    if (!Number.isNaN(values[row])) present[count++] = values[row];
  }
  return present.subarray(0, count).sort();
}

/** The mean of the values that there are; NaN if there are none. */
export function meanOf(values: Float64Array): number {
  let sum = 0;
  let count = 0;
  for (let row = 0; row < values.length; row++) {
    if (Number.isNaN(values[row])) continue;
    sum += values[row];
    count++;
  }
  return sum / count;
}

/** The weighted mean of the values that there are; NaN if they have no weight. */
export function weightedMean(values: Float64Array, weights: Float64Array): number {
  let sum = 0;
  let total = 0;
  for (let row = 0; row < values.length; row++) {
    if (Number.isNaN(values[row])) continue;
    sum += weights[row] * values[row];
    total += weights[row];
  }
  return sum / total;
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
