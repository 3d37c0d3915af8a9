import { quantiles } from '../../metrics/quantiles.ts';
import { deviationOf, differences, isConstant, meanOf } from './moments.ts';
import type { EffectSizes } from './verdict.ts';
import { signedRanks } from './wilcoxon.ts';

/** How large the difference of paired values is. NaN where it is not defined: of no pairs, or without any spread. */
export function effectSizes(baseline: Float64Array, other: Float64Array): EffectSizes {
  const difference = differences(baseline, other);
  return {
    cohensD: cohensD(difference),
    cliffsDelta: cliffsDelta(baseline, other),
    rankBiserial: rankBiserial(difference),
    hodgesLehmann: hodgesLehmann(difference),
  };
}

/** Cohen's d of paired values, d_z. Source: Cohen, "Statistical Power Analysis for the Behavioral Sciences", 1988, 2.3.5. */
export function cohensD(difference: Float64Array): number {
  if (difference.length < 2) return NaN;
  return isConstant(difference) ? NaN : meanOf(difference) / deviationOf(difference);
}

/**
 * P(other > baseline) - P(other < baseline) over all pairs of one of each, not only those that belong together.
 * Source: Cliff, "Dominance statistics", Psychological Bulletin 114(3), 1993.
 */
export function cliffsDelta(baseline: Float64Array, other: Float64Array): number {
  const sorted = baseline.toSorted();
  let balance = 0;
  for (const value of other) balance += countBelow(sorted, value) - (sorted.length - countUpTo(sorted, value));
  return balance / (baseline.length * other.length);
}

/**
 * The matched-pairs rank-biserial correlation; 0 if all differences are 0. Source: Kerby, "The simple difference
 * formula", Comprehensive Psychology 3, 2014.
 */
export function rankBiserial(difference: Float64Array): number {
  if (difference.length === 0) return NaN;
  const { positive, negative } = signedRanks(difference);
  return positive + negative === 0 ? 0 : (positive - negative) / (positive + negative);
}

/**
 * The median of the averages of all pairs of differences, each with itself too.
 * Source: Hodges & Lehmann, "Estimates of location based on rank tests", Annals of Mathematical Statistics 34(2), 1963.
 */
export function hodgesLehmann(difference: Float64Array): number {
  const averages = new Float64Array((difference.length * (difference.length + 1)) / 2);
  let count = 0;
  for (let i = 0; i < difference.length; i++) {
    for (let j = i; j < difference.length; j++) averages[count++] = (difference[i] + difference[j]) / 2;
  }
  return quantiles(averages, [0.5])[0];
}

/** How many of the sorted values are smaller. */
function countBelow(sorted: Float64Array, value: number): number {
  return firstWhere(sorted, (one) => one >= value);
}

/** How many of the sorted values are not larger. */
function countUpTo(sorted: Float64Array, value: number): number {
  return firstWhere(sorted, (one) => one > value);
}

/** The first place from which on it holds. */
function firstWhere(sorted: Float64Array, holds: (value: number) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(sorted[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}
