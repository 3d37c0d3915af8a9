/**
 * Jain's fairness index of the values that there are (not NaN): (sum x)^2 / (n sum x^2). 1 if all are equal, k/n if
 * k of n have the same and the others nothing. NaN if there are none, or if all are 0.
 * Source: Jain, Chiu & Hawe, "A quantitative measure of fairness and discrimination for resource allocation in
 * shared computer systems", DEC TR-301, 1984.
 */
export function jainIndex(values: Float64Array): number {
  let sum = 0;
  let squares = 0;
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) continue;
    sum += values[i];
    squares += values[i] * values[i];
    count++;
  }
  return (sum * sum) / (count * squares);
}

/** How the index is cited. */
export const JAIN =
  'Jain, Chiu & Hawe, "A quantitative measure of fairness and discrimination for resource allocation in shared computer systems", DEC TR-301, 1984';
