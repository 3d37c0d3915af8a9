/** What is told of the values of one column. */
export interface Distribution {
  /** Values that there are [count]; jobs without one are not in it. */
  readonly count: number;
  readonly mean: number;
  readonly min: number;
  readonly p5: number;
  readonly p25: number;
  readonly median: number;
  readonly p75: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/**
 * The distribution of the finite values of a column; NaN throughout if there are none. Quantiles are exact: type 7 of
 * Hyndman & Fan, "Sample quantiles in statistical packages", The American Statistician 50(4), 1996.
 */
export function distributionOf(values: Float64Array): Distribution {
  const ascending = values.filter((value) => Number.isFinite(value)).sort();
  let sum = 0;
  for (const value of ascending) sum += value;
  const quantile = (p: number) => quantileOf(ascending, p);
  return {
    count: ascending.length,
    mean: sum / ascending.length,
    min: quantile(0),
    p5: quantile(0.05),
    p25: quantile(0.25),
    median: quantile(0.5),
    p75: quantile(0.75),
    p95: quantile(0.95),
    p99: quantile(0.99),
    max: quantile(1),
  };
}

function quantileOf(ascending: Float64Array, p: number): number {
  if (ascending.length === 0) return NaN;
  const position = p * (ascending.length - 1);
  const below = Math.floor(position);
  const low = ascending[below];
  return low + (position - below) * (ascending[Math.min(below + 1, ascending.length - 1)] - low);
}
