import type { Interval } from './bootstrap.ts';
import { NO_INTERVAL } from './bootstrap.ts';
import { deviationOf, isConstant, meanOf } from './moments.ts';
import { studentQuantile, studentTwoSided } from './student-distribution.ts';
import type { TestResult } from './verdict.ts';

/**
 * The t test of paired differences against 0. It does not apply (NaN) to fewer than two differences, or to differences
 * that are all the same: a deviation of 0 says that the sample is special, not that the mean is known.
 * `widening` makes the standard error larger than independent differences would have it (correlated batches).
 */
export function pairedT(difference: Float64Array, widening = 1): TestResult {
  const degrees = difference.length - 1;
  const name = 'paired t';
  if (degrees < 1 || isConstant(difference)) return { name, statistic: NaN, p: NaN, method: 'does not apply' };
  const t = meanOf(difference) / (widening * standardError(difference));
  return { name, statistic: t, p: studentTwoSided(t, degrees), method: `t with ${degrees} degrees of freedom` };
}

/** An estimate ± t standard errors, as far apart as n observations allow. */
export function studentInterval(centre: number, error: number, degrees: number, confidence: number): Interval {
  if (!(degrees >= 1)) return NO_INTERVAL;
  const half = studentQuantile((1 + confidence) / 2, degrees) * error;
  return { low: centre - half, high: centre + half };
}

/** The standard error of the mean of independent values. */
export function standardError(values: Float64Array): number {
  return deviationOf(values) / Math.sqrt(values.length);
}
