/**
 * A task group in Slurm's terms, from the options of its job, or from what its tasks ask for.
 * Source: Slurm 22.05, src/sbatch/opt.c; src/slurmctld/job_mgr.c, _copy_job_desc_to_job_record and _valid_pn_min_mem;
 * node_scheduler.c, get_node_cnts.
 */
import type { SlurmConfig, SlurmMemoryDefaults } from '../../../slurm.ts';
import type { SlurmOptions } from '../../../slurm-workload.ts';
import type { TaskRequest } from '../../../workload.ts';
import type { GresAsk, GroupAsk, MemoryAsk } from './ask.ts';

export interface GroupOfJob {
  readonly group: number;
  readonly request: number;
  readonly tasks: number;
  readonly each: TaskRequest;
}

const PROCESSOR = 1000;

/** `partition`: index into those of the configuration. */
export function askOf(group: GroupOfJob, options: SlurmOptions, config: SlurmConfig | undefined, partition: number): GroupAsk {
  const rules = config?.partitions[partition];
  const shape = shapeOf(group, options, config === undefined);
  const gres = gresOf(group, options, shape);
  const { perCpu, maxPerCpu } = memoryDefaults(config, partition);
  const asked = memoryOf(group, options, config, perCpu, memoryDefaults(config, partition));
  const { perTask, memory, nodeProcessors } = withinMemoryLimit(shape, asked, maxPerCpu);
  const minNodes = Math.max(shape.minNodes, rules?.minNodes ?? 1);
  const maxNodes = Math.min(shape.namedMaxNodes || Infinity, rules?.maxNodes ?? Infinity);
  return {
    group: group.group,
    request: group.request,
    tasks: group.tasks,
    jobTasks: shape.jobTasks,
    perTask,
    tasksPerNode: shape.tasksPerNode,
    minNodes,
    maxNodes,
    wantedNodes: shape.namedMaxNodes > 0 ? maxNodes : minNodes,
    namedMaxNodes: shape.namedMaxNodes,
    processors: shape.jobTasks * perTask,
    nodeProcessors,
    mostThreads: threadsOf(options, config, perTask),
    gres,
    perGpu: (options.cpusPerGpu ?? 0) * PROCESSOR,
    ...(memory === undefined ? {} : { memory }),
  };
}

interface Shape {
  readonly jobTasks: number;
  readonly perTask: number;
  readonly tasksPerNode: number;
  readonly minNodes: number;
  readonly namedMaxNodes: number;
}

function shapeOf({ tasks, each }: GroupOfJob, options: SlurmOptions, toTheThousandth: boolean): Shape {
  const known = options.tasks !== undefined;
  const jobTasks = options.tasks ?? tasks;
  // Without a slurm.conf processors are not whole; nor where they are the share that comes with a GPU.
  const whole = toTheThousandth || each.gpu > 0 ? each.cpu : Math.ceil(each.cpu / PROCESSOR) * PROCESSOR;
  const perTask = known ? (options.cpusPerTask ?? 1) * PROCESSOR : Math.max(1, whole);
  const minNodes = Math.max(1, Math.min(options.minNodes ?? 1, jobTasks));
  const namedMaxNodes = Math.max(options.maxNodes === undefined ? 0 : minNodes, Math.min(options.maxNodes ?? 0, jobTasks));
  const evenly = !known && each.gpu > 0 && minNodes === namedMaxNodes && jobTasks % minNodes === 0;
  return {
    jobTasks,
    perTask,
    tasksPerNode: options.tasksPerNode ?? (evenly ? jobTasks / minNodes : 0),
    minNodes,
    namedMaxNodes,
  };
}

function gresOf({ each }: GroupOfJob, options: SlurmOptions, { tasksPerNode }: Shape): GresAsk[] {
  const named = [
    ...namedGres(options.gresPerNode, 'node'),
    ...namedGres(options.gresPerJob, 'job'),
    ...namedGres(options.gresPerTask, 'task'),
    ...namedGres(options.gresPerSocket, 'socket'),
  ];
  if (named.length > 0) return named;
  const perNode = options.tasks === undefined && tasksPerNode > 0;
  const asked: GresAsk[] = [];
  const add = (name: string, count: number, types?: readonly string[]) => {
    if (count <= 0) return;
    const amount = perNode ? { count: count * tasksPerNode, per: 'node' as const } : { count, per: 'task' as const };
    asked.push({ name, ...amount, ...(types === undefined ? {} : { types }) });
  };
  add('gpu', Math.ceil(each.gpu / 1000), each.gpuModels);
  for (const [name, count] of Object.entries(each.other ?? {})) add(name, Math.ceil(count));
  return asked;
}

