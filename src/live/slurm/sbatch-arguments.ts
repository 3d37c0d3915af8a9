/**
 * What sbatch is told of a job: the very request that the simulated Slurm takes from the workload. Source: Slurm 22.05, man
 * page of sbatch; for jobs that say less than sbatch wants to know, what `SlurmRequests` says of them.
 */
import { SECOND } from '../../units.ts';
import { nameOf } from '../../workload.ts';
import type { TaskRequest, Workload } from '../../workload.ts';
import type { SlurmOptions } from '../../slurm-workload.ts';

const MIB = 2 ** 20;
const MINUTE = 60;

export type SbatchRequest =
  | { readonly args: readonly string[] }
  /** Why Slurm cannot be asked for it. */
  | { readonly trouble: string };

/** `partitions`: those that the cluster has; jobs that name another one go to its default, as when they are simulated. */
export function sbatchRequest(
  workload: Workload,
  job: number,
  timeScale: number,
  partitions: ReadonlySet<string>,
): SbatchRequest {
  const { firstGroup, groupTasks, groupMinimum, groupRequest, requests, slurm } = workload;
  const group = firstGroup[job];
  if (firstGroup[job + 1] - group !== 1) return { trouble: 'it has several task groups, and sbatch takes one' };
  const options = slurm?.options[slurm.optionsOfGroup[group]] ?? {};
  const tasks = Math.max(groupTasks[group], groupMinimum[group]);
  const shape = shapeOf(tasks, requests[groupRequest[group]], options);
  if ('trouble' in shape) return shape;
  const args = [
    ...shape.args,
    ...limits(workload, job, options, timeScale),
    ...places(options),
    ...owners(workload, job, options, partitions),
  ];
  return { args };
}

/** Tasks, nodes, processors, memory and GPUs. */
function shapeOf(tasks: number, each: TaskRequest, options: SlurmOptions): SbatchRequest {
  if (each.gpu % 1000 !== 0) return { trouble: 'it asks for a share of a GPU' };
  const count = options.tasks ?? tasks;
  const cpus = options.tasks === undefined ? Math.max(1, Math.ceil(each.cpu / 1000)) : (options.cpusPerTask ?? 1);
  const gres = gresOf(count, each, options);
  if ('trouble' in gres) return gres;
  const { minNodes, maxNodes, tasksPerNode = gres.tasksPerNode } = options;
  const args = [`--ntasks=${count}`, `--cpus-per-task=${cpus}`];
  // A lone number would be the most as well as the least; there are never more nodes than tasks.
  if (minNodes !== undefined || maxNodes !== undefined) {
    args.push(`--nodes=${minNodes ?? 1}-${maxNodes ?? Math.max(count, minNodes ?? 1)}`);
  }
  if (tasksPerNode !== undefined) args.push(`--ntasks-per-node=${tasksPerNode}`);
  args.push(...memoryOf(count * cpus, tasks * each.memory, options), ...gres.args);
  return { args };
}

type Gres = { readonly args: readonly string[]; readonly tasksPerNode?: number } | { readonly trouble: string };

/** What the job says in Slurm's words, else what its tasks ask for. */
function gresOf(count: number, each: TaskRequest, options: SlurmOptions): Gres {
  const { gresPerNode, gresPerJob, gresPerTask, gresPerSocket, minNodes, maxNodes } = options;
  const named = [gresPerNode, gresPerJob, gresPerTask, gresPerSocket].some((one) => one !== undefined);
  if (named) {
    return {
      args: [
        ...(gresPerNode === undefined ? [] : [`--gres=${listOf(gresPerNode)}`]),
        ...gpuOption('--gpus', gresPerJob),
        ...gpuOption('--gpus-per-task', gresPerTask),
        ...gpuOption('--gpus-per-socket', gresPerSocket),
      ],
    };
  }
  const gpus = each.gpu / 1000;
  const others = Object.entries(each.other ?? {});
  if (gpus === 0 && others.length === 0) return { args: [] };
  const [model, ...more] = each.gpuModels ?? [];
  if (more.length > 0) return { trouble: 'any of several GPU models will do for it' };
  const name = model === undefined ? 'gpu' : `gpu:${model}`;
  // GPUs that are spread evenly over nodes are asked for by the node: a task is a GPU with its share of processors.
  const nodes = minNodes !== undefined && minNodes === maxNodes && count % minNodes === 0 ? minNodes : undefined;
  const onNode = nodes === undefined ? (count === 1 ? 1 : undefined) : count / nodes;
  if (onNode === undefined) {
    if (others.length > 0) return { trouble: `each of its tasks asks for ${others.map(([what]) => what).join(', ')}` };
    return { args: [`--gpus-per-task=${name.slice('gpu:'.length)}${model === undefined ? '' : ':'}${gpus}`] };
  }
  const wanted = [...(gpus > 0 ? [`${name}:${onNode * gpus}`] : []), ...others.map(([what, each]) => `${what}:${onNode * each}`)];
  return {
    args: [`--gres=${wanted.join(',')}`],
    ...(options.tasks === undefined && nodes !== undefined ? { tasksPerNode: onNode } : {}),
  };
}

