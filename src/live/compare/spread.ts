/** How a quantity spreads over jobs or pods. */
export interface Spread {
  readonly count: number;
  readonly median: number;
  readonly p95: number;
  readonly max: number;
}

/** Of these values, those that are NaN left out: of none, all figures are NaN. */
export function spreadOf(values: Iterable<number>): Spread {
  const sorted = Float64Array.from([...values].filter((value) => !Number.isNaN(value))).sort();
  const at = (share: number) => (sorted.length === 0 ? NaN : sorted[Math.ceil(share * sorted.length) - 1]);
  return { count: sorted.length, median: at(0.5), p95: at(0.95), max: at(1) };
}

/** Of differences, how large they are whatever their sign; `bias` is their mean. */
export interface Errors extends Spread {
  readonly bias: number;
}

export function errorsOf(differences: readonly number[]): Errors {
  const known = differences.filter((value) => !Number.isNaN(value));
  const bias = known.reduce((sum, value) => sum + value, 0) / known.length;
  return { ...spreadOf(known.map(Math.abs)), bias };
}
