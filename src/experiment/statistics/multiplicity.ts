import { orderBy } from '../../metrics/order.ts';

/**
 * p of many tests, corrected so that one false alarm in the whole family is as rare as it would be in one test. A test
 * that does not apply (NaN) stays NaN and is not counted.
 * Source: Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6(2), 1979.
 */
export function holm(p: readonly number[]): number[] {
  const { adjusted, order } = ascending(p);
  let largest = 0;
  order.forEach((test, rank) => {
    largest = Math.max(largest, Math.min(1, (order.length - rank) * p[test]));
    adjusted[test] = largest;
  });
  return adjusted;
}

/**
 * p of many tests, corrected so that of the differences that are reported only such a share is false: less strict than
 * `holm`, for looking around. A test that does not apply (NaN) stays NaN and is not counted.
 * Source: Benjamini & Hochberg, "Controlling the false discovery rate", JRSS B 57(1), 1995.
 */
export function benjaminiHochberg(p: readonly number[]): number[] {
  const { adjusted, order } = ascending(p);
  let smallest = 1;
  for (let rank = order.length - 1; rank >= 0; rank--) {
    smallest = Math.min(smallest, (order.length / (rank + 1)) * p[order[rank]]);
    adjusted[order[rank]] = smallest;
  }
  return adjusted;
}

/** The tests that apply, by their p. */
function ascending(p: readonly number[]): { adjusted: number[]; order: number[] } {
  const order = [...orderBy(Float64Array.from(p))].filter((test) => !Number.isNaN(p[test]));
  return { adjusted: p.map(() => NaN), order };
}
