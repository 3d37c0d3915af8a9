import type { Sample } from './sample.ts';
import type { CompareOptions, Verdict } from './verdict.ts';

/** Two samples of the same figure. */
export interface Comparison {
  readonly baseline: Sample;
  readonly other: Sample;
  readonly options: CompareOptions;
}

/** Compares one figure of two policies. Both samples must be of one kind. */
export function compareRuns(baseline: Sample, other: Sample, options: CompareOptions): Verdict {
  return compareFamily([{ baseline, other, options }])[0];
}

/** Compares all, and corrects the decisions for their number: a table of many figures has some that look good by chance. */
export function compareFamily(comparisons: readonly Comparison[], correction: 'holm' | 'benjamini-hochberg' = 'holm'): Verdict[] {
  throw new Error(`not there yet: ${comparisons.length} comparisons, corrected by ${correction}`);
}
