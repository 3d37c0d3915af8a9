import { countInversions } from '../../inversions.ts';

export interface OrderAgreement {
  /** 1 = the same order, -1 = the opposite one; NaN where one side has no order at all. */
  readonly tau: number;
  /** Pairs that are tied in neither [count], and those of them that stand in the other order. */
  readonly pairs: number;
  readonly discordant: number;
}

/**
 * How far two columns agree on the order of their rows: Kendall's tau-b, which heeds ties.
 * Source: Kendall, "The treatment of ties in ranking problems", Biometrika 33 (1945).
 */
export function orderAgreement(a: Float64Array, b: Float64Array): OrderAgreement {
  const count = a.length;
  const all = (count * (count - 1)) / 2;
  const tiedA = tiedPairs(Array.from(a, String));
  const tiedB = tiedPairs(Array.from(b, String));
  const tiedBoth = tiedPairs(Array.from(a, (value, row) => `${value}/${b[row]}`));
  const pairs = all - tiedA - tiedB + tiedBoth;
  const discordant = countInversions(a, b);
  const tau = (pairs - 2 * discordant) / Math.sqrt((all - tiedA) * (all - tiedB));
  return { tau, pairs, discordant };
}

function tiedPairs(keys: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum + (count * (count - 1)) / 2, 0);
}
