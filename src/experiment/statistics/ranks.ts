import { orderBy } from '../../metrics/order.ts';

/** Ranks from 1; values that are equal share the mean of their ranks. */
export function midRanks(values: Float64Array): Float64Array {
  const order = orderBy(values);
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length;) {
    let until = from + 1;
    while (until < order.length && values[order[until]] === values[order[from]]) until++;
    for (let i = from; i < until; i++) ranks[order[i]] = (from + 1 + until) / 2;
    from = until;
  }
  return ranks;
}
