import { pickFloat64, pickInt32 } from './columns.ts';
import type { KubernetesObjects } from './kubernetes-workload.ts';
import { selectSlurm } from './slurm-workload.ts';
import type { SlurmRequests } from './slurm-workload.ts';
import { selectSpeeds } from './speeds.ts';
import type { Speeds } from './speeds.ts';

/** What one task of a job asks for, on the node where it runs. Equal requests are stored once a workload. */
export interface TaskRequest {
  /** Processor time [millicores]: 1000 is one processor. */
  readonly cpu: number;
  /** [bytes]; 0 where the trace does not say. */
  readonly memory: number;
  /** GPUs [thousandths]: 2000 is two whole GPUs, 250 a quarter of one, 1500 a whole one and half of another. */
  readonly gpu: number;
  /** Least memory on each of its GPUs [bytes]; of a GPU that is shared it takes at least this part. Absent = any. */
  readonly gpuMemory?: number;
  /** The MIG profile it needs, such as `1g.5gb`, in place of a share of a device; `gpu` is what it counts as. */
  readonly mig?: string;
  /** The only GPU models that will do; absent = any. */
  readonly gpuModels?: readonly string[];
  /** Other countable resources by name, such as licences or `rdma` [count]. */
  readonly other?: Readonly<Record<string, number>>;
}

/** One processor and nothing else: what a task of a plain HPC log asks for. */
export const ONE_PROCESSOR: TaskRequest = { cpu: 1000, memory: 0, gpu: 0 };

/** A column of names with few distinct values (users, queues): a code for each job, and what the codes mean. */
export interface Category {
  /** Index into `names` for each job; -1 = the trace does not say. */
  readonly code: Int32Array;
  readonly names: readonly string[];
}

/** What the trace says became of a job. Values of `Workload.outcome`. */
export const COMPLETES = 0;
/** Ends with an error of its own after `runtime`. */
export const FAILS = 1;
/** Is cancelled by its user after `runtime`. */
export const IS_CANCELLED = 2;
/** Was killed at its limit: it would have run for longer than `runtime`, and ends when a limit ends it, whichever it gets. */
export const OUTLASTS = 3;

/** When a dependency is satisfied. Values of `Dependencies.kind`. */
export const AFTER_ANY = 0;
/** Only if the other job completed. */
export const AFTER_OK = 1;
/** Only if the other job failed, was killed or cancelled. */
export const AFTER_NOT_OK = 2;
/** As soon as the other job has started. */
export const AFTER_START = 3;

/** Which jobs wait for which, as rows of edges: those of a job stand at `first[job] .. first[job + 1]`. */
export interface Dependencies {
  readonly first: Int32Array;
  /** The job that is waited for [row]. */
  readonly on: Int32Array;
  /** One of AFTER_ANY, AFTER_OK, AFTER_NOT_OK, AFTER_START. */
  readonly kind: Uint8Array;
  /**
   * Time between the end of the other job and this submission, as the trace has it; for AFTER_START, the least time after the
   * start that was asked for [ms]. NaN = not given.
   */
  readonly think: Float64Array;
}

/** What a job can save of its work when it is interrupted. */
export interface Checkpoints {
  /** Work between two checkpoints [ms]; Infinity = never checkpoints. */
  readonly interval: Float64Array;
  /** Time to write one when asked to stop [ms]. */
  readonly cost: Float64Array;
  /** Time to load one after a restart [ms]. */
  readonly restart: Float64Array;
}

/**
 * The jobs of one trace, as columns. A job is a row number: `jobs.procs[job]`. Rows are sorted by `submit`, ties
 * in the order of the file. All times are integer milliseconds since the first submission, held in doubles, so
 * that sums and comparisons are exact (below 2^53 ms, about 285,000 years).
 *
 * A job has task groups; those of a job stand at `firstGroup[job] .. firstGroup[job + 1]`. A job of 8,192
 * processors is one group with 8,192 tasks.
 */
