/** What a share of a cluster is made from, and how Gavel's policies make it. Jobs are rows, types of GPU columns. */

/** The state of a cluster when its time is shared out anew. */
export interface Shareholders {
  /** In the order in which they came [row]. */
  readonly jobs: readonly number[];
  /** GPUs of each [count]. */
  readonly widths: readonly number[];
  /** Speed of each on each type [ratio]; none is 0 on all. */
  readonly speeds: readonly Float64Array[];
  /** How much more than others each is worth; 1 = as much. */
  readonly weights: readonly number[];
  /** Since each was submitted [ms]. */
  readonly ages: readonly number[];
  /** Work that is left of each [ms at speed 1]; Infinity = it never ends. */
  readonly left: readonly number[];
  /** GPUs of each type [count]. */
  readonly workers: Float64Array;
}

/** For each job the part of its time that it is to spend on each type [0 to 1]; their sum is at most 1. */
export type Allocation = readonly Float64Array[];

/** Shares out the cluster. Some remember what they did before. */
export type Allocate = (state: Shareholders) => Allocation;

/**
 * An equal part of every type for each job, as if it had a cluster of its own. Source: stanford-futuredata/gavel,
 * scheduler/policies/isolated.py.
 */
export const isolated: Allocate = ({ jobs, widths, workers }) =>
  jobs.map((_, at) => {
    const part = workers.map((count) => count / jobs.length / widths[at]);
    const sum = part.reduce((all, one) => all + one, 0);
    return sum > 1 ? part.map((one) => one / sum) : part;
  });

/** How fast a job is with these parts of its time [ratio]. */
export function speedWith(speeds: Float64Array, parts: Float64Array): number {
  return speeds.reduce((sum, speed, type) => sum + speed * parts[type], 0);
}

/** Where every job would do as well on any type as on that where it is the fastest: policies that do not look at types. */
export function blindToTypes(state: Shareholders): Shareholders {
  return { ...state, speeds: state.speeds.map((speeds) => speeds.map((speed) => (speed > 0 ? 1 : 0))) };
}