/** `gpu:a100` stands without its first word there. */
function gpuOption(option: string, gres: Readonly<Record<string, number>> | undefined): string[] {
  if (gres === undefined) return [];
  return [
    `${option}=${Object.entries(gres)
      .map(([key, count]) => `${key.replace(/^gpu:?/, '')}:${count}`.replace(/^:/, ''))
      .join(',')}`,
  ];
}

function listOf(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([key, count]) => `${key}:${count}`)
    .join(',');
}

/** Of whole mebibytes, as sbatch takes them. */
function memoryOf(cpus: number, all: number, { memoryPerNode, memoryPerCpu, memoryPerGpu }: SlurmOptions): string[] {
  const megabytes = (bytes: number) => `${Math.ceil(bytes / MIB)}M`;
  if (memoryPerNode !== undefined) return [`--mem=${megabytes(memoryPerNode)}`];
  if (memoryPerCpu !== undefined) return [`--mem-per-cpu=${megabytes(memoryPerCpu)}`];
  if (memoryPerGpu !== undefined) return [`--mem-per-gpu=${megabytes(memoryPerGpu)}`];
  return all > 0 ? [`--mem-per-cpu=${megabytes(all / cpus)}`] : [];
}

function limits(workload: Workload, job: number, { timeMin, held, nice, requeue }: SlurmOptions, timeScale: number): string[] {
  const { walltime, submit, slurm } = workload;
  const seconds = (ms: number) => Math.max(0, Math.round(ms / timeScale / SECOND));
  const [begin, deadline] = [slurm?.begin?.[job] ?? NaN, slurm?.deadline?.[job] ?? NaN];
  return [
    ...(walltime[job] < Infinity ? [`--time=${minutes(walltime[job], timeScale)}`] : []),
    ...(timeMin === undefined ? [] : [`--time-min=${minutes(timeMin, timeScale)}`]),
    ...(begin > submit[job] ? [`--begin=now+${seconds(begin - submit[job])}`] : []),
    ...(Number.isNaN(deadline) ? [] : [`--deadline=now+${seconds(deadline - submit[job])}`]),
    ...(held === true ? ['--hold'] : []),
    ...(nice === undefined ? [] : [`--nice=${nice}`]),
    ...(requeue === undefined ? [] : [requeue ? '--requeue' : '--no-requeue']),
  ];
}

/** Limits are whole minutes there. */
function minutes(ms: number, timeScale: number): number {
  return Math.max(1, Math.ceil(ms / timeScale / SECOND / MINUTE));
}

function places(options: SlurmOptions): string[] {
  const { exclusive, overSubscribe, constraint, prefer, nodeList, excludedNodes, licenses, reservation } = options;
  const { switches, contiguous, spreadJob, threadsPerCore, cpusPerGpu } = options;
  const wait = switches === undefined || switches.wait === Infinity ? '' : `@0:${Math.round(switches.wait / SECOND)}`;
  return [
    ...(exclusive === undefined ? [] : [exclusive === 'user' ? '--exclusive=user' : '--exclusive']),
    ...(overSubscribe === true ? ['--oversubscribe'] : []),
    ...(constraint === undefined ? [] : [`--constraint=${constraint}`]),
    ...(prefer === undefined ? [] : [`--prefer=${prefer}`]),
    ...(nodeList === undefined ? [] : [`--nodelist=${nodeList.join(',')}`]),
    ...(excludedNodes === undefined ? [] : [`--exclude=${excludedNodes.join(',')}`]),
    ...(licenses === undefined ? [] : [`--licenses=${listOf(licenses)}`]),
    ...(reservation === undefined ? [] : [`--reservation=${reservation}`]),
    ...(switches === undefined ? [] : [`--switches=${switches.count}${wait}`]),
    ...(contiguous === true ? ['--contiguous'] : []),
    ...(spreadJob === true ? ['--spread-job'] : []),
    ...(threadsPerCore === undefined ? [] : [`--threads-per-core=${threadsPerCore}`]),
    ...(cpusPerGpu === undefined ? [] : [`--cpus-per-gpu=${cpusPerGpu}`]),
  ];
}

function owners(workload: Workload, job: number, { partitions: several }: SlurmOptions, known: ReadonlySet<string>): string[] {
  const partition = nameOf(workload.partition, job);
  const names = (several ?? (partition === undefined ? [] : [partition])).filter((name) => known.has(name));
  const [qos, account] = [nameOf(workload.qos, job), nameOf(workload.account, job)];
  return [
    ...(names.length === 0 ? [] : [`--partition=${names.join(',')}`]),
    ...(qos === undefined ? [] : [`--qos=${qos}`]),
    ...(account === undefined ? [] : [`--account=${account}`]),
  ];
}

/** The script: it sleeps as long as the job runs in the workload, and ends as it ends there. `seconds` by the clock. */
export function jobScript(seconds: number, ending: 'completes' | 'fails' | 'is-cancelled'): string {
  const length = seconds === Infinity ? 'infinity' : seconds.toFixed(3);
  if (ending === 'completes') return `#!/bin/sh\nexec sleep ${length}\n`;
  if (ending === 'fails') return `#!/bin/sh\nsleep ${length}\nexit 1\n`;
  return `#!/bin/sh\nsleep ${length}\nscancel "$SLURM_JOB_ID"\nexec sleep 600\n`;
}
