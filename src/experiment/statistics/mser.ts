/** Values that make up one batch: 5 in MSER-5. */
const BATCH = 5;

/**
 * Batches at the end before which no cut is looked for: so few are alike by chance. Source: Hoad, Robinson & Davies,
 * "Automating warm-up length estimation", Journal of the Operational Research Society 61(9), 2010.
 */
const LAST = 5;

export interface Truncation {
  /** Values to leave out at the start [count]. */
  readonly rows: number;
  /**
   * False if the best cut lies in the second half of the values: the start is not over, or the run is too short to tell.
   * Then `rows` is the best cut within the first half.
   */
  readonly settled: boolean;
}

/**
 * Where the warm-up of a series ends by MSER-5: cut so that the standard error of the mean of what is left, as if it
 * were independent, is smallest. Ties go to the shortest cut; values after the last whole batch are not looked at.
 * Sources: White, "An effective truncation heuristic for bias reduction in simulation output", Simulation 69(6), 1997;
 * White, Cobb & Spratt, "A comparison of five steady-state truncation heuristics for simulation", WSC 2000.
 */
export function mser5(values: Float64Array): Truncation {
  const batches = Math.floor(values.length / BATCH);
  // Of fewer batches nothing can be told.
  if (batches <= 2 * LAST) return { rows: 0, settled: false };
  const half = Math.floor(batches / 2);
  const best = { anywhere: 0, firstHalf: 0 };
  const least = { anywhere: Infinity, firstHalf: Infinity };
  let mean = 0;
  let squares = 0;
  // From the end, so that each batch is taken in once (Welford's update). One batch alone has no error.
  for (let batch = batches - 1; batch >= 0; batch--) {
    const count = batches - batch;
    const value = batchMean(values, batch);
    const off = value - mean;
    mean += off / count;
    squares += off * (value - mean);
    const error = squares / count ** 2;
    if (count > LAST && error <= least.anywhere) [least.anywhere, best.anywhere] = [error, batch];
    if (batch <= half && error <= least.firstHalf) [least.firstHalf, best.firstHalf] = [error, batch];
  }
  return { rows: BATCH * best.firstHalf, settled: best.anywhere <= half };
}

function batchMean(values: Float64Array, batch: number): number {
  let sum = 0;
  for (let i = 0; i < BATCH; i++) sum += values[batch * BATCH + i];
  return sum / BATCH;
}
