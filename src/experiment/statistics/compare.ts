import { assess, demandsOf } from './assessment.ts';
import type { Assessment, Demands } from './assessment.ts';
import { conclude } from './conclusion.ts';
import { adviceOf, detailOf, ruleOf } from './detail.ts';
import { effectSizes } from './effect-size.ts';
import { benjaminiHochberg, holm } from './multiplicity.ts';
import { HEAVY_TAIL } from './estimates.ts';
import { shortNumber } from './numbers.ts';
import type { Observations } from './observations.ts';
import { pairObservations } from './pairing.ts';
import type { Sample } from './sample.ts';
import { sentenceOf } from './sentence.ts';
import { traceObservations } from './trace-observations.ts';
import type { CompareOptions, Verdict } from './verdict.ts';

/** Two samples of the same figure. */
export interface Comparison {
  readonly baseline: Sample;
  readonly other: Sample;
  readonly options: CompareOptions;
}

/**
 * How many comparisons are corrected for: `holm` keeps down the chance of a single false claim, `benjamini-hochberg` the
 * share of false ones among the claims.
 */
export type Correction = 'holm' | 'benjamini-hochberg';

/** Compares one figure of two policies. Both samples must be of one kind. */
export function compareRuns(baseline: Sample, other: Sample, options: CompareOptions): Verdict {
  return compareFamily([{ baseline, other, options }])[0];
}

/** Compares all, and corrects the decisions for their number: a table of many figures has some that look good by chance. */
export function compareFamily(comparisons: readonly Comparison[], correction: Correction = 'holm'): Verdict[] {
  const compared = comparisons.map(observe);
  const p = compared.map(({ assessment }) => assessment.tests[0].p);
  const adjusted = correction === 'holm' ? holm(p) : benjaminiHochberg(p);
  const family = p.filter((one) => !Number.isNaN(one)).length;
  return compared.map((one, index) => verdictOf(one, { adjustedP: adjusted[index], family, correction }));
}

/** A comparison before it is known how many others there are. */
interface Compared extends Comparison {
  readonly observations: Observations;
  readonly demands: Demands;
  readonly assessment: Assessment;
}

function observe(comparison: Comparison): Compared {
  const { options } = comparison;
  const observations = observationsOf(comparison);
  const demands = demandsOf(options);
  const { name, figure = '' } = options.figure;
  // Begun anew for each comparison, whatever its policies are called: equal samples have equal intervals.
  const assessment = assess(observations, demands, `bootstrap/${name}/${figure}`);
  return { ...comparison, observations, demands, assessment };
}

function observationsOf({ baseline, other, options }: Comparison): Observations {
  if (baseline.kind === 'runs' && other.kind === 'runs') return pairObservations(baseline, other);
  if (baseline.kind === 'trace' && other.kind === 'trace') return traceObservations(baseline, other, options.trace);
  throw new Error(`${baseline.label} is a sample of ${baseline.kind}, ${other.label} of ${other.kind}: both must be of one kind`);
}

function verdictOf(
  { baseline, other, options: { figure }, observations, demands, assessment }: Compared,
  corrected: { adjustedP: number; family: number; correction: Correction },
): Verdict {
  const conclusion = conclude(observations, assessment, demands, corrected.adjustedP, figure);
  const effect = effectSizes(observations.baseline, observations.other);
  const { baselineValue, otherValue, independent, withoutStart, warnings } = observations;
  const { difference, change, tests } = assessment;
  const advice = conclusion === 'equal' ? undefined : adviceOf(observations, assessment, demands);
  const told = {
    baseline: baseline.label,
    other: other.label,
    figure,
    conclusion,
    observations: observations.kind,
    count: observations.baseline.length,
    baselineValue,
    otherValue,
    difference,
    change,
    adjustedP: corrected.adjustedP,
    family: corrected.family,
  };
  return {
    ...told,
    sentence: sentenceOf({ ...told, margin: demands.margin, independent, withoutStart }),
    detail: detailOf(observations, assessment, effect, corrected, figure),
    effect,
    tests,
    rule: ruleOf(observations, assessment, demands, corrected.family, corrected.correction),
    ...(advice === undefined ? {} : { advice }),
    warnings: [...warnings, ...tailWarnings(observations, assessment)],
  };
}

/** Says when an interval is not to be relied on. */
function tailWarnings({ kind, baseline }: Observations, { skewness }: Assessment): string[] {
  if (kind !== 'pairs' || baseline.length < 3 || !(Math.abs(skewness) > HEAVY_TAIL)) return [];
  return [
    `the ${baseline.length} differences have a heavy tail (skewness ${shortNumber(skewness)}): intervals may hold less often than they say, more seeds tell`,
  ];
}
