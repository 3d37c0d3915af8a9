import type { Comparison } from './schedule.ts';

/** How far two schedules may be apart. What is absent is not looked at; `exact` if nothing is given. */
export interface Tolerance {
  /** Least share of identical starts [0..1]. */
  readonly identical?: number;
  /** Largest start-time differences [ms]. */
  readonly median?: number;
  readonly p95?: number;
  readonly max?: number;
  /** Largest share of inverted pairs [0..1]. */
  readonly inversions?: number;
  /** Largest relative error of the mean wait, either way [0..1]. */
  readonly meanWait?: number;
  /** Largest relative error of the makespan, either way [0..1]. */
  readonly makespan?: number;
  /** Jobs that are in one file only are no failure. */
  readonly partial?: boolean;
}

/** Every start identical. */
export const EXACT: Tolerance = { identical: 1 };

/** A limit that was looked at. */
export interface Verdict {
  readonly what: 'identical' | 'median' | 'p95' | 'max' | 'inversions' | 'meanWait' | 'makespan' | 'jobs';
  readonly value: number;
  readonly limit: number;
  readonly ok: boolean;
}

/** Judges a comparison. A value that cannot be had (no submissions in the file, nothing compared) is outside any tolerance. */
export function judge(comparison: Comparison, tolerance: Tolerance): Verdict[] {
  const { compared, identical, difference, inversions, pairs, meanWait, makespan, missing, extra } = comparison;
  const verdicts: Verdict[] = [];
  const atMost = (what: Verdict['what'], value: number, limit: number | undefined) => {
    if (limit !== undefined) verdicts.push({ what, value, limit, ok: value <= limit });
  };
  if (tolerance.identical !== undefined) {
    const share = identical / compared;
    verdicts.push({ what: 'identical', value: share, limit: tolerance.identical, ok: share >= tolerance.identical });
  }
  atMost('median', difference.median, tolerance.median);
  atMost('p95', difference.p95, tolerance.p95);
  atMost('max', difference.max, tolerance.max);
  atMost('inversions', pairs === 0 ? 0 : inversions / pairs, tolerance.inversions);
  atMost('meanWait', Math.abs(meanWait?.share ?? NaN), tolerance.meanWait);
  atMost('makespan', Math.abs(makespan?.share ?? NaN), tolerance.makespan);
  if (!tolerance.partial) atMost('jobs', missing.length + extra.length, 0);
  return verdicts;
}
