import { shownEstimate } from './conclusion.ts';
import { amountText, factorText, figureText, isFactor, percentText, probability, rangeText, reversed } from './numbers.ts';
import type { ComparedFigure, Verdict } from './verdict.ts';

/** What a sentence is made of. */
export type Told = Pick<
  Verdict,
  | 'baseline'
  | 'other'
  | 'figure'
  | 'conclusion'
  | 'observations'
  | 'count'
  | 'baselineValue'
  | 'otherValue'
  | 'difference'
  | 'change'
  | 'adjustedP'
  | 'family'
> & {
  readonly margin: number;
  /** False if the batches are known to be correlated. */
  readonly independent: boolean;
  /** True if the first jobs of a trace are not among those compared: its figures are not those of the whole trace. */
  readonly withoutStart: boolean;
};

/**
 * A verdict in one sentence: who, what, by how much, how sure, from where to where. Never that something differs without
 * by how much; never that it does not without what can be ruled out.
 */
export function sentenceOf(told: Told): string {
  const { baseline, other, figure, conclusion, observations, count } = told;
  const name = `the ${figureWords(figure)}`;
  const where = observations === 'batches' ? ' in this trace' : '';
  if (conclusion === 'equal') return `${name} is the same under ${other} and ${baseline}${where}${inAll(told)}`;
  if (conclusion === 'equivalent')
    return `${name} does not differ between ${other} and ${baseline}${where}: ${shown(told)}, all within ±${percent(told.margin)}${tooSure(told)}`;
  if (conclusion === 'undecided') return undecided(told, name, where, count);
  const worse = conclusion === 'worse' ? ', which is worse' : '';
  const phrase = `${other} ${verbPhrase(told, name)} against ${baseline}${where} (${fromTo(told)})`;
  return `${phrase}${withoutSpread(told)}${tooLittle(told)}${worse}${tooSure(told)}`;
}

/** `mean wait`, `p95 bounded slowdown`, `makespan`. */
export function figureWords({ name, figure }: Pick<ComparedFigure, 'name' | 'figure'>): string {
  const words = name.replace(/(?<=[a-z])-(?=[a-z])/g, ' ');
  return figure === undefined ? words : `${figure} ${words}`;
}

function verbPhrase(told: Told, name: string): string {
  const { change, difference, figure } = told;
  if (Number.isNaN(change.value)) {
    if (difference.value < 0) return `lowers ${name} by ${amountText(reversed(difference), figure.unit)}`;
    return `raises ${name} by ${amountText(difference, figure.unit)}`;
  }
  if (isFactor(change)) return `multiplies ${name} by ${factorText(change)}`;
  if (change.value >= 0) return `raises ${name} by ${percentText(change)}`;
  // What is better lower is cut; what is not is lowered.
  return `${figure.better === 'lower' ? 'cuts' : 'lowers'} ${name} by ${percentText(reversed(change))}`;
}

function undecided(told: Told, name: string, where: string, count: number): string {
  const { baseline, other, observations } = told;
  if (Number.isNaN(told.difference.value))
    return `nothing can be said of ${name} under ${other} and ${baseline}: no pair has a value`;
  const seen = `${shown(told)} (${fromTo(told)})`;
  if (count < 2) {
    const why =
      observations === 'batches' ? 'the trace is too short for an interval' : 'one pair of runs says nothing of another';
    return `${name} of ${other} against ${baseline}${where}: ${seen}, but ${why}`;
  }
  return `whether ${name} differs between ${other} and ${baseline}${where} is not decided: ${seen}${doubt(told)}`;
}

/** Where the interval alone would have shown a difference: what spoke against it. */
function doubt(told: Told): string {
  const { low, high } = shownEstimate(told);
  if (!(low > 0 || high < 0)) return '';
  const corrected = told.family > 1 ? ` after correction for ${told.family} comparisons` : '';
  return `, but p ${probability(told.adjustedP)}${corrected}`;
}

function shown(told: Told): string {
  const estimate = shownEstimate(told);
  const sign = estimate.value > 0 ? '+' : '';
  if (Number.isNaN(told.change.value)) return sign + amountText(estimate, told.figure.unit);
  return isFactor(estimate) ? `times ${factorText(estimate)}` : sign + percentText(estimate);
}

function fromTo({ baselineValue, otherValue, figure: { unit }, withoutStart }: Told): string {
  return rangeText(baselineValue, otherValue, unit) + (withoutStart ? ' without its start' : '');
}

function inAll({ observations, count, otherValue, figure: { unit } }: Told): string {
  const value = figureText(otherValue, unit);
  if (observations === 'batches') return ` (${value})`;
  return count === 1 ? ` in the one pair of runs (${value})` : ` in all ${count} pairs (mean ${value})`;
}

/** Where all observations say the same there is no interval to show. */
function withoutSpread(told: Told): string {
  return Number.isNaN(shownEstimate(told).low) ? `, the same in each of ${told.count} ${told.observations}` : '';
}

/** Where the interval itself is in doubt, the sentence must not be read without saying so. */
function tooSure({ independent }: Told): string {
  return independent ? '' : '; its stretches are correlated, so the interval is likely too narrow';
}

function tooLittle({ change, margin }: Told): string {
  const within = change.low >= -margin && change.high <= margin;
  return within ? `, less than the ${percent(margin)} that matter` : '';
}

const percent = (share: number) => `${Number((100 * share).toPrecision(3))} %`;
