const CONVERGED = 1e-16;
const MOST_STEPS = 500;

/** The probability that a number of Student's t distribution is at most t; any number of degrees of freedom above 0. */
export function studentProbability(t: number, degrees: number): number {
  if (Number.isNaN(t)) return NaN;
  const upper = 0.5 * incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5);
  return t > 0 ? 1 - upper : upper;
}

/** The probability that |t| is at least as large as this one: the two-sided p. */
export function studentTwoSided(t: number, degrees: number): number {
  if (Number.isNaN(t)) return NaN;
  return incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5);
}

/** The t that a number of Student's distribution exceeds with probability 1 - p, by bisection. */
export function studentQuantile(p: number, degrees: number): number {
  if (!(p >= 0 && p <= 1 && degrees > 0)) return NaN;
  if (p === 0 || p === 1) return p === 0 ? -Infinity : Infinity;
  if (p === 0.5) return 0;
  if (p < 0.5) return -studentQuantile(1 - p, degrees);
  let low = 0;
  let high = 1;
  while (studentProbability(high, degrees) < p) high *= 2;
  for (let middle = high / 2; middle > low && middle < high; middle = low + (high - low) / 2) {
    if (studentProbability(middle, degrees) < p) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * The regularized incomplete beta function I_x(a, b), by its continued fraction (Abramowitz & Stegun 26.5.8), summed
 * with Lentz's algorithm (Thompson & Barnett, Journal of Computational Physics 64, 1986).
 */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast below the mean only.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
  let d = 1 / (1 - ((a + b) * x) / (a + 1));
  let c = 1;
  let fraction = d;
  for (let m = 1; m <= MOST_STEPS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d);
    c = 1 + even / c;
    fraction *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d);
    c = 1 + odd / c;
    fraction *= c * d;
    if (Math.abs(c * d - 1) < CONVERGED) break;
  }
  return front * fraction;
}

/** Where Stirling's series is exact to the last digit. */
const LARGE = 15;

/** ln Γ(x) for x > 0: Stirling's series, after a shift to where it converges (Abramowitz & Stegun 6.1.41). */
function logGamma(x: number): number {
  let shift = 0;
  for (; x < LARGE; x++) shift += Math.log(x);
  const r = 1 / (x * x);
  const series = (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r / 1680))) / x;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
