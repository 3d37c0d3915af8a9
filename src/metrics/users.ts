import type { Category } from '../workload.ts';

/** What each user's jobs come to on average. Jobs of which the trace names no user are in none of them. */
export interface UserMeans {
  /** Of the values of the user's jobs; NaN if none has a value. Index as in `Category.names`. */
  readonly mean: Float64Array;
  /** Jobs with a value [count]. */
  readonly jobs: Int32Array;
  /** Jobs with a value but without a user [count]. */
  readonly nobodys: number;
}

/** Means by user. */
export function meansByUser({ code, names }: Category, values: Float64Array): UserMeans {
  const mean = new Float64Array(names.length);
  const jobs = new Int32Array(names.length);
  let nobodys = 0;
  for (let job = 0; job < values.length; job++) {
    const user = code[job];
    if (Number.isNaN(values[job])) continue;
    if (user < 0) {
      nobodys++;
      continue;
    }
    mean[user] += values[job];
    jobs[user]++;
  }
  for (let user = 0; user < names.length; user++) mean[user] /= jobs[user];
  return { mean, jobs, nobodys };
}
