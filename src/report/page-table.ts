import type { Category } from '../workload.ts';

/** The jobs of one run in the page. Times are integer milliseconds since the first submission of the table; NaN = never. */
export interface PageTable {
  readonly count: number;
  /** The trace's own time of the first submission [ms]. */
  readonly origin: number;
  readonly ids: Float64Array | readonly string[];
  readonly submit: Float64Array;
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** Index into `STATE_NAMES` of schedule.ts. */
  readonly state: Float64Array;
  readonly user: Category;
  readonly queue: Category;
  readonly account?: Category;
  /** [millicores] */
  readonly cpus: Float64Array;
  /** [thousandths] */
  readonly gpus: Float64Array;
  readonly restarts: Float64Array;
  readonly placements?: PagePlacements;
  readonly attempts?: PageAttempts;
  readonly resizes?: PageResizes;
  readonly explanations?: PageExplanations;
  readonly nodeTime?: PageNodeTime;
}

/** Nodes of the last run of each job; those of a job stand at `first[job] .. first[job + 1]`. */
export interface PagePlacements {
  readonly nodes: readonly string[];
  readonly first: Float64Array;
  readonly node: Float64Array;
  /** Tasks on that node [count]. */
  readonly tasks: Float64Array;
}

/** Runs of jobs that were interrupted, the last of each job included. */
export interface PageAttempts {
  readonly job: Float64Array;
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** Index into ATTEMPT_NAMES of the results: preempted, node-failed, suspended, ended. */
  readonly why: Float64Array;
  readonly kept: Float64Array;
}

/** What runs held from a time on, where that was not what their jobs ask for, or changed; those of a job in the order of time. */
export interface PageResizes {
  readonly job: Float64Array;
  readonly time: Float64Array;
  /** [millicores] */
  readonly cpus: Float64Array;
  /** [thousandths] */
  readonly gpus: Float64Array;
}

export interface PageExplanations {
  readonly job: Float64Array;
  readonly time: Float64Array;
  readonly reason: Category;
}

/** What the nodes of each job were for, in a system of resource managers. */
export interface PageNodeTime {
  readonly job: Float64Array;
  /** Index into `PURPOSES` of node-time.ts. */
  readonly purpose: Float64Array;
  /** [core-ms] */
  readonly coreTime: Float64Array;
}
