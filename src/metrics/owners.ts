import type { Category } from '../workload.ts';
import type { Figures } from './metric.ts';
import { meanOf, presentValues, quantiles } from './quantiles.ts';

/** What the jobs of each user, or of each account, come to on average. Jobs of which the trace names none are in none. */
export interface OwnerMeans {
  /** Of the values of the owner's jobs; NaN if none has a value. Index as in `Category.names`. */
  readonly mean: Float64Array;
  /** Jobs with a value [count]. */
  readonly jobs: Int32Array;
  /** Jobs with a value but without an owner [count]. */
  readonly nobodys: number;
}

/** Means by owner: `workload.user` or `workload.account`. */
export function meansByOwner({ code, names }: Category, values: Float64Array): OwnerMeans {
  const mean = new Float64Array(names.length);
  const jobs = new Int32Array(names.length);
  let nobodys = 0;
  for (let job = 0; job < values.length; job++) {
    const owner = code[job];
    if (Number.isNaN(values[job])) continue;
    if (owner < 0) {
      nobodys++;
      continue;
    }
    mean[owner] += values[job];
    jobs[owner]++;
  }
  for (let owner = 0; owner < names.length; owner++) mean[owner] /= jobs[owner];
  return { mean, jobs, nobodys };
}

/** How the owners fare, each one counting the same. `unit`: users, accounts. */
export function figuresOfOwners({ mean, jobs, nobodys }: OwnerMeans, unit: string): Figures {
  const value = meanOf(mean);
  const means = presentValues(mean.slice());
  const owners = means.length;
  const [median, worst] = quantiles(means, [0.5, 1]);
  return {
    value,
    figures: [
      { name: 'mean', value },
      { name: 'median', value: median },
      { name: 'worst', value: worst },
      { name: unit, value: owners, unit },
    ],
    jobs: jobs.reduce((sum, count) => sum + count, 0),
    jobsWithout: nobodys,
  };
}
