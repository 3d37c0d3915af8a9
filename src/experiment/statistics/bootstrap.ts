/**
 * Bootstrap intervals. Source: Efron & Tibshirani, "An Introduction to the Bootstrap", 1993, chapters 13 and 14.
 */
import type { Random } from '../../random.ts';
import { meanOf } from './moments.ts';
import { normalProbability, normalQuantile } from './normal-distribution.ts';
import { allRows } from './statistic.ts';
import type { Statistic } from './statistic.ts';
import { studentQuantile } from './student-distribution.ts';

/** Two ends; both NaN if the interval is not defined. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

export const NO_INTERVAL: Interval = { low: NaN, high: NaN };

/** The statistic of resamples of `count` rows drawn with repetition, in ascending order, NaN last. */
export function replicates(statistic: Statistic, count: number, resamples: number, random: Random): Float64Array {
  const rows = new Int32Array(count);
  const values = new Float64Array(resamples);
  for (let resample = 0; resample < resamples; resample++) {
    for (let i = 0; i < count; i++) rows[i] = random.integer(count);
    values[resample] = statistic(rows);
  }
  return values.sort();
}

/** The standard error of a statistic on some rows, of which the statistic has this value. */
export type ErrorOf = (rows: Int32Array, value: number) => number;

/** How many standard errors, each its own, resamples lie above the estimate; sorted. Infinite where the error is 0. */
export function studentizedReplicates(
  statistic: Statistic,
  errorOf: ErrorOf,
  estimate: number,
  { count, resamples, random }: { count: number; resamples: number; random: Random },
): Float64Array {
  const studentized: Statistic = (rows) => {
    const value = statistic(rows);
    return value === estimate ? 0 : (value - estimate) / errorOf(rows, value);
  };
  return replicates(studentized, count, resamples, random);
}

/**
 * The bootstrap-t interval: Student's, with the quantiles that the data have instead of those of normal data. Covers
 * more than BCa of small and skewed samples; not defined if too many resamples have no spread.
 * Source: section 12.5 of the same book; Hesterberg 2015 (see below), section 5.
 */
export function bootstrapTInterval(studentized: Float64Array, estimate: number, error: number, confidence: number): Interval {
  const t = percentileInterval(studentized, confidence);
  if (!(Number.isFinite(t.low) && Number.isFinite(t.high))) return NO_INTERVAL;
  return { low: estimate - t.high * error, high: estimate - t.low * error };
}

/** The statistic without each row in turn. */
export function jackknife(statistic: Statistic, count: number): Float64Array {
  const rows = allRows(count).subarray(1);
  const values = new Float64Array(count);
  for (let left = 0; left < count; left++) {
    values[left] = statistic(rows);
    rows[left] = left;
  }
  return values;
}

/** What the BCa interval corrects for. */
export interface BcaCorrections {
  /** z0: how far the median of the replicates is off the estimate, in normal deviations. */
  readonly bias: number;
  /** a: how fast the standard error changes with the true value, from the skewness of the jackknife values. */
  readonly acceleration: number;
}

/** Equations 14.14 and 14.15 of the source; a replicate equal to the estimate counts half, for discrete figures. */
export function bcaCorrections(sorted: Float64Array, estimate: number, jackknifed: Float64Array): BcaCorrections {
  let below = 0;
  for (const value of sorted) below += value < estimate ? 1 : value === estimate ? 0.5 : 0;
  const mean = meanOf(jackknifed);
  let squares = 0;
  let cubes = 0;
  for (const value of jackknifed) {
    squares += (mean - value) ** 2;
    cubes += (mean - value) ** 3;
  }
  return { bias: normalQuantile(below / sorted.length), acceleration: squares === 0 ? 0 : cubes / (6 * squares ** 1.5) };
}

/** The middle part of the sorted replicates. Not defined if one replicate is not. */
export function percentileInterval(sorted: Float64Array, confidence: number): Interval {
  return between(sorted, (1 - confidence) / 2, (1 + confidence) / 2);
}

/**
 * The bias-corrected and accelerated interval; equations 14.9 and 14.10 of the source. Not defined if one replicate is
 * not, or if the estimate lies outside all replicates.
 */
export function bcaInterval(sorted: Float64Array, { bias, acceleration }: BcaCorrections, confidence: number): Interval {
  const at = (p: number) => {
    const shifted = bias + normalQuantile(p);
    if (!Number.isFinite(shifted)) return p;
    const stretch = 1 - acceleration * shifted;
    // Beyond this pole the formula would turn the interval round.
    return stretch > 0 ? normalProbability(bias + shifted / stretch) : NaN;
  };
  if (!Number.isFinite(bias)) return NO_INTERVAL;
  return between(sorted, at((1 - confidence) / 2), at((1 + confidence) / 2));
}

/**
 * The confidence to ask of a bootstrap so that it has this one with few rows: resamples vary by (n - 1) / n too little,
 * and normal quantiles are too short where t is due.
 * Source: Hesterberg, "What teachers should know about the bootstrap", The American Statistician 69(4), 2015, section
 * 3.2 (the expanded percentile interval; R's package `resample` does the same for BCa).
 */
export function expandedConfidence(confidence: number, count: number): number {
  if (count < 2) return NaN;
  const t = studentQuantile((1 + confidence) / 2, count - 1);
  return 1 - 2 * normalProbability(-Math.sqrt(count / (count - 1)) * t);
}

/** The replicates at rank p (B + 1), linear between two, never beyond the outermost. */
function between(sorted: Float64Array, p: number, q: number): Interval {
  const last = sorted.length - 1;
  // NaN sorts last.
  if (last < 0 || Number.isNaN(sorted[last]) || Number.isNaN(p) || Number.isNaN(q)) return NO_INTERVAL;
  const at = (share: number) => {
    const position = Math.min(last, Math.max(0, share * (last + 2) - 1));
    const below = Math.floor(position);
    const weight = position - below;
    return weight === 0 ? sorted[below] : sorted[below] + weight * (sorted[below + 1] - sorted[below]);
  };
  return { low: at(p), high: at(q) };
}
