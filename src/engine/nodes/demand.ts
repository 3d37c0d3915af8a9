import { poolOfNodes } from '../../cluster.ts';
import type { Cluster, NodePool } from '../../cluster.ts';
import { JobPartitions } from '../../job-partitions.ts';
import type { Requests } from '../../workload.ts';
import { amountText } from './amount-text.ts';
import { DeviceNeeds, gpusWillDo } from './device-needs.ts';
import { Seats } from './seats.ts';

/** Resources every cluster has; other ones follow under their names. */
export const CPU = 0;
export const MEMORY = 1;
export const GPU = 2;
const COMMON = ['cpu', 'memory', 'gpu'];

/**
 * What each request takes of each resource, and on which nodes it may take it. Made once for a workload and a cluster;
 * the books of the ledger, of what-ifs and of plans all read it.
 *
 * Quantities are whole numbers held in doubles (what is asked is rounded up, what a node has is rounded down), so that
 * what is taken and given back adds up exactly.
 */
export class NodeDemand {
  readonly jobs: Requests;
  /** Names of the resources: cpu [millicores], memory [bytes], gpu [thousandths], then other ones [count]. */
  readonly resources: readonly string[];
  /** Of each pool and resource: what one of its nodes has. */
  readonly ofPool: Float64Array;
  /** Of each request and resource: what one task takes. */
  readonly perTask: Float64Array;
  readonly nodes: number;
  readonly poolOf: Int32Array;
  /** Of each pool: the number of its last node, plus one. */
  readonly poolEnd: Int32Array;
  /** Of each pool: GPUs of one of its nodes [count]. */
  readonly gpusOfPool: Int32Array;
  readonly needs: DeviceNeeds;
  readonly seats = new Seats();
  /** Whether the books tell the GPUs of a node apart, and do not only count them. */
  readonly tellsDevices: boolean;
  /** How often nodes have come up [count]: down is down in all books that share the demand. */
  revivals = 0;
  readonly #pools: number;
  #stamps = 0;
  readonly #partitions: JobPartitions;
  /** Of each request and pool: 1 if its GPUs will do. */
  readonly #openToRequest: Uint8Array;

  /** GPUs are told apart where some task takes less than whole ones, unless shares are to be summed; or always. */
  constructor(jobs: Requests, cluster: Cluster, devices: 'where shared' | 'always' | 'summed' = 'where shared') {
    const { pools } = cluster;
    this.jobs = jobs;
    this.resources = resourceNames(jobs, pools);
    this.poolOf = poolOfNodes(cluster);
    this.nodes = this.poolOf.length;
    this.#pools = pools.length;
    let end = 0;
    this.poolEnd = Int32Array.from(pools, (pool) => (end += pool.count));
    this.ofPool = Float64Array.from(pools.flatMap((pool) => this.resources.map((name) => Math.floor(poolHas(pool, name)))));
    this.perTask = Float64Array.from(
      jobs.requests.flatMap((request) => this.resources.map((name) => Math.ceil(valueOf(request, name)))),
    );
    this.#partitions = new JobPartitions(jobs, cluster);
    this.#openToRequest = Uint8Array.from(
      jobs.requests.flatMap((request) => pools.map((pool) => (gpusWillDo(request, pool) ? 1 : 0))),
    );
    this.gpusOfPool = Int32Array.from(pools, (pool) => pool.gpus);
    this.needs = new DeviceNeeds(jobs.requests, pools);
    this.tellsDevices = devices === 'always' || (devices === 'where shared' && this.needs.shares);
  }

  /** A number that was never given before: see `NodeRoom.stamp`. Books that share a demand share their stamps. */
  nextStamp(): number {
    return ++this.#stamps;
  }

  /** Partitions [count]; 1 if the cluster declares none. */
  get partitions(): number {
    return this.#partitions.partitions.length;
  }

  /** The partition the job goes to [index]; -1 if it has none. */
  partitionOf(job: number): number {
    return this.#partitions.of(job);
  }

  /** See `JobPartitions.admits`. */
  admits(job: number): boolean {
    return this.#partitions.admits(job);
  }

  /** Why a job that does not fit on the empty cluster does not. */
  whyImpossible(job: number): string {
    return this.#partitions.whyNotAdmitted(job) ?? `all nodes, empty, have no room for ${this.describe(job)}`;
  }

  /** Whether tasks of this request of this job may go to nodes of the pool. */
  opens(pool: number, request: number, job: number): boolean {
    return this.#openToRequest[request * this.#pools + pool] === 1 && this.#partitions.opens(pool, job);
  }

  /** The request of a group of a job [index into `jobs.requests`]. */
  requestOf(job: number, group: number): number {
    return this.jobs.groupRequest[this.jobs.firstGroup[job] + group];
  }

  /** Groups of a job [count]. */
  groupsOf(job: number): number {
    return this.jobs.firstGroup[job + 1] - this.jobs.firstGroup[job];
  }

  /** What all tasks of a job take of a resource. */
  needOf(job: number, resource: number): number {
    const { firstGroup, groupTasks, groupRequest } = this.jobs;
    let need = 0;
    for (let group = firstGroup[job]; group < firstGroup[job + 1]; group++) {
      need += groupTasks[group] * this.perTask[groupRequest[group] * this.resources.length + resource];
    }
    return need;
  }

  /** What a job needs in all, for messages: `3 x (cpus 1, gpus 0.25) + 1 x (cpus 0.5)`. */
  describe(job: number): string {
    const { firstGroup, groupTasks, groupRequest } = this.jobs;
    const groups: string[] = [];
    for (let group = firstGroup[job]; group < firstGroup[job + 1]; group++) {
      groups.push(this.describeTasks(groupRequest[group], groupTasks[group]));
    }
    return groups.join(' + ');
  }

  describeTasks(request: number, tasks: number): string {
    const { mig } = this.jobs.requests[request];
    const first = request * this.resources.length;
    const amounts = this.resources.flatMap((name, resource) => {
      const amount = this.perTask[first + resource];
      return amount > 0 ? [amountText(name, amount)] : [];
    });
    if (mig !== undefined) amounts.push(`MIG ${mig}`);
    return `${tasks} x (${amounts.join(', ') || 'nothing'})`;
  }
}

function resourceNames(jobs: Requests, pools: readonly NodePool[]): string[] {
  const others = new Set<string>();
  for (const { other } of [...pools, ...jobs.requests]) for (const name of Object.keys(other ?? {})) others.add(name);
  return [...COMMON, ...[...others].sort()];
}

function poolHas(pool: NodePool, resource: string): number {
  return valueOf({ ...pool, gpu: pool.gpus * 1000 }, resource);
}

interface Amounts {
  readonly cpu: number;
  readonly memory: number;
  readonly gpu: number;
  readonly other?: Readonly<Record<string, number>>;
}

function valueOf(amounts: Amounts, resource: string): number {
  switch (resource) {
    case 'cpu':
      return amounts.cpu;
    case 'memory':
      return amounts.memory;
    case 'gpu':
      return amounts.gpu;
    default:
      return amounts.other?.[resource] ?? 0;
  }
}
