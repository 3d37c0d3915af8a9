import { normalProbability } from './normal-distribution.ts';
import { midRanks } from './ranks.ts';
import type { TestResult } from './verdict.ts';

/** Up to here all 2^n signs are counted; the counts are exact in doubles. */
const MOST_EXACT = 50;

/** The sums of ranks of the positive and of the negative differences; zeros have no rank. */
export interface SignedRanks {
  readonly positive: number;
  readonly negative: number;
  readonly ranks: Float64Array;
}

/** Ranks the differences by size. Those of 0 are left out, as Wilcoxon did. */
export function signedRanks(difference: Float64Array): SignedRanks {
  const nonzero = difference.filter((value) => value !== 0);
  const ranks = midRanks(nonzero.map(Math.abs));
  let positive = 0;
  let negative = 0;
  for (let i = 0; i < ranks.length; i++) {
    if (nonzero[i] > 0) positive += ranks[i];
    else negative += ranks[i];
  }
  return { positive, negative, ranks };
}

/**
 * Wilcoxon's signed-rank test of paired differences, two-sided. Up to 50 differences other than 0 all assignments of
 * signs are counted, with ties too; beyond, the normal approximation with corrections for ties and continuity.
 * Does not apply (NaN) if all differences are 0.
 * Sources: Wilcoxon, "Individual comparisons by ranking methods", Biometrics Bulletin 1(6), 1945; for ties Hollander,
 * Wolfe & Chicken, "Nonparametric Statistical Methods", 2014, section 3.1, and the shift algorithm of Streitberg &
 * Röhmel, "Exact distributions for permutation and rank tests", Statistical Software Newsletter 12, 1986.
 */
export function wilcoxon(difference: Float64Array): TestResult {
  const { positive, negative, ranks } = signedRanks(difference);
  const name = 'Wilcoxon signed-rank';
  if (ranks.length === 0) return { name, statistic: 0, p: NaN, method: 'does not apply' };
  if (ranks.length <= MOST_EXACT)
    return { name, statistic: positive, p: exactP(ranks, Math.min(positive, negative)), method: 'exact' };
  return { name, statistic: positive, p: approximateP(ranks, positive), method: 'normal approximation' };
}

/** Twice the share of all assignments of signs whose sum of positive ranks is at most `sum`. */
function exactP(ranks: Float64Array, sum: number): number {
  // Ties have ranks of halves: doubled, all are whole.
  const doubled = ranks.map((rank) => Math.round(2 * rank));
  const total = doubled.reduce((all, rank) => all + rank, 0);
  const ways = new Float64Array(total + 1);
  ways[0] = 1;
  for (const rank of doubled) for (let s = total; s >= rank; s--) ways[s] += ways[s - rank];
  let atMost = 0;
  for (let s = 0; s <= Math.round(2 * sum); s++) atMost += ways[s];
  return Math.min(1, (2 * atMost) / 2 ** ranks.length);
}

function approximateP(ranks: Float64Array, positive: number): number {
  let squares = 0;
  // The sum of the squared mid-ranks over 4 is the variance with its correction for ties.
  for (const rank of ranks) squares += rank * rank;
  const distance = Math.abs(positive - (ranks.length * (ranks.length + 1)) / 4);
  const z = Math.max(0, distance - 0.5) / Math.sqrt(squares / 4);
  return Math.min(1, 2 * normalProbability(-z));
}
