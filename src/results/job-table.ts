import type { Attempts } from '../schedule.ts';
import type { Category } from '../workload.ts';

/**
 * jobs.csv as columns, in the order of the file: the order of the workload. Times are integer milliseconds in the
 * trace's own time base; NaN where the cell is empty.
 */
export interface JobTable {
  readonly count: number;
  /** The trace's own job ids, as numbers if all are canonical integers, as text otherwise. */
  readonly ids: Float64Array | readonly string[];
  /** [ms] */
  readonly submit: Float64Array;
  /** When the job first ran [ms]. */
  readonly start: Float64Array;
  /** When the job ended for good [ms]. */
  readonly end: Float64Array;
  /** The first start less the submission [ms]. */
  readonly wait: Float64Array;
  /** Index into `STATE_NAMES` of schedule.ts. */
  readonly state: Uint8Array;
  readonly user: Category;
  readonly queue: Category;
  /** These are absent where the file has no such column: results of format 1 had none. */
  readonly account?: Category;
  readonly partition?: Category;
  readonly qos?: Category;
  /** All its tasks together [millicores]. */
  readonly cpus: Float64Array;
  /** All its tasks together [thousandths]. */
  readonly gpus: Float64Array;
  /** Runs that were interrupted [count]. */
  readonly restarts: Int32Array;
  /** Which nodes the last run held; undefined where no job has a placement. Taken apart when it is asked for. */
  placements(): NodePlacements | undefined;
}

/** Nodes of each job; those of a job stand at `first[job] .. first[job + 1]`. */
export interface NodePlacements {
  /** Names of the nodes that any job held, in the order in which digits count as numbers. */
  readonly nodes: readonly string[];
  readonly first: Int32Array;
  /** Index into `nodes`. */
  readonly node: Int32Array;
  /** Tasks on that node [count]. */
  readonly tasks: Int32Array;
}

/** attempts.csv: a row for each run of a job that was interrupted, then for the run that ended it; `job` is a row of its table. */
export interface AttemptTable extends Attempts {
  /** Index into `ATTEMPT_NAMES`. */
  readonly why: Uint8Array;
}

/** The words of attempts.csv; the last is the run that ended the job. */
export const ATTEMPT_NAMES = ['preempted', 'node-failed', 'suspended', 'ended'] as const;
export const ENDED = 3;

/** resizes.csv: what runs held from a time on, in the order of the file; see `Schedule.holdings`. */
export interface ResizeTable {
  readonly count: number;
  /** Row of the job in its `JobTable`. */
  readonly job: Int32Array;
  /** [ms] */
  readonly time: Float64Array;
  /** [millicores] */
  readonly cpus: Float64Array;
  /** [thousandths] */
  readonly gpus: Float64Array;
}

/** explanations.csv: what the policy said of waiting jobs, in the order of the file. */
export interface ExplanationTable {
  readonly count: number;
  /** Row of the job in its `JobTable`. */
  readonly job: Int32Array;
  /** [ms] */
  readonly time: Float64Array;
  /** What was said; few texts are said often. */
  readonly reason: Category;
}

/** node-time.csv: what the nodes of each job were for, in a system of resource managers, in the order of the file. */
export interface NodeTimeTable {
  readonly count: number;
  /** Row of the job in its `JobTable`. */
  readonly job: Int32Array;
  /** Index into `PURPOSES` of node-time.ts. */
  readonly purpose: Uint8Array;
  /** [core-ms] */
  readonly coreTime: Float64Array;
}
