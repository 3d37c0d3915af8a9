import type { Random } from '../random.ts';

/** A duration that is drawn [ms]. Never less than 0, and whole: time is integer milliseconds. */
export type Distribution =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'uniform'; readonly from: number; readonly to: number }
  | { readonly kind: 'normal'; readonly mean: number; readonly deviation: number }
  /** By mean and deviation of the duration itself, not of its logarithm. */
  | { readonly kind: 'lognormal'; readonly mean: number; readonly deviation: number };

export const NO_TIME: Distribution = { kind: 'constant', value: 0 };

export function draw(distribution: Distribution, random: Random): number {
  return Math.max(0, Math.round(drawExact(distribution, random)));
}

function drawExact(distribution: Distribution, random: Random): number {
  switch (distribution.kind) {
    case 'constant':
      return distribution.value;
    case 'uniform':
      return distribution.from + (distribution.to - distribution.from) * random.uniform();
    case 'normal':
      return random.normal(distribution.mean, distribution.deviation);
    case 'lognormal': {
      if (distribution.mean === 0) return 0;
      const variance = Math.log(1 + (distribution.deviation / distribution.mean) ** 2);
      return Math.exp(random.normal(Math.log(distribution.mean) - variance / 2, Math.sqrt(variance)));
    }
  }
}

/** [ms] */
export function meanOf(distribution: Distribution): number {
  switch (distribution.kind) {
    case 'constant':
      return distribution.value;
    case 'uniform':
      return (distribution.from + distribution.to) / 2;
    default:
      return distribution.mean;
  }
}
