/** Splits a job that a table describes by its totals into tasks: a row says "36 processors and 2 GPUs". */
import { migShareOfProfile } from '../mig.ts';
import type { GroupRow, WorkloadBuilder } from '../workload-builder.ts';
import type { Per } from './column-map-notations.ts';

/** What a row says a job asks for; NaN = it does not say. */
export interface Totals {
  /** Processors [thousandths]. */
  procs: number;
  /** Equal parts [count]. */
  tasks: number;
  /** GPUs [thousandths]. */
  gpus: number;
  /** [bytes] */
  memory: number;
  models?: readonly string[] | undefined;
  /** Least memory on each of its GPUs [bytes]. */
  gpuMemory?: number;
  /** The profile of the MIG instance that each task needs; GPUs count instances then. */
  mig?: string | undefined;
}

/** What each of the amounts in `Totals` is counted for. */
export interface CountedFor {
  readonly procs: Per;
  readonly gpus: Per;
  readonly memory: Per;
}

/** The task groups of a job, or why there are none. `repaired` says what had to be assumed. */
export interface Shape {
  readonly groups: readonly GroupRow[];
  readonly repaired?: string;
}

const MOST = 2 ** 31 - 1;

/**
 * The groups for these totals; a text = the reason why the job cannot be replayed. Where the row does not say into
 * how many tasks the job is split, it is the finest split into equal tasks: one processor each, or with GPUs as many
 * as both numbers can be divided by. What cannot be divided equally gives the first tasks one more.
 */
export function shapeOf(totals: Totals, per: CountedFor, jobs: WorkloadBuilder): Shape | string {
  const gpus = Number.isNaN(totals.gpus) ? 0 : totals.gpus;
  if (totals.procs < 0 || gpus < 0 || totals.memory < 0 || (totals.gpuMemory ?? 0) < 0) return 'asks for less than nothing';
  const noProcessors = Number.isNaN(totals.procs) || totals.procs === 0;
  if (noProcessors && gpus === 0 && !(totals.tasks > 0) && totals.mig === undefined) return 'asks for no processors';
  const tasks = Number.isNaN(totals.tasks) ? splitOf(totals, gpus, per) : totals.tasks;
  if (!Number.isInteger(tasks) || tasks < 1 || tasks > MOST) return 'asks for an impossible number of tasks';
  const instance = totals.mig === undefined ? undefined : instanceOf(totals.mig, gpus, per.gpus === 'task' ? 1 : tasks);
  if (typeof instance === 'string') return instance;

  const perTask = noProcessors ? 1000 : totals.procs;
  const wanted = per.procs === 'gpu' && !noProcessors ? (totals.procs * gpus) / 1000 : totals.procs;
  const cpu = noProcessors || per.procs === 'task' ? equal(perTask) : shared(wanted, tasks, wanted >= tasks * 1000);
  const procs = cpu.base * tasks + cpu.extra * cpu.unit;
  const gpu =
    instance !== undefined
      ? equal(instance)
      : per.gpus === 'task'
        ? equal(gpus)
        : shared(per.gpus === 'proc' ? (gpus * procs) / 1000 : gpus, tasks, true);
  if (procs > MOST * 1000 || gpu.base * tasks > MOST * 1000) return 'asks for more than can be counted';

  const groups: GroupRow[] = [];
  let from = 0;
  for (const until of [cpu.extra, gpu.extra, tasks].sort((a, b) => a - b)) {
    if (until === from) continue;
    const cpuOfTask = cpu.base + (from < cpu.extra ? cpu.unit : 0);
    const gpuOfTask = gpu.base + (from < gpu.extra ? gpu.unit : 0);
    const memory = memoryOfTask(totals.memory, per.memory, tasks, cpuOfTask, gpuOfTask);
    const request = jobs.request({
      cpu: cpuOfTask,
      memory,
      gpu: gpuOfTask,
      ...(gpuOfTask > 0 && totals.models && { gpuModels: totals.models }),
      ...(gpuOfTask > 0 && (totals.gpuMemory ?? 0) > 0 && { gpuMemory: totals.gpuMemory }),
      ...(totals.mig !== undefined && { mig: totals.mig }),
    });
    groups.push({ tasks: until - from, request });
    from = until;
  }
  return { groups, repaired: totals.procs === 0 ? 'asks for no processors: taken as one for each task' : undefined };
}

/** What the instance of each task counts as [thousandths], or why the job cannot be replayed. */
function instanceOf(profile: string, gpus: number, tasks: number): number | string {
  if (gpus !== 0 && gpus !== 1000 * tasks) return 'asks for another number of MIG instances than one for each task';
  return migShareOfProfile(profile) ?? `asks for the MIG profile ${profile}, which no GPU has`;
}

/** How many equal tasks, where the row does not say. */
function splitOf({ procs, mig }: Totals, gpus: number, per: CountedFor): number {
  if (mig !== undefined) return per.gpus === 'task' ? 1 : Math.max(1, gpus / 1000);
  if (per.procs === 'task' || per.gpus === 'task') return 1;
  if (Number.isNaN(procs) || procs === 0) return Math.max(1, gpus % 1000 === 0 ? gpus / 1000 : 1);
  if (procs % 1000 !== 0 || gpus % 1000 !== 0 || per.procs === 'gpu') return gpus >= 1000 ? Math.floor(gpus / 1000) : 1;
  return gpus === 0 ? procs / 1000 : greatestCommonDivisor(procs / 1000, gpus / 1000);
}

/** An amount over tasks: each has `base`, the first `extra` of them one `unit` more [thousandths]. */
interface Shares {
  readonly base: number;
  readonly extra: number;
  readonly unit: number;
}

function equal(base: number): Shares {
  return { base, extra: 0, unit: 0 };
}

/** Whole things stay whole if asked for. */
function shared(total: number, tasks: number, keepWhole: boolean): Shares {
  const unit = keepWhole && total % 1000 === 0 ? 1000 : 1;
  const units = Math.round(total / unit);
  const base = Math.floor(units / tasks);
  return { base: base * unit, extra: units - base * tasks, unit };
}

/** Rounded up: a task must not get less than its part. */
function memoryOfTask(memory: number, per: Per, tasks: number, cpu: number, gpu: number): number {
  if (Number.isNaN(memory)) return 0;
  if (per === 'task') return memory;
  if (per === 'proc') return Math.ceil((memory * cpu) / 1000);
  if (per === 'gpu') return Math.ceil((memory * gpu) / 1000);
  return Math.ceil(memory / tasks);
}

function greatestCommonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}
