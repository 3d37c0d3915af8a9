import { differences, isConstant, skewnessAround, squaresAround } from './moments.ts';
import type { Observations } from './observations.ts';
import { estimateOf } from './estimates.ts';
import type { Estimated } from './estimates.ts';
import { studentTest } from './paired-t.ts';
import { changeError, changeStatistic, differenceError, differenceStatistic, meanStatistic } from './statistic.ts';
import type { CompareOptions, Estimate, IntervalMethod, TestResult } from './verdict.ts';
import { wilcoxon } from './wilcoxon.ts';

/** Options with their defaults filled in. */
export interface Demands {
  readonly confidence: number;
  readonly test: 't' | 'wilcoxon';
  /** Undefined = by the number of observations. */
  readonly interval?: IntervalMethod;
  readonly resamples: number;
  readonly seed: number | string;
  readonly margin: number;
  readonly precision: number;
}

export function demandsOf(options: CompareOptions): Demands {
  const { confidence = 0.95, test = 't', resamples = 2000, seed = 1, margin = 0.05, precision = 0.02 } = options;
  if (!(confidence > 0 && confidence < 1)) throw new Error(`a confidence lies between 0 and 1, not at ${confidence}`);
  return { confidence, test, interval: options.interval, resamples, seed, margin, precision };
}

/** The estimates and tests of a comparison, before it is known how many others there are. */
export interface Assessment {
  readonly difference: Estimate;
  readonly change: Estimate;
  /** The test that decides, then the other one. */
  readonly tests: readonly [TestResult, TestResult];
  /** Standard error of the change, widened; for what could have been detected. */
  readonly changeError: number;
  /** Of what the shown interval is made of. */
  readonly skewness: number;
}

/** `purpose` names the random numbers, so that one comparison's do not depend on what else is compared. */
export function assess(observations: Observations, demands: Demands, purpose: string): Assessment {
  const { baseline, other, baselineValue, otherValue, widening } = observations;
  const means = [meanStatistic(baseline), meanStatistic(other)] as const;
  const differed = differences(baseline, other);
  // A share of a baseline that is 0 or may be negative says nothing.
  const isShare = baselineValue > 0 && baseline.every((value) => value >= 0);
  const difference: Estimated = {
    name: 'difference',
    value: otherValue - baselineValue,
    error: errorAround(differed, otherValue - baselineValue),
    skewness: skewnessAround(differed, otherValue - baselineValue),
    widening: widening.difference,
    least: -Infinity,
    statistic: differenceStatistic(...means),
    errorOf: differenceError(baseline, other),
  };
  const ratio = isShare ? otherValue / baselineValue : NaN;
  const residuals = other.map((value, row) => (value - ratio * baseline[row]) / baselineValue);
  const change: Estimated = {
    name: 'change',
    value: ratio - 1,
    error: errorAround(residuals, 0),
    skewness: skewnessAround(residuals, 0),
    widening: widening.change,
    least: other.every((value) => value >= 0) ? -1 : -Infinity,
    statistic: changeStatistic(...means),
    errorOf: changeError(baseline, other),
  };
  return {
    difference: estimateOf(difference, observations, demands, purpose),
    change: estimateOf(change, observations, demands, purpose),
    tests: testsOf(observations, differed, { difference, change }, demands),
    changeError: widening.change * change.error,
    skewness: isShare ? change.skewness : difference.skewness,
  };
}

/** The standard error of a mean whose centre is known from elsewhere, or is the mean itself. */
function errorAround(values: Float64Array, centre: number): number {
  return Math.sqrt(squaresAround(values, centre) / (values.length - 1) / values.length);
}

/**
 * Of one trace the change is tested, as it is the number whose interval is shown: where a queue grows, a few late batches
 * make up most of the difference, and their spread would hide what every batch says.
 */
function testsOf(
  { independent, kind }: Observations,
  differed: Float64Array,
  { difference, change }: Record<'difference' | 'change', Estimated>,
  { test }: Demands,
): [TestResult, TestResult] {
  const ofChange = kind === 'batches' && !Number.isNaN(change.value);
  const { value, error, widening } = ofChange ? change : difference;
  const name = ofChange ? 't of the change' : 'paired t';
  const t = studentTest(value, isConstant(differed) ? 0 : widening * error, differed.length - 1, name);
  const ranks = independent ? wilcoxon(differed) : doesNotApply(wilcoxon(differed));
  // Differences that are all the same have no t; their signs still count for something.
  return test === 't' && !Number.isNaN(t.p) ? [t, ranks] : Number.isNaN(ranks.p) ? [t, ranks] : [ranks, t];
}

const doesNotApply = (test: TestResult): TestResult => ({ ...test, p: NaN, method: 'does not apply: batches are correlated' });
