const ACCURACY = 1e-15;
const MOST_TERMS = 10_000;

/** Distribution function of the gamma distribution with this shape and scale (mean shape * scale) [probability]. */
export function gammaCdf(x: number, shape: number, scale: number): number {
  if (x <= 0) return 0;
  const z = x / scale;
  // The series converges quickly below the mean, the fraction above it (Abramowitz & Stegun 6.5.29 and 6.5.31).
  return z < shape + 1 ? lowerSeries(z, shape) : 1 - upperFraction(z, shape);
}

/** Lower regularised incomplete gamma function, as a power series. */
function lowerSeries(z: number, shape: number): number {
  let term = 1 / shape;
  let sum = term;
  for (let k = 1; k < MOST_TERMS && term > sum * ACCURACY; k++) {
    term *= z / (shape + k);
    sum += term;
  }
  return sum * Math.exp(shape * Math.log(z) - z - logGamma(shape));
}

/** Upper regularised incomplete gamma function, as a continued fraction (Lentz's method). */
function upperFraction(z: number, shape: number): number {
  let b = z + 1 - shape;
  let c = Infinity;
  let d = 1 / b;
  let fraction = d;
  for (let k = 1; k < MOST_TERMS; k++) {
    const a = -k * (k - shape);
    b += 2;
    d = 1 / (a * d + b);
    c = b + a / c;
    fraction *= c * d;
    if (Math.abs(c * d - 1) < ACCURACY) break;
  }
  return fraction * Math.exp(shape * Math.log(z) - z - logGamma(shape));
}

/** The gamma function, for positive arguments. */
export function gammaFunction(x: number): number {
  return Math.exp(logGamma(x));
}

/** Stirling's series of ln gamma, after shifting the argument to where it is exact in doubles. */
function logGamma(x: number): number {
  let shift = 0;
  let z = x;
  for (; z < 15; z++) shift += Math.log(z);
  const square = 1 / (z * z);
  const tail = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188)))) / z;
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + tail - shift;
}
