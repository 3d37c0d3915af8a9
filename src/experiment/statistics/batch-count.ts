import { independence } from './autocorrelation.ts';

/** Fewer batches give intervals that vary much; more gain hardly anything (Schmeiser, Operations Research 30(3), 1982). */
export const MOST_BATCHES = 30;
export const FEWEST_BATCHES = 10;

/** Fewer values are no batch. */
export const SMALLEST_BATCH = 10;

/** The level at which batch means are told to be correlated: higher than usual, for overlooking it is the worse mistake. */
const LEVEL = 0.1;

export interface BatchCount {
  /** 0 if there are too few rows for any. */
  readonly batches: number;
  /** False if consecutive batches are correlated even with the fewest and largest. */
  readonly independent: boolean;
}

/**
 * The most batches between 10 and 30 whose values pass von Neumann's test of independence. `seriesOf` makes the series
 * that are tested; all must pass.
 */
export function chooseBatchCount(
  rows: number,
  smallest: number,
  seriesOf: (batches: number) => readonly Float64Array[],
): BatchCount {
  const most = Math.min(MOST_BATCHES, Math.floor(rows / smallest));
  if (most < FEWEST_BATCHES) return { batches: 0, independent: false };
  for (let batches = most; batches >= FEWEST_BATCHES; batches = next(batches)) {
    // A series that is constant has no p, and no correlation either.
    if (seriesOf(batches).every((series) => !(independence(series).p < LEVEL))) return { batches, independent: true };
  }
  return { batches: FEWEST_BATCHES, independent: false };
}

/** Fifth by fifth, and the fewest at last: testing every number would sooner or later find one that passes by chance. */
function next(batches: number): number {
  return batches === FEWEST_BATCHES ? 0 : Math.max(FEWEST_BATCHES, Math.floor(batches * 0.8));
}