export interface Workload {
  /** What it is, for people: usually the file's name. */
  readonly name: string;
  readonly count: number;
  /** The trace's own time of the first submission [ms]: add it to get back to the trace's time base. */
  readonly origin: number;
  /** Unix time of the trace's own zero [ms]; NaN = unknown. */
  readonly epoch: number;
  /** The trace's own job ids, as numbers if all are canonical integers, as text otherwise. See `jobId`. */
  readonly ids: Float64Array | readonly string[];
  /** When the job entered the queue [ms]. */
  readonly submit: Float64Array;
  /**
   * How long the job would run undisturbed [ms], or at least would if it is one that OUTLASTS; Infinity for a service, which
   * never ends by itself. Policies never see this column.
   */
  readonly runtime: Float64Array;
  /** What the trace says became of it: COMPLETES, FAILS, IS_CANCELLED or OUTLASTS. Policies never see this column. */
  readonly outcome: Uint8Array;
  /** When the job started in the trace [ms]; absent if the trace has no waits, NaN where one is unknown. Policies never see it. */
  readonly recordedStart?: Float64Array;
  /** The limit its user asked for; the job is killed when it is reached [ms]; Infinity = none was asked. */
  readonly walltime: Float64Array;
  /** Whole processors the job holds when all its tasks run, over all groups [count]. */
  readonly procs: Int32Array;
  /** Index of the first task group of each job; one entry more than there are jobs. */
  readonly firstGroup: Int32Array;
  /** Tasks that each group asks for [count]. */
  readonly groupTasks: Int32Array;
  /** Tasks without which the group cannot run [count]; equal to `groupTasks` for a gang. */
  readonly groupMinimum: Int32Array;
  /** Tasks that the group can make use of, if that is more than it asks for [count]; absent = no group can. */
  readonly groupMost?: Int32Array;
  /** What each task of the group asks for [index into `requests`]. */
  readonly groupRequest: Int32Array;
  readonly requests: readonly TaskRequest[];
  /** Owner, for fair share. */
  readonly user: Category;
  /** Account, project or group that is charged. */
  readonly account: Category;
  readonly queue: Category;
  /** The part of the cluster it was sent to. */
  readonly partition: Category;
  readonly qos: Category;
  /** Priority given at submission; larger is more important; absent if the trace has none. */
  readonly priority?: Float64Array;
  /** Absent if no job waits for another. */
  readonly dependencies?: Dependencies;
  readonly checkpoints?: Checkpoints;
  /** What is known, from earlier runs, of how fast jobs are on which GPUs and nodes; absent = they are as fast anywhere. */
  readonly speeds?: Speeds;
  /** Absent unless the jobs were read from Kubernetes objects. */
  readonly kubernetes?: KubernetesObjects;
  /** Absent unless the trace says of jobs what only Slurm knows. */
  readonly slurm?: SlurmRequests;
}

/** What a policy may know about jobs: the request, never the future. */
export type Requests = Omit<Workload, 'count' | 'runtime' | 'outcome' | 'recordedStart'>;

/** The view of a workload that policies are handed: an object that does not have the columns of the future. */
export function requestsOf(workload: Workload): Requests {
  const { count: _, runtime: __, outcome: ___, recordedStart: ____, ...requests } = workload;
  return requests;
}

/** Whether the job has no end: neither its work nor its walltime. */
export function isService(workload: Pick<Workload, 'runtime' | 'walltime'>, job: number): boolean {
  return workload.runtime[job] === Infinity && workload.walltime[job] === Infinity;
}

/** The trace's own id of a job. */
export function jobId(workload: Pick<Workload, 'ids'>, job: number): string {
  return String(workload.ids[job]);
}

/** The name a category gives to a job, or undefined where the trace does not say. */
export function nameOf(category: Category, job: number): string | undefined {
  return category.names[category.code[job]];
}

/** The most tasks that a group may hold [count]. */
export function mostTasks({ groupTasks, groupMost }: Pick<Workload, 'groupTasks' | 'groupMost'>, group: number): number {
  return Math.max(groupTasks[group], groupMost?.[group] ?? 0);
}

