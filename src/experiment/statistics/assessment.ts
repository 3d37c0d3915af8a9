import { randomStream } from '../../random.ts';
import { bcaCorrections, bcaInterval, expandedConfidence, jackknife, NO_INTERVAL, replicates } from './bootstrap.ts';
import type { Interval } from './bootstrap.ts';
import { differences, isConstant, squaresAround } from './moments.ts';
import type { Observations } from './observations.ts';
import { studentInterval, studentTest } from './paired-t.ts';
import { changeStatistic, differenceStatistic, meanStatistic } from './statistic.ts';
import type { Statistic } from './statistic.ts';
import type { CompareOptions, Estimate, TestResult } from './verdict.ts';
import { wilcoxon } from './wilcoxon.ts';

/** Fewer observations have too few different resamples. */
const FEWEST_FOR_BOOTSTRAP = 8;

/** Options with their defaults filled in. */
export interface Demands {
  readonly confidence: number;
  readonly test: 't' | 'wilcoxon';
  readonly resamples: number;
  readonly seed: number | string;
  readonly margin: number;
  readonly precision: number;
}

export function demandsOf(options: CompareOptions): Demands {
  const { confidence = 0.95, test = 't', resamples = 2000, seed = 1, margin = 0.05, precision = 0.02 } = options;
  if (!(confidence > 0 && confidence < 1)) throw new Error(`a confidence lies between 0 and 1, not at ${confidence}`);
  return { confidence, test, resamples, seed, margin, precision };
}

/** The estimates and tests of a comparison, before it is known how many others there are. */
export interface Assessment {
  readonly difference: Estimate;
  readonly change: Estimate;
  /** The test that decides, then the other one. */
  readonly tests: readonly [TestResult, TestResult];
  /** Standard error of the change, for what could have been detected. */
  readonly changeError: number;
}

/** `purpose` names the random numbers, so that one comparison's do not depend on what else is compared. */
export function assess(observations: Observations, demands: Demands, purpose: string): Assessment {
  const { baseline, other, baselineValue, otherValue, widening } = observations;
  const means = [meanStatistic(baseline), meanStatistic(other)] as const;
  const difference = otherValue - baselineValue;
  const differed = differences(baseline, other);
  const error = widening.difference * errorAround(differed, difference);
  // A share of a baseline that is 0 or may be negative says nothing.
  const isShare = baselineValue > 0 && baseline.every((value) => value >= 0);
  const change = isShare ? otherValue / baselineValue - 1 : NaN;
  const residuals = other.map((value, row) => (value - (1 + change) * baseline[row]) / baselineValue);
  const changeError = widening.change * errorAround(residuals, 0);
  const estimate = (value: number, standardError: number, widened: number, statistic: Statistic, name: string) =>
    estimateOf({ observations, demands, value, standardError, widened, statistic, purpose: `${purpose}/${name}` });
  return {
    difference: estimate(difference, error, widening.difference, differenceStatistic(...means), 'difference'),
    change: estimate(change, changeError, widening.change, changeStatistic(...means), 'change'),
    tests: testsOf(observations, differed, difference, error, demands),
    changeError,
  };
}

interface Wanted {
  readonly observations: Observations;
  readonly demands: Demands;
  readonly value: number;
  readonly standardError: number;
  readonly widened: number;
  readonly statistic: Statistic;
  readonly purpose: string;
}

function estimateOf(wanted: Wanted): Estimate {
  const { observations, demands, value, standardError, widened } = wanted;
  const { confidence } = demands;
  const count = observations.baseline.length;
  const none = (method: string): Estimate => ({ value, ...NO_INTERVAL, confidence, method });
  if (Number.isNaN(value)) return none('none: the value is not defined');
  if (count < 2) return none('none: fewer than two observations');
  // Without any spread an interval would have no width, as if all were known.
  if (!(standardError > 10 * Number.EPSILON * Math.abs(value))) return none('none: all observations say the same');
  if (observations.centre === 'mean' && count >= FEWEST_FOR_BOOTSTRAP) {
    const interval = expandedBca(wanted, count);
    if (!Number.isNaN(interval.low)) {
      const method = `bootstrap BCa with ${demands.resamples} resamples, expanded for ${count} observations`;
      return { value, ...stretched(interval, value, widened), confidence, method };
    }
  }
  const method = observations.centre === 'mean' ? 't' : 't around the value of the whole (sectioning)';
  return { value, ...studentInterval(value, standardError, count - 1, confidence), confidence, method };
}

function expandedBca({ demands, value, statistic, purpose }: Wanted, count: number): Interval {
  const sorted = replicates(statistic, count, demands.resamples, randomStream(demands.seed, purpose));
  const corrections = bcaCorrections(sorted, value, jackknife(statistic, count));
  return bcaInterval(sorted, corrections, expandedConfidence(demands.confidence, count));
}

function stretched({ low, high }: Interval, centre: number, factor: number): Interval {
  // Without this test rounding would move the ends of what is not stretched.
  if (factor === 1) return { low, high };
  return { low: centre + factor * (low - centre), high: centre + factor * (high - centre) };
}

/** The standard error of a mean whose centre is known from elsewhere, or is the mean itself. */
function errorAround(values: Float64Array, centre: number): number {
  return Math.sqrt(squaresAround(values, centre) / (values.length - 1) / values.length);
}

function testsOf(
  { independent }: Observations,
  differed: Float64Array,
  difference: number,
  error: number,
  { test }: Demands,
): [TestResult, TestResult] {
  const t = studentTest(difference, isConstant(differed) ? 0 : error, differed.length - 1);
  const ranks = independent ? wilcoxon(differed) : doesNotApply(wilcoxon(differed));
  // Differences that are all the same have no t; their signs still count for something.
  return test === 't' && !Number.isNaN(t.p) ? [t, ranks] : Number.isNaN(ranks.p) ? [t, ranks] : [ranks, t];
}

const doesNotApply = (test: TestResult): TestResult => ({ ...test, p: NaN, method: 'does not apply: batches are correlated' });
