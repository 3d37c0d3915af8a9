/** What a job, or a part of one, asked for, in the columns of sacct. */
import type { SlurmOptions } from '../slurm-workload.ts';
import type { Workload } from '../workload.ts';
import type { SacctLosses } from './sacct-write-losses.ts';

const KIB = 1024;

/** Of all tasks together. */
export interface Held {
  /** [count] */
  readonly cpus: number;
  /** [bytes] */
  readonly memory: number;
  /** [count] */
  readonly gpus: number;
  readonly models: readonly string[];
}

export function heldBy(workload: Workload, groups: readonly number[], losses: SacctLosses, job: number): Held {
  const { groupTasks, groupMinimum, groupRequest, requests } = workload;
  let [millicores, memory, thousandths] = [0, 0, 0];
  const models = new Set<string>();
  for (const group of groups) {
    const { cpu, memory: each, gpu, gpuModels = [], other = {} } = requests[groupRequest[group]];
    const tasks = groupTasks[group];
    millicores += tasks * cpu;
    memory += tasks * each;
    thousandths += tasks * gpu;
    for (const model of gpuModels) models.add(model);
    if (gpu % 1000 !== 0) losses.add('shares of GPUs: whole ones are written', job);
    else if (groups.length > 1 || (gpu === 0 ? cpu !== 1000 : gpu !== 1000))
      losses.add('how processors are grouped into tasks', job);
    if (groupMinimum[group] < tasks) losses.add('the least number of tasks of a job', job);
    if (Object.keys(other).length > 0) losses.add('resources other than processors, memory and GPUs', job);
  }
  if (models.size > 1) losses.add('that any of several GPU models will do', job);
  const cpus = Math.max(1, Math.round(millicores / 1000));
  return { cpus, memory, gpus: Math.ceil(thousandths / 1000), models: [...models] };
}

/** NNodes, NCPUS, ReqMem, ReqTRES. */
export function requestColumns(held: Held, options: SlurmOptions): string[] {
  const { asked, got } = nodesOf(held, options);
  const { cpus, gpus, models } = held;
  const gres = gpus === 0 ? '' : `,gres/gpu=${gpus}${models.length === 1 ? `,gres/gpu:${models[0]}=${gpus}` : ''}`;
  return [String(got), String(cpus), memoryText(held, options), `cpu=${cpus},node=${asked}${gres}`];
}

/** A job that may have any number of nodes above some is one that got another number of them. */
function nodesOf({ memory }: Held, { minNodes, maxNodes, memoryPerNode = 0 }: SlurmOptions): { asked: number; got: number } {
  const asked = minNodes ?? 1;
  if (minNodes === undefined || maxNodes === asked) return { asked, got: asked };
  const got = memoryPerNode > 0 ? Math.round(memory / memoryPerNode) : NaN;
  return { asked, got: got > 0 && got !== asked ? got : asked + 1 };
}

function memoryText({ memory }: Held, { memoryPerNode = 0, memoryPerCpu = 0 }: SlurmOptions): string {
  if (memoryPerNode > 0) return `${memoryPerNode / KIB}Kn`;
  if (memoryPerCpu > 0) return `${memoryPerCpu / KIB}Kc`;
  return memory > 0 ? `${memory / KIB}K` : '';
}
