/**
 * How fast jobs run on what they hold. A job's `runtime` is that of one run: on the GPUs that its model names as 1, and on as
 * few nodes as hold it, with no other job on them. On other GPUs, on more nodes and beside others it takes longer or shorter.
 */
import { poolOfNodes } from './cluster.ts';
import type { Cluster } from './cluster.ts';
import { pickInt32 } from './columns.ts';
import { goodputOf } from './training.ts';
import type { Goodputs, Training } from './training.ts';
import type { Workload } from './workload.ts';

/** How fast jobs of one kind run: one kind of neural network, with so many GPUs. */
export interface SpeedModel {
  readonly name: string;
  /** Against the run that `runtime` tells of, by GPU model [ratio]; models that are not named: 1. 0 = does not run there. */
  readonly gpus?: Readonly<Record<string, number>>;
  /**
   * What is left of its speed on several nodes, over a fabric like the one that was measured, by GPU model [ratio]; models that
   * are not named: `others`.
   */
  readonly spread?: Readonly<Record<string, number>>;
  /** 1 if absent. */
  readonly others?: number;
  /**
   * What is left of its speed beside one other job on the same GPU [ratio], by the name of its model; those that are not named:
   * `shared`. Several delay it one after the other, as GPUs that take turns do: beside jobs that leave it a and b, it is left
   * 1 / (1 + (1 / a - 1) + (1 / b - 1)). MIG instances and a job's own tasks are no neighbours.
   */
  readonly beside?: Readonly<Record<string, number>>;
  /** 1 if absent: neighbours do not slow it down. */
  readonly shared?: number;
  /** How fast it is with more or fewer GPUs than it asks for, in place of all else here. */
  readonly training?: Training;
}

/** A speed that changes with the work that is done. */
export interface SpeedCurve {
  /** Shares of the work at which it changes, ascending; the last one is 1. */
  readonly until: readonly number[];
  /** Until then [ratio]. */
  readonly rates: readonly number[];
}

/** Which jobs have which model. */
export interface Speeds {
  /** Of each job [index into `models`]; -1 = it is as fast anywhere. */
  readonly model: Int32Array;
  readonly models: readonly SpeedModel[];
}

/** The speeds of these rows. */
export function selectSpeeds({ model, models }: Speeds, rows: ArrayLike<number>): Speeds {
  return { model: pickInt32(model, rows), models };
}

/** Whether jobs of this kind can be slowed down by those with which they share a GPU. */
export function mindsNeighbours({ shared = 1, beside = {}, training }: SpeedModel): boolean {
  return training === undefined && (shared !== 1 || Object.values(beside).some((left) => left !== 1));
}

/** The training of the job; undefined if it is none. */
export function trainingOf({ model, models }: Speeds, job: number): Training | undefined {
  return model[job] < 0 ? undefined : models[model[job]].training;
}

type Sizes = Pick<Workload, 'firstGroup' | 'groupTasks' | 'groupRequest' | 'requests'>;

/** How fast jobs run on nodes of a cluster. */
export class NodeSpeeds {
  readonly #speeds: Speeds;
  readonly #jobs: Sizes;
  readonly #cluster: Cluster;
  readonly #poolOf: Int32Array;
  readonly #goodputs = new Map<Training, Goodputs>();

  constructor(speeds: Speeds, jobs: Sizes, cluster: Cluster) {
    this.#speeds = speeds;
    this.#jobs = jobs;
    this.#cluster = cluster;
    this.#poolOf = poolOfNodes(cluster);
  }

