/** A bucket of the cycle [s]: half an hour, as Lublin and Feitelson count. */
export const BUCKET = 1800;
export const BUCKETS_IN_DAY = 48;

/**
 * A clock that runs fast when many jobs arrive and slowly when few do. Each bucket of the cycle costs its weight
 * (1 on average); what is paid are points: one point is a bucket's length at the mean rate of arrivals.
 */
export class CycleClock {
  readonly #weights: Float64Array;
  #bucket: number;
  #passed: number;
  #points = 0;

  /** `start`: the bucket at which the clock begins; its time is counted from bucket 0. */
  constructor(weights: Float64Array, start = 0) {
    this.#weights = weights;
    this.#bucket = start % weights.length;
    this.#passed = start;
  }

  /** Spends points and tells the time reached [s since the beginning of bucket 0]. */
  advance(points: number): number {
    const weights = this.#weights;
    this.#points += points;
    while (this.#points > weights[this.#bucket]) {
      this.#points -= weights[this.#bucket];
      this.#bucket = this.#bucket + 1 === weights.length ? 0 : this.#bucket + 1;
      this.#passed++;
    }
    return BUCKET * (this.#passed + this.#points / weights[this.#bucket]);
  }
}

/** Scales weights so that their mean is 1. */
export function normalised(weights: Float64Array): Float64Array {
  let sum = 0;
  for (const weight of weights) sum += weight;
  return weights.map((weight) => (weight * weights.length) / sum);
}
