import { countOf } from '../../units.ts';
import type { Interval } from './bootstrap.ts';
import { NO_INTERVAL } from './bootstrap.ts';
import { deviationOf, isConstant, meanOf } from './moments.ts';
import { studentQuantile, studentTwoSided } from './student-distribution.ts';
import type { TestResult } from './verdict.ts';

/** The t test of paired differences against 0. */
export function pairedT(difference: Float64Array): TestResult {
  const error = isConstant(difference) ? 0 : standardError(difference);
  return studentTest(meanOf(difference), error, difference.length - 1);
}

/**
 * The t test of an estimate against 0. It does not apply (NaN) to fewer than two observations, or without any spread: a
 * deviation of 0 says that the sample is special, not that the mean is known.
 */
export function studentTest(estimate: number, error: number, degrees: number, name: TestResult['name'] = 'paired t'): TestResult {
  if (degrees < 1 || !(error > 0)) return { name, statistic: NaN, p: NaN, method: 'does not apply' };
  const t = estimate / error;
  return {
    name,
    statistic: t,
    p: studentTwoSided(t, degrees),
    method: `t with ${countOf(degrees, 'degree')} of freedom`,
  };
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
