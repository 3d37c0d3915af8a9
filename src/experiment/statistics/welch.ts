/** Two samples that have nothing to do with each other: how far their means are apart. Source: Welch, Biometrika 34, 1947. */
import { deviationOf, meanOf } from './moments.ts';
import { studentQuantile } from './student-distribution.ts';

export interface MeanDifference {
  /** mean(second) - mean(first). */
  readonly difference: number;
  /** Half of its interval of 95 %; NaN if a sample has less than two values. */
  readonly halfWidth: number;
}

const CONFIDENCE = 0.95;

export function welch(first: Float64Array, second: Float64Array): MeanDifference {
  const [one, other] = [first, second].map((sample) => deviationOf(sample) ** 2 / sample.length);
  const degrees = (one + other) ** 2 / (one ** 2 / (first.length - 1) + other ** 2 / (second.length - 1));
  const halfWidth = one + other === 0 ? 0 : studentQuantile((1 + CONFIDENCE) / 2, degrees) * Math.sqrt(one + other);
  return { difference: meanOf(second) - meanOf(first), halfWidth };
}
