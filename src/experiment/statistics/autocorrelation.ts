import { meanOf, squaresAround } from './moments.ts';
import { normalProbability } from './normal-distribution.ts';

/** The correlation of each value with the next one; 0 if all are equal. */
export function lagOne(values: Float64Array): number {
  const mean = meanOf(values);
  const squares = squaresAround(values, mean);
  let products = 0;
  for (let i = 1; i < values.length; i++) products += (values[i] - mean) * (values[i - 1] - mean);
  return squares === 0 ? 0 : products / squares;
}

/** Whether consecutive values resemble each other more than independent ones do. */
export interface IndependenceTest {
  /** 1 - (von Neumann's ratio) / 2: about the lag-1 correlation, 0 in the mean if values are independent. */
  readonly statistic: number;
  /** One-sided, against a positive correlation. */
  readonly p: number;
}

/**
 * Von Neumann's test that the values of a series are independent of each other.
 * Source: von Neumann, Annals of Mathematical Statistics 12(4), 1941, in the form of Fishman, "Grouping observations in
 * digital simulation", Management Science 24(5), 1978.
 */
export function independence(values: Float64Array): IndependenceTest {
  const count = values.length;
  const squares = squaresAround(values, meanOf(values));
  if (count < 3 || squares === 0) return { statistic: 0, p: NaN };
  let steps = 0;
  for (let i = 1; i < count; i++) steps += (values[i] - values[i - 1]) ** 2;
  const statistic = 1 - steps / (2 * squares);
  const deviation = Math.sqrt((count - 2) / (count ** 2 - 1));
  return { statistic, p: normalProbability(-statistic / deviation) };
}

/**
 * By how much to widen an interval made from batch means that are still correlated: their mean varies by (1 + r) / (1 - r)
 * more than it would if they were independent, as in a first-order autoregression. Never narrower.
 * Source: Tafazzoli, Steiger & Wilson, "N-Skart", and Skart: INFORMS Journal on Computing 23(1), 2011, section 2.3.
 */
export function wideningOf(batchMeans: Float64Array): number {
  const r = Math.min(MOST_CORRELATION, Math.max(0, lagOne(batchMeans)));
  return Math.sqrt((1 + r) / (1 - r));
}

/** Beyond, a lag-1 correlation of a few batches says nothing but that the run is too short. */
const MOST_CORRELATION = 0.9;
