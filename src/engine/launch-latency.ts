/**
 * From the decision until a job runs: always the same, or as it was measured. Then each launch draws its own latency, the same
 * whichever policy is simulated, so that policies are compared under the same luck.
 */
import { randomStream } from '../random.ts';
import type { Costs } from './simulate.ts';

export class LaunchLatency {
  readonly #costs: Pick<Costs, 'launch' | 'launchQuantiles'>;
  readonly #seed: number | string;
  /** How often each job has been launched [count]. */
  readonly #launches = new Map<number, number>();

  constructor(costs: Pick<Costs, 'launch' | 'launchQuantiles'>, seed: number | string) {
    this.#costs = costs;
    this.#seed = seed;
  }

  /** Of the next launch of the job [ms]. */
  of(job: number): number {
    const { launch = 0, launchQuantiles: quantiles } = this.#costs;
    if (quantiles === undefined) return launch;
    const before = this.#launches.get(job) ?? 0;
    this.#launches.set(job, before + 1);
    const at = randomStream(this.#seed, `launch/${job}/${before}`).uniform() * (quantiles.length - 1);
    const below = Math.floor(at);
    const low = quantiles[below];
    return Math.round(low + ((quantiles[below + 1] ?? low) - low) * (at - below));
  }
}
