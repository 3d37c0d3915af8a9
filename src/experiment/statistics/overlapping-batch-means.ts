import type { Interval } from './bootstrap.ts';
import { NO_INTERVAL } from './bootstrap.ts';
import { meanOf, squaresAround } from './moments.ts';
import { studentInterval } from './paired-t.ts';

/**
 * The variance of the mean of a correlated series, estimated from the means of all stretches of `length` consecutive
 * values, which overlap. NaN unless 1 <= length < number of values.
 * Source: Meketon & Schmeiser, "Overlapping batch means: something for nothing?", WSC 1984.
 */
export function overlappingVariance(values: Float64Array, length: number): number {
  const count = values.length;
  if (!(length >= 1 && length < count)) return NaN;
  const mean = meanOf(values);
  let sum = 0; // of the stretch, each value less the mean: a sum of large waits would lose digits
  for (let i = 0; i < length; i++) sum += values[i] - mean;
  let squares = (sum / length) ** 2;
  for (let i = length; i < count; i++) {
    sum += values[i] - values[i - length];
    squares += (sum / length) ** 2;
  }
  return (length * squares) / ((count - length) * (count - length + 1));
}

/** The interval of the mean by overlapping batch means; 1.5 times the degrees of freedom of batches that do not overlap. */
export function overlappingInterval(values: Float64Array, length: number, confidence: number): Interval {
  const variance = overlappingVariance(values, length);
  if (Number.isNaN(variance)) return NO_INTERVAL;
  return studentInterval(meanOf(values), Math.sqrt(variance), 1.5 * (values.length / length - 1), confidence);
}

/**
 * How many independent values would give as sure a mean as these correlated ones [count], by overlapping batch means of
 * this length; at most their number. NaN if all are equal.
 */
export function effectiveSampleSize(values: Float64Array, length: number): number {
  const variance = squaresAround(values, meanOf(values)) / (values.length - 1);
  return Math.min(values.length, variance / overlappingVariance(values, length));
}
