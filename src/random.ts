/**
 * Random numbers. A stream is named by what it is for, so that a new purpose draws nothing from an old one:
 * adding failures to a run leaves its arrivals as they were.
 */
import seedrandom from 'seedrandom';

/** A stream of random numbers with the distributions that workload models need. */
export interface Random {
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number;
  /** Uniform integer in [0, bound). */
  integer(bound: number): number;
  /** Exponential with this mean. */
  exponential(mean: number): number;
  /** Normal (Gauss). */
  normal(mean: number, deviation: number): number;
  /** Gamma with shape and scale: mean is shape * scale. */
  gamma(shape: number, scale: number): number;
  /** Weibull with shape and scale. */
  weibull(shape: number, scale: number): number;
}

/** The stream for one purpose under one seed. Same seed and purpose, same numbers, on every machine. */
export function randomStream(seed: number | string, purpose: string): Random {
  const generator = seedrandom.alea(`${seed}/${purpose}`);
  const uniform = () => generator.double();
  /** Uniform in (0, 1): safe for logarithms. */
  const open = () => 1 - uniform();
  const normal = () => Math.sqrt(-2 * Math.log(open())) * Math.cos(2 * Math.PI * uniform());
  return {
    uniform,
    integer: (bound) => Math.floor(uniform() * bound),
    exponential: (mean) => -mean * Math.log(open()),
    normal: (mean, deviation) => mean + deviation * normal(),
    gamma: (shape, scale) => scale * standardGamma(shape, normal, open),
    weibull: (shape, scale) => scale * (-Math.log(open())) ** (1 / shape),
  };
}

/** Marsaglia & Tsang, "A simple method for generating gamma variables", ACM TOMS 26(3), 2000. */
function standardGamma(shape: number, normal: () => number, open: () => number): number {
  if (shape < 1) return standardGamma(shape + 1, normal, open) * open() ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(open()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}
