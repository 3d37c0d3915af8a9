/** The mean; NaN of nothing. */
export function meanOf(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/** The sum of the squared distances from a centre. */
export function squaresAround(values: Float64Array, centre: number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] - centre) ** 2;
  return sum;
}

/** The standard deviation with divisor n - 1; NaN of fewer than two. */
export function deviationOf(values: Float64Array): number {
  if (values.length < 2) return NaN;
  return Math.sqrt(squaresAround(values, meanOf(values)) / (values.length - 1));
}

/** True if the values differ by no more than rounding does: what R's t.test calls essentially constant. */
export function isConstant(values: Float64Array): boolean {
  if (values.length < 2) return true;
  const error = deviationOf(values) / Math.sqrt(values.length);
  return error <= 10 * Number.EPSILON * Math.abs(meanOf(values));
}

/** The rows of b minus those of a. */
export function differences(a: Float64Array, b: Float64Array): Float64Array {
  return b.map((value, row) => value - a[row]);
}

/**
 * How far values lean to one side of a centre: the third moment over the 3/2 power of the second; 0 without any spread.
 * The exponential distribution has 2.
 */
export function skewnessAround(values: Float64Array, centre: number): number {
  let squares = 0;
  let cubes = 0;
  for (const value of values) {
    squares += (value - centre) ** 2;
    cubes += (value - centre) ** 3;
  }
  return squares === 0 ? 0 : (Math.sqrt(values.length) * cubes) / squares ** 1.5;
}
