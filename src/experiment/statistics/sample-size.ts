import { normalQuantile } from './normal-distribution.ts';
import { studentQuantile } from './student-distribution.ts';

/** No experiment is that large: beyond, the advice is that more of the same will not do. */
const MOST = 1_000_000;

/**
 * How many pairs an interval of this half-width asks for, if the next ones vary like those so far: t quantile times
 * deviation over root of count, with the t quantile of that count. Infinity if no number up to a million is enough.
 */
export function pairsFor(target: number, halfWidth: number, count: number, confidence: number): number {
  if (!(count >= 2 && target > 0) || Number.isNaN(halfWidth)) return NaN;
  const p = (1 + confidence) / 2;
  const deviation = (halfWidth * Math.sqrt(count)) / studentQuantile(p, count - 1);
  const enough = (pairs: number) => (studentQuantile(p, pairs - 1) * deviation) / Math.sqrt(pairs) <= target;
  // Slightly too few, for t is above the normal quantile; then up, a few steps.
  let pairs = Math.max(2, Math.floor(((normalQuantile(p) * deviation) / target) ** 2));
  if (pairs > MOST) return Infinity;
  while (!enough(pairs)) pairs++;
  return pairs;
}

/**
 * The smallest true difference that a paired t test of so many pairs would find with this power, by the usual
 * approximation (t quantile of the level + t quantile of the power) times the standard error.
 * Source: Cohen, "Statistical Power Analysis for the Behavioral Sciences", 1988, section 2.4.
 */
export function detectableDifference(standardError: number, count: number, confidence: number, power = 0.8): number {
  return (studentQuantile((1 + confidence) / 2, count - 1) + studentQuantile(power, count - 1)) * standardError;
}
