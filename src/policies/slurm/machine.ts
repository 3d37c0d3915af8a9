/** The nodes of the cluster and what requests take of them, as numbers. */
import { nodeCount, nodeName, poolOfNodes } from '../../cluster.ts';
import type { Cluster, NodePool } from '../../cluster.ts';
import type { Requests, TaskRequest } from '../../workload.ts';
import { hardwareOfPools } from './selection/hardware.ts';
import type { Hardware } from './selection/hardware.ts';

const COMMON = ['cpu', 'memory', 'gpu'];

export class Machine {
  readonly nodes: number;
  /** Resources that are counted: processors, memory, GPUs and those with names of their own [count]. */
  readonly resources: number;
  /** Of each node and resource. */
  readonly capacity: Float64Array;
  /** Of each request and resource: what one task takes. */
  readonly perTask: Float64Array;
  /** Weight of each node in slurm.conf; lower ones come first. */
  readonly weight: Float64Array;
  readonly poolOf: Int32Array;
  /** Of each pool. */
  readonly hardware: readonly Hardware[];
  /** Of each node: see `Hardware`. */
  readonly units: Float64Array;
  /** Of each node [bytes]. */
  readonly memory: Float64Array;
  /** Entries of generic resources that a node may have at most [count]. */
  readonly gresSlots: number;
  /** Of each node and entry [count]. */
  readonly gres: Int32Array;
  /** Whether it matters who is on a node beside others, and with how much of it. */
  readonly tracksTenants: boolean;
  readonly #cluster: Cluster;
  readonly #pools: number;
  /** Of each request and pool: 1 if the GPU model will do. */
  readonly #opens: Uint8Array;
  #numberOf: Map<string, number> | undefined;

  constructor(jobs: Requests, cluster: Cluster) {
    const { pools, slurm } = cluster;
    const names = resourceNames(jobs, pools);
    this.#cluster = cluster;
    this.#pools = pools.length;
    this.nodes = nodeCount(cluster);
    this.resources = names.length;
    this.poolOf = poolOfNodes(cluster);
    this.weight = Float64Array.from(this.poolOf, (pool) => slurm?.pools[pool].weight ?? 1);
    this.tracksTenants =
      slurm?.partitions.some(({ exclusiveUser, maxCpusPerNode }) => exclusiveUser || maxCpusPerNode < Infinity) === true ||
      jobs.slurm?.options.some(({ exclusive }) => exclusive === 'user') === true;
    this.hardware = hardwareOfPools(pools, slurm);
    this.units = Float64Array.from(this.poolOf, (pool) => this.hardware[pool].units);
    this.memory = Float64Array.from(this.poolOf, (pool) => this.hardware[pool].memory);
    this.gresSlots = Math.max(0, ...this.hardware.map(({ gres }) => gres.length));
    this.gres = gresOfNodes(this.poolOf, this.hardware, this.gresSlots);
    this.capacity = new Float64Array(this.nodes * names.length);
    for (let node = 0; node < this.nodes; node++) {
      const pool = pools[this.poolOf[node]];
      names.forEach((name, resource) => (this.capacity[node * names.length + resource] = Math.floor(poolHas(pool, name))));
    }
    this.perTask = Float64Array.from(jobs.requests.flatMap((request) => names.map((name) => Math.ceil(takes(request, name)))));
    this.#opens = Uint8Array.from(
      jobs.requests.flatMap(({ gpuModels }) =>
        pools.map(({ gpuModel = '' }) => (gpuModels === undefined || gpuModels.includes(gpuModel) ? 1 : 0)),
      ),
    );
  }

  /** Whether the node has a model of GPU that the request will do with. */
  opens(node: number, request: number): boolean {
    return this.#opens[request * this.#pools + this.poolOf[node]] === 1;
  }

  /** The numbers of all nodes. */
  numbers(): number[] {
    return Array.from({ length: this.nodes }, (_, node) => node);
  }

  /** The most tasks of a request that any node, empty, has room for [count]. */
  mostOnNode(request: number): number {
    let most = 0;
    for (let node = 0; node < this.nodes; node++) {
      if (!this.opens(node, request)) continue;
      let tasks = Infinity;
      for (let resource = 0; resource < this.resources; resource++) {
        const each = this.perTask[request * this.resources + resource];
        if (each > 0) tasks = Math.min(tasks, Math.floor(this.capacity[node * this.resources + resource] / each));
      }
      most = Math.max(most, tasks);
    }
    return most;
  }

  /** The numbers of nodes with these names; names that no node has are left out. */
  numbersOf(names: readonly string[]): number[] {
    if (this.#numberOf === undefined) {
      this.#numberOf = new Map();
      for (let node = 0; node < this.nodes; node++) this.#numberOf.set(nodeName(this.#cluster, node), node);
    }
    const numberOf = this.#numberOf;
    return names.map((name) => numberOf.get(name) ?? -1).filter((node) => node >= 0);
  }
}

function gresOfNodes(poolOf: Int32Array, hardware: readonly Hardware[], slots: number): Int32Array {
  const counts = new Int32Array(poolOf.length * slots);
  poolOf.forEach((pool, node) => hardware[pool].gres.forEach(({ count }, slot) => (counts[node * slots + slot] = count)));
  return counts;
}

function resourceNames(jobs: Requests, pools: readonly NodePool[]): string[] {
  const others = [...jobs.requests, ...pools].flatMap(({ other = {} }) => Object.keys(other));
  return [...COMMON, ...new Set(others)];
}

function poolHas(pool: NodePool, name: string): number {
  if (name === 'cpu') return pool.cpu;
  if (name === 'memory') return pool.memory;
  return name === 'gpu' ? pool.gpus * 1000 : (pool.other?.[name] ?? 0);
}

function takes(request: TaskRequest, name: string): number {
  if (name === 'cpu') return request.cpu;
  if (name === 'memory') return request.memory;
  return name === 'gpu' ? request.gpu : (request.other?.[name] ?? 0);
}
