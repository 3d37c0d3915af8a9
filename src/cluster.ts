import type { Node } from './kubernetes.ts';
import type { SlurmConfig } from './slurm.ts';
import type { Category } from './workload.ts';

/** A number of equal nodes. */
export interface NodePool {
  readonly name: string;
  /** Nodes [count]. */
  readonly count: number;
  /** What its nodes are called, in their order; absent: the pool's name and a number from 0. */
  readonly nodeNames?: readonly string[];
  /** Per node [millicores]. */
  readonly cpu: number;
  /** Per node [bytes]; Infinity = memory is not modelled. */
  readonly memory: number;
  /** Whole devices per node [count]. */
  readonly gpus: number;
  readonly gpuModel?: string;
  /** Of each device [bytes]; absent = not modelled: any request fits. */
  readonly gpuMemory?: number;
  /** How its devices may be cut into MIG instances, by a name of src/mig.ts; absent = not at all. */
  readonly mig?: string;
  /** Other countable resources per node, such as licences or `pods` [count]. */
  readonly other?: Readonly<Record<string, number>>;
  readonly labels?: Readonly<Record<string, string>>;
  /** As Kubernetes writes them: `key=value:Effect`. */
  readonly taints?: readonly string[];
  /** What an hour of one node costs, in the currency of the description. */
  readonly pricePerHour?: number;
  /** What one busy node draws [W]. */
  readonly watts?: number;
  /** Mean time between failures and to repair of one node [ms]; absent = it never fails. */
  readonly failures?: FailureModel;
  /** The Kubernetes object that the one node of the pool was read from. */
  readonly object?: Node;
}

/** When nodes fail and how long a repair takes. Times are Weibull with these means; shape 1 is exponential. */
export interface FailureModel {
  /** Mean time between failures of one node [ms]. */
  readonly mtbf: number;
  /** Mean time to repair [ms]. */
  readonly mttr: number;
  /** Weibull shape of the time between failures; 1 if absent. */
  readonly shape?: number;
}

/** A named part of the cluster that jobs are sent to. */
export interface Partition {
  readonly name: string;
  /** Names of its node pools; absent = all. */
  readonly pools?: readonly string[];
  /** Longest limit a job may ask for [ms]; Infinity if absent. */
  readonly maxWalltime?: number;
  /** Takes the jobs that name no partition, or one that is not declared. */
  readonly default?: boolean;
}

/** A time during which nodes are not there: maintenance, a recorded failure, or capacity that changes by day. */
export interface Outage {
  /** First node and number of nodes, in the numbering of `Cluster`. */
  readonly firstNode: number;
  readonly nodes: number;
  /** From and until [ms since the first submission of the workload]; Infinity = for good. */
  readonly from: number;
  readonly until: number;
}

/** One level of the network tree, from coarse to fine: zone, rack, switch, NVLink domain. */
export interface TopologyLevel {
  readonly name: string;
  /** The domain of each node. */
  readonly domain: Category;
  /** As `Cluster.fabric`, between nodes of different domains; absent = no slower than that. */
  readonly fabric?: number;
}

/** What jobs run on. Nodes are numbered from 0 over the pools in their order. */
export interface Cluster {
  readonly name: string;
  /**
   * True for a pool of processors that are all alike and have no identity: "procs=128". Its nodes are its
   * processors, and which of them a job gets is not modelled. The fast path.
   */
  readonly interchangeable: boolean;
  readonly pools: readonly NodePool[];
  /** Empty = one partition of everything, and what a job says about partitions is ignored. */
  readonly partitions: readonly Partition[];
  readonly outages: readonly Outage[];
  readonly topology?: readonly TopologyLevel[];
  /**
   * How long the nodes take to tell each other something, against the network that the speeds of jobs were measured on [ratio];
   * 1 if absent. See src/speeds.ts.
   */
  readonly fabric?: number;
  /** Absent unless it was read from a slurm.conf. */
  readonly slurm?: SlurmConfig;
}

/** A pool of `procs` interchangeable processors. */
export function processorPool(procs: number): Cluster {
  const pool: NodePool = { name: 'proc', count: procs, cpu: 1000, memory: Infinity, gpus: 0 };
  return { name: `procs=${procs}`, interchangeable: true, pools: [pool], partitions: [], outages: [] };
}

/** All nodes of a cluster [count]. */
export function nodeCount(cluster: Cluster): number {
  return cluster.pools.reduce((sum, pool) => sum + pool.count, 0);
}

/** All whole processors of a cluster [count]. */
export function processorCount(cluster: Cluster): number {
  return cluster.pools.reduce((sum, pool) => sum + pool.count * Math.floor(pool.cpu / 1000), 0);
}

/** All GPUs of a cluster [count]. */
export function gpuCount(cluster: Cluster): number {
  return cluster.pools.reduce((sum, pool) => sum + pool.count * pool.gpus, 0);
}

/** The pool of each node, as an index into `pools`. */
export function poolOfNodes(cluster: Cluster): Int32Array {
  const poolOf = new Int32Array(nodeCount(cluster));
  let node = 0;
  cluster.pools.forEach((pool, index) => {
    poolOf.fill(index, node, node + pool.count);
    node += pool.count;
  });
  return poolOf;
}

/** The name of a node: its own if its pool knows it, else the pool's name and its number in the pool, from 0. */
export function nodeName(cluster: Cluster, node: number): string {
  let first = 0;
  for (const pool of cluster.pools) {
    if (node < first + pool.count) {
      return pool.nodeNames?.[node - first] ?? (pool.count === 1 ? pool.name : `${pool.name}${node - first}`);
    }
    first += pool.count;
  }
  throw new Error(`node ${node} is not one of the ${first} nodes of ${cluster.name}`);
}
