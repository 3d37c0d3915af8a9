import { rowNumbers } from './columns.ts';

/**
 * Pairs of rows that stand in one order by `a` and in the opposite order by `b` [count]. A pair that is tied in
 * either is no inversion. Counted while merging, in O(n log n).
 */
export function countInversions(a: Float64Array, b: Float64Array): number {
  const order = rowNumbers(a.length).sort((x, y) => a[x] - a[y] || b[x] - b[y]);
  const values = Float64Array.from(order, (row) => b[row]);
  return sortAndCount(values, new Float64Array(values.length), 0, values.length);
}

/** Sorts values[from .. until) and counts the pairs that stood in descending order. */
function sortAndCount(values: Float64Array, spare: Float64Array, from: number, until: number): number {
  if (until - from < 2) return 0;
  const middle = (from + until) >> 1;
  let count = sortAndCount(values, spare, from, middle) + sortAndCount(values, spare, middle, until);
  let left = from;
  let right = middle;
  for (let into = from; into < until; into++) {
    if (right === until || (left < middle && values[left] <= values[right])) spare[into] = values[left++];
    else {
      // All that is left of the first half is larger than this one.
      count += middle - left;
      spare[into] = values[right++];
    }
  }
  values.set(spare.subarray(from, until), from);
  return count;
}
