/**
 * What is compared: the same figure of two policies, measured on the same things. Two policies that ran the same
 * workload on the same cluster under the same seed saw the same random numbers (common random numbers), so they are
 * compared pair by pair: what both suffered alike cancels out.
 */

/** One figure of many runs of one policy. */
export interface RunSample {
  readonly kind: 'runs';
  /** The policy, as results name it. */
  readonly label: string;
  /** The figure of each run by its pair key (`pairKey`), in the metric's unit; NaN = not defined for that run. */
  readonly figures: ReadonlyMap<string, number>;
}

/** One value for each job of one long run, for when there is no second run to compare with. Rows are the same jobs in both. */
export interface TraceSample {
  readonly kind: 'trace';
  /** The policy, as results name it. */
  readonly label: string;
  /** When each job entered the queue [ms]; NaN = never. */
  readonly submit: Float64Array;
  /** The metric of each job, in its unit; NaN = the job has none. */
  readonly values: Float64Array;
}

export type Sample = RunSample | TraceSample;

/** What two runs must have in common to be a pair. */
export interface PairKeyParts {
  readonly workload: string;
  readonly cluster: string;
  readonly seed: number | string;
}

/** The key of a pair. A `|` or `\` in a name is escaped, so that two keys are equal only if all parts are. */
export function pairKey({ workload, cluster, seed }: PairKeyParts): string {
  return [workload, cluster, String(seed)].map((part) => part.replaceAll('\\', '\\\\').replaceAll('|', '\\|')).join('|');
}

/** The part of a pair key before the seed: which workload on which cluster. */
export function keyWithoutSeed(key: string): string {
  const seed = /^((?:[^|\\]|\\.)*\|(?:[^|\\]|\\.)*)\|/.exec(key);
  return seed ? seed[1] : key;
}
