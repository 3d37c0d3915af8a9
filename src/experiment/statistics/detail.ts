import type { Assessment, Demands } from './assessment.ts';
import { amountText, percentText, probability, shortNumber, withUnit } from './numbers.ts';
import type { Observations } from './observations.ts';
import { detectableDifference, pairsFor } from './sample-size.ts';
import type { Correction } from './compare.ts';
import type { ComparedFigure, EffectSizes, TestResult } from './verdict.ts';

/** What the sentence rests on. A p always stands beside how large the effect is. */
export function detailOf(
  observations: Observations,
  assessment: Assessment,
  effect: EffectSizes,
  corrected: { adjustedP: number; family: number; correction: Correction },
  { unit }: ComparedFigure,
): string {
  const { baseline, other } = observations;
  const below = other.filter((value, row) => value < baseline[row]).length;
  const above = other.filter((value, row) => value > baseline[row]).length;
  const parts = [
    `${counted(baseline.length, observations.kind)}, ${below} lower and ${above} higher`,
    `difference ${amountText(assessment.difference, unit)}`,
    ...(Number.isNaN(assessment.change.value) ? [] : [`change ${percentText(assessment.change)}`]),
    `Hodges-Lehmann shift ${withUnit(shortNumber(effect.hodgesLehmann), unit)}`,
    `Cohen's d ${shortNumber(effect.cohensD)}`,
    `rank-biserial ${shortNumber(effect.rankBiserial)}`,
    `Cliff's delta ${shortNumber(effect.cliffsDelta)}`,
    ...assessment.tests.map(testText),
  ];
  const { adjustedP, family, correction } = corrected;
  if (family > 1 && !Number.isNaN(adjustedP))
    parts.push(`p ${probability(adjustedP)} after ${NAMES[correction]} for ${family} comparisons`);
  return parts.join('; ');
}

const NAMES: Record<Correction, string> = { holm: 'Holm', 'benjamini-hochberg': 'Benjamini-Hochberg' };

const counted = (count: number, nouns: 'pairs' | 'batches') =>
  `${count} ${count === 1 ? { pairs: 'pair', batches: 'batch' }[nouns] : nouns}`;

function testText({ name, p, method }: TestResult): string {
  return Number.isNaN(p) ? `${name}: ${method}` : `${name}: p ${probability(p)} (${method})`;
}

/** The rule of the decision, with its numbers. */
export function ruleOf(
  observations: Observations,
  assessment: Assessment,
  demands: Demands,
  family: number,
  correction: Correction,
) {
  const { confidence, margin } = demands;
  const corrected = family > 1 ? `, corrected by ${NAMES[correction]} for ${family} comparisons,` : '';
  return [
    observations.rule,
    `a difference is shown if its ${shortNumber(100 * confidence)} % interval excludes 0 and p of ${assessment.tests[0].name}${corrected} is below ${shortNumber(1 - confidence)}`,
    `it does not matter if the interval lies within ±${shortNumber(100 * margin)} %`,
    `interval of the difference: ${assessment.difference.method}; of the change: ${assessment.change.method}`,
  ].join('; ');
}

/** What would make the interval as narrow as is asked for; undefined if it is, or if nobody can tell. */
export function adviceOf(observations: Observations, { change, changeError }: Assessment, demands: Demands): string | undefined {
  const { precision, confidence } = demands;
  const { kind, more, baseline } = observations;
  const count = baseline.length;
  if (kind === 'pairs' && count === 1)
    return 'run it under more seeds, or compare the jobs of one long trace in batches: one pair has no interval';
  if (kind === 'batches' && count === 0) return 'take a longer trace, or many seeds of a generated one';
  const half = (change.high - change.low) / 2;
  if (!(half > precision)) return undefined;
  const target = `would bring the interval to ±${shortNumber(100 * precision)} %`;
  if (kind === 'batches')
    return `a trace ${shortNumber(Number(((half / precision) ** 2).toPrecision(2)))} times as long ${target}`;
  const wanted = pairsFor(precision, half, count, confidence);
  const found = detectableDifference(changeError, count, confidence);
  const power = `with ${count}, a change of ${shortNumber(Number((100 * found).toPrecision(2)))} % is found four times out of five`;
  if (!Number.isFinite(wanted)) return `no number of ${more}s up to a million ${target}; ${power}`;
  const missing = Math.max(1, wanted - count);
  return `${missing} more ${more}${missing === 1 ? '' : 's'} ${target}; ${power}`;
}
