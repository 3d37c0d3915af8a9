import type { Assessment, Demands } from './assessment.ts';
import type { Observations } from './observations.ts';
import type { ComparedFigure, Conclusion, Estimate } from './verdict.ts';

/**
 * What may be said. A difference is shown if the interval excludes 0 and the corrected p is below the level: the two
 * rest on different assumptions, and nothing is claimed that only one of them bears out.
 */
export function conclude(
  observations: Observations,
  assessment: Assessment,
  { confidence, margin }: Demands,
  adjustedP: number,
  { better }: Pick<ComparedFigure, 'better'>,
): Conclusion {
  const { baseline, other } = observations;
  const count = baseline.length;
  if (count > 0 && other.every((value, row) => value === baseline[row])) return 'equal';
  if (count < 2) return 'undecided';
  const interval = shownEstimate(assessment);
  const sure = adjustedP < 1 - confidence;
  if (sure && excludesZero(interval)) return direction(interval.value, better);
  const { change } = assessment;
  if (change.low >= -margin && change.high <= margin) return 'equivalent';
  return 'undecided';
}

/** The estimate that the sentence shows: the change in per cent, or where there is none the difference. */
export function shownEstimate({ change, difference }: Pick<Assessment, 'change' | 'difference'>): Estimate {
  return Number.isNaN(change.value) ? difference : change;
}

/** An interval that is not defined although there are observations has no width: they all say the same. */
function excludesZero({ value, low, high }: Estimate): boolean {
  if (Number.isNaN(low)) return value !== 0;
  return low > 0 || high < 0;
}

function direction(value: number, better: ComparedFigure['better']): Conclusion {
  if (better === 'neither') return value < 0 ? 'lower' : 'higher';
  return value < 0 === (better === 'lower') ? 'better' : 'worse';
}
