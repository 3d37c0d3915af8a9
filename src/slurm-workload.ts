/**
 * What Slurm is told of jobs beyond the common columns. A job without any of it is N tasks of its groups as they
 * stand. Made by readers of Slurm's formats; policies take it from `Workload.slurm`.
 */
import { pickFloat64, pickInt32 } from './columns.ts';

export interface SlurmRequests {
  /**
   * Of each task group of the workload [index into `options`]; -1 = none. All groups of a job have the same, unless it
   * is a heterogeneous job: see `componentOfGroup`.
   */
  readonly optionsOfGroup: Int32Array;
  /** Equal ones are stored once. */
  readonly options: readonly SlurmOptions[];
  /** Component of a heterogeneous job each group belongs to, from 0; absent if there is no such job. */
  readonly componentOfGroup?: Int32Array;
  /** Earliest start of each job [ms since the first submission]; NaN = none was asked. Absent if no job has one. */
  readonly begin?: Float64Array;
  /** --deadline of each job [ms since the first submission]; NaN = none. Absent if no job has one. */
  readonly deadline?: Float64Array;
  /** Array of each job [index into `arrays`]; -1 = it is no task of one. Absent if there are none. */
  readonly arrayOfJob?: Int32Array;
  readonly arrays: readonly SlurmArray[];
  /** Number of each job within its array; -1 = it is no task of one. */
  readonly arrayTask?: Int32Array;
}

export interface SlurmArray {
  /** The id that its tasks share. */
  readonly id: number;
  /** Tasks that may run at once (`%4`); Infinity if not given. */
  readonly limit: number;
}

/** Options of sbatch; absent = not given. */
export interface SlurmOptions {
  /** --nodes. A job that says nothing of nodes may get any number of them. */
  readonly minNodes?: number;
  readonly maxNodes?: number;
  readonly tasksPerNode?: number;
  /** --cpus-per-task, when the tasks of the groups are not those of the job. */
  readonly cpusPerTask?: number;
  /** --ntasks: tasks of the job; the groups may hold one for each processor instead. */
  readonly tasks?: number;
  /** How memory was asked for, as the groups hold it for each task [bytes]. */
  readonly memoryPerNode?: number;
  readonly memoryPerCpu?: number;
  /** --gres: of each node, by `name` or `name:type` [count]. */
  readonly gresPerNode?: Readonly<Record<string, number>>;
  /** --gpus, --gpus-per-task and --gpus-per-socket: of the job, of each task, of each socket; names as above [count]. */
  readonly gresPerJob?: Readonly<Record<string, number>>;
  readonly gresPerTask?: Readonly<Record<string, number>>;
  readonly gresPerSocket?: Readonly<Record<string, number>>;
  /** --exclusive; `user`: may share with jobs of its owner. */
  readonly exclusive?: 'node' | 'user';
  /** --oversubscribe */
  readonly overSubscribe?: boolean;
  /** --time-min [ms] */
  readonly timeMin?: number;
  /** --nice; larger is less important. */
  readonly nice?: number;
  /** --constraint and --prefer, as they were written. */
  readonly constraint?: string;
  readonly prefer?: string;
  /** --nodelist and --exclude, as node names. */
  readonly nodeList?: readonly string[];
  readonly excludedNodes?: readonly string[];
  /** [count] */
  readonly licenses?: Readonly<Record<string, number>>;
  readonly reservation?: string;
  /** --switches=count@wait; the wait in [ms], Infinity if not given. */
  readonly switches?: { readonly count: number; readonly wait: number };
  /** --segment: nodes that stand in one block [count]. */
  readonly segment?: number;
  readonly contiguous?: boolean;
  readonly spreadJob?: boolean;
  /** --hold */
  readonly held?: boolean;
  readonly requeue?: boolean;
  /** Partitions when several were named; the common column has the first of them. */
  readonly partitions?: readonly string[];
  /** --threads-per-core */
  readonly threadsPerCore?: number;
  /** --cpus-per-gpu, --mem-per-gpu. */
  readonly cpusPerGpu?: number;
  readonly memoryPerGpu?: number;
}

/** The same for some jobs and their groups, in this order. `base`: the submission that is the first one now [ms]. */
export function selectSlurm(
  slurm: SlurmRequests,
  rows: ArrayLike<number>,
  groups: ArrayLike<number>,
  base: number,
): SlurmRequests {
  const { optionsOfGroup, options, componentOfGroup, begin, deadline, arrayOfJob, arrays, arrayTask } = slurm;
  const selected = {
    optionsOfGroup: pickInt32(optionsOfGroup, groups),
    options,
    componentOfGroup: componentOfGroup && pickInt32(componentOfGroup, groups),
    begin: begin && pickFloat64(begin, rows),
    deadline: deadline && pickFloat64(deadline, rows),
    arrayOfJob: arrayOfJob && pickInt32(arrayOfJob, rows),
    arrays,
    arrayTask: arrayTask && pickInt32(arrayTask, rows),
  };
  return shiftSlurm(selected, base);
}

/** The same with times counted from a later zero [ms]. */
export function shiftSlurm(slurm: SlurmRequests, base: number): SlurmRequests {
  const { begin, deadline } = slurm;
  if (begin === undefined && deadline === undefined) return slurm;
  return {
    ...slurm,
    begin: begin?.map((time) => time - base),
    deadline: deadline?.map((time) => time - base),
  };
}