  /** How fast the job runs on these nodes [ratio]: as its slowest GPUs do. `left` of that, on each of them, beside others. */
  of(job: number, nodes: readonly number[], left?: readonly number[]): number {
    const index = this.#speeds.model[job];
    if (index < 0 || nodes.length === 0) return 1;
    const model = this.#speeds.models[index];
    const distinct = new Set(nodes);
    const slowness = distinct.size > this.#fewest(job, nodes) ? this.#fabricBetween(nodes) : 0;
    let slowest = Infinity;
    for (let at = 0; at < nodes.length; at++)
      slowest = Math.min(slowest, speedOn(model, this.#gpuModel(nodes[at]), slowness) * (left?.[at] ?? 1));
    return slowest;
  }

  /** What is left of the speed of the job where these run on a GPU, be it one of them or not [ratio]. */
  beside(job: number, others: readonly number[]): number {
    const { model, models } = this.#speeds;
    if (model[job] < 0) return 1;
    const { shared = 1, beside } = models[model[job]];
    let delay = 0;
    for (const other of others) {
      if (other === job) continue;
      const name = model[other] < 0 ? undefined : models[model[other]].name;
      delay += 1 / ((name === undefined ? undefined : beside?.[name]) ?? shared) - 1;
    }
    return 1 / (1 + delay);
  }

  /** The training of the job; undefined if it is none that may hold more or less than it asks for. */
  trainingOf(job: number): Training | undefined {
    return trainingOf(this.#speeds, job);
  }

  /** How fast a training is on these nodes, with so many GPUs on all of them. */
  curve(job: number, nodes: readonly number[], gpus: number): SpeedCurve | undefined {
    const training = this.trainingOf(job);
    if (training === undefined) return undefined;
    const models = [...new Set(nodes.map((node) => this.#gpuModel(node)))];
    const goodputs = models.map((model) => this.goodput(training, model, gpus, new Set(nodes).size));
    const rates = training.phases.map(({ usual }, phase) => Math.min(...goodputs.map((goodput) => goodput[phase])) / usual);
    return { until: training.phases.map(({ until }) => until), rates };
  }

  /** In each phase, in the unit in which the training tells what is usual. */
  goodput(training: Training, gpuModel: string, gpus: number, nodes: number): Float64Array {
    let goodput = this.#goodputs.get(training);
    if (goodput === undefined) this.#goodputs.set(training, (goodput = goodputOf(training)));
    return goodput.of(gpuModel, gpus, nodes);
  }

  /** On how many nodes such as these its GPUs would have room: its run time is told of those. */
  #fewest(job: number, nodes: readonly number[]): number {
    const largest = Math.max(...nodes.map((node) => this.#cluster.pools[this.#poolOf[node]].gpus));
    const gpus = gpusOf(this.#jobs, job) / 1000;
    return largest === 0 ? 1 : Math.max(1, Math.ceil(gpus / largest));
  }

  #gpuModel(node: number): string {
    return this.#cluster.pools[this.#poolOf[node]].gpuModel ?? '';
  }

  /** How slow the slowest network is that the nodes need to reach each other [ratio]; 0 on one node. */
  #fabricBetween(nodes: readonly number[]): number {
    const { fabric = 1, topology = [] } = this.#cluster;
    let slowness = fabric;
    for (const { domain, fabric: across } of topology) {
      if (across === undefined) continue;
      if (nodes.some((node) => domain.code[node] !== domain.code[nodes[0]])) slowness = Math.max(slowness, across);
    }
    return slowness;
  }
}

function gpusOf({ firstGroup, groupTasks, groupRequest, requests }: Sizes, job: number): number {
  let gpus = 0;
  for (let group = firstGroup[job]; group < firstGroup[job + 1]; group++)
    gpus += groupTasks[group] * requests[groupRequest[group]].gpu;
  return gpus;
}

/** The time that goes into talking between nodes grows with the slowness of the fabric; the rest stays. */
function speedOn({ gpus, spread, others = 1 }: SpeedModel, gpuModel: string, slowness: number): number {
  const alone = gpus?.[gpuModel] ?? 1;
  if (slowness === 0) return alone;
  const left = spread?.[gpuModel] ?? others;
  return left <= 0 ? 0 : alone / (1 + (1 / left - 1) * slowness);
}
