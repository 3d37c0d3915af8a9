/** From here outwards the tail is a continued fraction: 1 minus the series would lose its digits. */
const TAIL = 4;

/** The density of the standard normal distribution. */
function normalDensity(x: number): number {
  return Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
}

/**
 * The probability that a standard normal number is at most x; relative error below 1e-13 in both tails.
 * Source: the series of Marsaglia, "Evaluating the normal distribution", Journal of Statistical Software 11(4), 2004;
 * for the tails Laplace's continued fraction, Abramowitz & Stegun 26.2.14.
 */
export function normalProbability(x: number): number {
  // The series would never end.
  if (Number.isNaN(x)) return NaN;
  if (x < -TAIL) return upperTail(-x);
  if (x > TAIL) return 1 - upperTail(x);
  let sum = x;
  let term = x;
  for (let k = 3; sum + term !== sum; k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + sum * normalDensity(x);
}

function upperTail(x: number): number {
  if (x === Infinity) return 0;
  let fraction = 0;
  for (let k = 100; k >= 1; k--) fraction = k / (x + fraction);
  return normalDensity(x) / (x + fraction);
}

/**
 * The number that a standard normal one exceeds with probability 1 - p; p in [0, 1], else NaN. The first guess is
 * Abramowitz & Stegun 26.2.23 (error below 4.5e-4); three steps of Halley's method bring it to full precision.
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return NaN;
  if (p === 0 || p === 1) return p === 0 ? -Infinity : Infinity;
  if (p > 0.5) return -normalQuantile(1 - p);
  const t = Math.sqrt(-2 * Math.log(p));
  let x = -(t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))));
  for (let step = 0; step < 3; step++) {
    const error = (normalProbability(x) - p) / normalDensity(x);
    x -= error / (1 + 0.5 * x * error);
  }
  return x;
}
