/**
 * How much of a cluster's free GPUs is of no use to the tasks that usually come.
 * Source: Weng et al., "Beware of fragmentation: scheduling GPU-sharing workloads with fragmentation gradient descent",
 * USENIX ATC 2023; details from hkust-adsl/kubernetes-scheduler-simulator, pkg/utils/frag.go.
 */
import type { Requests, TaskRequest } from './workload.ts';

/** Tasks that ask for the same of processors and GPUs, and how often they come. */
export interface TypicalTask {
  /** [millicores] */
  readonly cpu: number;
  /** What each of its GPUs must have free [thousandths]; 0 = it has none. */
  readonly share: number;
  /** GPUs [count] that must have it. */
  readonly gpus: number;
  /** The only models that will do; undefined = any. */
  readonly models?: readonly string[];
  /** Share of all such tasks. */
  readonly weight: number;
}

/** What is free on one node. */
export interface FreeNode {
  /** [millicores] */
  readonly cpu: number;
  readonly gpuModel?: string;
  /** Of each GPU [thousandths]; only the first `gpus` count. */
  readonly free: ArrayLike<number>;
  readonly gpus: number;
}

/**
 * The tasks that come most often, down to the one with which `popularity` of all tasks are counted, weights so that they
 * add up to 1. Ties to more processors, then to larger shares, more GPUs and the later model. A request for some whole GPUs
 * and a share of another counts as one for all of them whole.
 */
export function typicalTasks(jobs: Requests, popularity: number): TypicalTask[] {
  const counts = countAlike(jobs);
  const total = counts.reduce((sum, { weight }) => sum + weight, 0);
  counts.sort(
    (a, b) =>
      b.weight - a.weight ||
      b.cpu - a.cpu ||
      b.share - a.share ||
      b.gpus - a.gpus ||
      compareText(b.models?.join('|') ?? '', a.models?.join('|') ?? ''),
  );
  let counted = 0;
  let kept = 0;
  while (kept < counts.length && counted < popularity * total) counted += counts[kept++].weight;
  return counts.slice(0, kept).map((task) => ({ ...task, weight: task.weight / counted }));
}

function countAlike(jobs: Requests): TypicalTask[] {
  const tasks = new Float64Array(jobs.requests.length);
  for (let group = 0; group < jobs.groupTasks.length; group++) tasks[jobs.groupRequest[group]] += jobs.groupTasks[group];
  const alike = new Map<string, TypicalTask>();
  jobs.requests.forEach((request, index) => {
    if (tasks[index] === 0) return;
    const task = taskOf(request);
    const key = `${task.cpu} ${task.share} ${task.gpus} ${task.models?.join('|') ?? ''}`;
    alike.set(key, { ...task, weight: (alike.get(key)?.weight ?? 0) + tasks[index] });
  });
  return [...alike.values()];
}

function taskOf({ cpu, gpu, gpuModels }: TaskRequest): Omit<TypicalTask, 'weight'> {
  const models = gpuModels === undefined ? {} : { models: gpuModels };
  if (gpu < 1000) return { cpu, share: gpu, gpus: gpu > 0 ? 1 : 0, ...models };
  return { cpu, share: 1000, gpus: Math.ceil(gpu / 1000), ...models };
}

function compareText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/**
 * What the typical task, drawn by weight, could not use of a node's free GPUs [thousandths]: all of it where it cannot run
 * or needs no GPU; else what is free on GPUs with too little for it.
 */
export function fragmentation(node: FreeNode, typical: readonly TypicalTask[]): number {
  let total = 0;
  for (let gpu = 0; gpu < node.gpus; gpu++) total += node.free[gpu];
  if (total === 0) return 0;
  let lost = 0;
  for (let index = 0; index < typical.length; index++) lost += typical[index].weight * unusable(node, typical[index], total);
  return lost;
}

function unusable(node: FreeNode, { cpu, share, gpus, models }: TypicalTask, total: number): number {
  if (share === 0 || cpu > node.cpu) return total;
  if (models !== undefined && !models.includes(node.gpuModel ?? '')) return total;
  let fit = 0;
  let tooLittle = 0;
  for (let gpu = 0; gpu < node.gpus; gpu++) {
    if (node.free[gpu] >= share) fit++;
    else tooLittle += node.free[gpu];
  }
  return fit < gpus ? total : tooLittle;
}
