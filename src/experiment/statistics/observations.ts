/**
 * What is compared in the end, whether it comes from runs or from batches of one trace: two columns of figures, a row
 * for each observation.
 */
export interface Observations {
  readonly kind: 'pairs' | 'batches';
  /** The figure of each observation under either policy; all finite. */
  readonly baseline: Float64Array;
  readonly other: Float64Array;
  /** The figure over everything: the mean of the observations, or for a quantile of a trace that of all its jobs. */
  readonly baselineValue: number;
  readonly otherValue: number;
  /** `mean`: the values above are the means of the columns; `sections`: they are not, and no bootstrap of rows gives them. */
  readonly centre: 'mean' | 'sections';
  /** Factors on the half-widths, for batches that are correlated; 1 for runs. */
  readonly widening: Widening;
  /** False if observations are known to be correlated. */
  readonly independent: boolean;
  /** True if the first jobs of a trace were left out. */
  readonly withoutStart: boolean;
  /** What one more would be called: a seed, a pair; for batches, a longer trace. */
  readonly more: 'seed' | 'pair' | 'trace';
  /** How the observations were made. */
  readonly rule: string;
  readonly warnings: readonly string[];
}

export interface Widening {
  readonly difference: number;
  readonly change: number;
}

export const NO_WIDENING: Widening = { difference: 1, change: 1 };