function namedGres(gres: Readonly<Record<string, number>> | undefined, per: GresAsk['per']): GresAsk[] {
  return Object.entries(gres ?? {}).map(([key, count]) => {
    const [name, type] = key.split(':');
    return { name, count, per, ...(type === undefined ? {} : { types: [type] }) };
  });
}

/** What counts where the job says nothing, and the most that it may have. */
function memoryDefaults(config: SlurmConfig | undefined, partition: number): SlurmMemoryDefaults {
  const none = { perCpu: 0, perNode: 0, perGpu: 0, maxPerCpu: 0, maxPerNode: 0, cpusPerGpu: 0 };
  const all = config?.memory ?? none;
  const own = config?.partitions[partition]?.memory ?? none;
  const said = own.perCpu > 0 || own.perNode > 0 ? own : all;
  const limited = own.maxPerCpu > 0 || own.maxPerNode > 0 ? own : all;
  return { ...said, perGpu: own.perGpu || all.perGpu, maxPerCpu: limited.maxPerCpu, maxPerNode: limited.maxPerNode };
}

function memoryOf(
  { each, tasks }: GroupOfJob,
  options: SlurmOptions,
  config: SlurmConfig | undefined,
  perCpu: number,
  { perNode, perGpu }: SlurmMemoryDefaults,
): MemoryAsk | undefined {
  if (config?.select.memory === false) return undefined;
  if (options.memoryPerNode !== undefined) return { per: 'node', bytes: options.memoryPerNode };
  if (options.memoryPerCpu !== undefined) return { per: 'processor', bytes: options.memoryPerCpu };
  if (options.memoryPerGpu !== undefined) return { per: 'gpu', bytes: options.memoryPerGpu };
  const hasGpus = each.gpu > 0 || options.gresPerNode?.gpu !== undefined;
  if (each.memory > 0) {
    if (options.tasks === undefined || options.tasks === tasks) return { per: 'task', bytes: each.memory };
    const processors = options.tasks * (options.cpusPerTask ?? 1);
    return { per: 'processor', bytes: Math.ceil((each.memory * tasks) / processors) };
  }
  if (config === undefined) return undefined;
  if (hasGpus && perGpu > 0) return { per: 'gpu', bytes: perGpu };
  if (perCpu > 0) return { per: 'processor', bytes: perCpu };
  return perNode > 0 ? { per: 'node', bytes: perNode } : { per: 'all', bytes: 0 };
}

/** Who asks for more memory than MaxMemPerCPU allows gets more processors for it. */
function withinMemoryLimit({ perTask, tasksPerNode, jobTasks }: Shape, memory: MemoryAsk | undefined, most: number) {
  const onNode = (each: number) => (tasksPerNode > 0 && jobTasks > 1 ? each * tasksPerNode : each);
  const plain = { perTask, memory, nodeProcessors: onNode(perTask) };
  if (memory === undefined || most === 0 || memory.bytes <= most) return plain;
  const ratio = Math.ceil(memory.bytes / most);
  if (memory.per === 'processor') {
    const more = perTask * ratio;
    return { perTask: more, memory: { ...memory, bytes: Math.ceil(memory.bytes / ratio) }, nodeProcessors: onNode(more) };
  }
  if (memory.per !== 'node' || ratio * PROCESSOR <= plain.nodeProcessors) return plain;
  const more = tasksPerNode > 0 ? Math.ceil(ratio / tasksPerNode) * PROCESSOR : perTask;
  return { perTask: more, memory, nodeProcessors: Math.max(ratio * PROCESSOR, onNode(more)) };
}

/** --threads-per-core, and CR_ONE_TASK_PER_CORE: no more threads of a core than one task can use. */
function threadsOf({ threadsPerCore = Infinity }: SlurmOptions, config: SlurmConfig | undefined, perTask: number): number {
  const ofTask = config?.select.oneTaskPerCore === true ? Math.max(1, perTask / PROCESSOR) : Infinity;
  return Math.min(threadsPerCore, ofTask);
}