/** GPUs of a job over all its groups [thousandths]. */
export function gpusOf(workload: Requests, job: number): number {
  let gpus = 0;
  for (let group = workload.firstGroup[job]; group < workload.firstGroup[job + 1]; group++) {
    gpus += workload.groupTasks[group] * workload.requests[workload.groupRequest[group]].gpu;
  }
  return gpus;
}

/**
 * The same workload with only these rows, in this order; columns can be replaced at the same time. Submissions are
 * counted from the first one that is kept; `origin` moves along. Dependencies on rows that are left out are dropped.
 */
export function selectJobs(workload: Workload, rows: ArrayLike<number>, name = workload.name): Workload {
  const count = rows.length;
  const base = count === 0 ? 0 : workload.submit[rows[0]];
  const groups: number[] = [];
  const firstGroup = new Int32Array(count + 1);
  for (let row = 0; row < count; row++) {
    for (let group = workload.firstGroup[rows[row]]; group < workload.firstGroup[rows[row] + 1]; group++) groups.push(group);
    firstGroup[row + 1] = groups.length;
  }
  const category = ({ code, names }: Category): Category => ({ code: pickInt32(code, rows), names });
  const { ids, recordedStart, priority, dependencies, checkpoints, speeds, kubernetes, slurm } = workload;
  return {
    name,
    count,
    origin: workload.origin + base,
    epoch: workload.epoch,
    ids: ids instanceof Float64Array ? pickFloat64(ids, rows) : Array.from({ length: count }, (_, row) => ids[rows[row]]),
    submit: pickFloat64(workload.submit, rows).map((time) => time - base),
    runtime: pickFloat64(workload.runtime, rows),
    outcome: Uint8Array.from({ length: count }, (_, row) => workload.outcome[rows[row]]),
    recordedStart: recordedStart && pickFloat64(recordedStart, rows).map((time) => time - base),
    walltime: pickFloat64(workload.walltime, rows),
    procs: pickInt32(workload.procs, rows),
    firstGroup,
    groupTasks: pickInt32(workload.groupTasks, groups),
    groupMinimum: pickInt32(workload.groupMinimum, groups),
    groupMost: workload.groupMost && pickInt32(workload.groupMost, groups),
    groupRequest: pickInt32(workload.groupRequest, groups),
    requests: workload.requests,
    user: category(workload.user),
    account: category(workload.account),
    queue: category(workload.queue),
    partition: category(workload.partition),
    qos: category(workload.qos),
    priority: priority && pickFloat64(priority, rows),
    dependencies: dependencies && selectDependencies(dependencies, rows, workload.count),
    checkpoints: checkpoints && {
      interval: pickFloat64(checkpoints.interval, rows),
      cost: pickFloat64(checkpoints.cost, rows),
      restart: pickFloat64(checkpoints.restart, rows),
    },
    speeds: speeds && selectSpeeds(speeds, rows),
    kubernetes: kubernetes && {
      ...kubernetes,
      templateOfGroup: pickInt32(kubernetes.templateOfGroup, groups),
      throttleOfJob: pickInt32(kubernetes.throttleOfJob, rows),
    },
    slurm: slurm && selectSlurm(slurm, rows, groups, base),
  };
}

function selectDependencies(from: Dependencies, rows: ArrayLike<number>, count: number): Dependencies | undefined {
  const newRow = new Int32Array(count).fill(-1);
  for (let row = 0; row < rows.length; row++) newRow[rows[row]] = row;
  const first = new Int32Array(rows.length + 1);
  const edges: number[] = [];
  for (let row = 0; row < rows.length; row++) {
    for (let edge = from.first[rows[row]]; edge < from.first[rows[row] + 1]; edge++) {
      if (newRow[from.on[edge]] >= 0) edges.push(edge);
    }
    first[row + 1] = edges.length;
  }
  if (edges.length === 0) return undefined;
  return {
    first,
    on: Int32Array.from(edges, (edge) => newRow[from.on[edge]]),
    kind: Uint8Array.from(edges, (edge) => from.kind[edge]),
    think: Float64Array.from(edges, (edge) => from.think[edge]),
  };
}
