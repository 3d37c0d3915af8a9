/**
 * Trackable resources: what jobs ask for, what they get, and what that costs. Memory is in [bytes], all else in [count].
 * Source: Slurm 22.05, job_mgr.c, job_set_req_tres, job_set_alloc_tres, calc_job_billable_tres; assoc_mgr.c,
 * assoc_mgr_tres_weighted; gres_ctld.c, gres_ctld_set_job_tres_cnt.
 */
import { poolOfNodes } from '../../../cluster.ts';
import type { Cluster, NodePool } from '../../../cluster.ts';
import type { SlurmConfig, SlurmPool, Tres } from '../../../slurm.ts';
import type { SlurmOptions } from '../../../slurm-workload.ts';
import type { Requests, TaskRequest } from '../../../workload.ts';
import type { Given } from '../priorities.ts';
import { hardwareOfPools } from '../selection/hardware.ts';
import type { Hardware } from '../selection/hardware.ts';
import type { Share } from '../share.ts';

export const CPU = 0;
export const MEMORY = 1;
export const NODE = 2;
export const BILLING = 3;
const FIRST = ['cpu', 'mem', 'node', 'billing'];

/** What only one of is billed if MAX_TRES is set: the dearest. */
const ON_NODES = /^(cpu|mem|node|gres\/.*)$/;

export class Trackables {
  readonly names: readonly string[];
  readonly #indexOf: ReadonlyMap<string, number>;
  readonly #jobs: Requests;
  readonly #pools: readonly NodePool[];
  readonly #slurm: SlurmConfig;
  readonly #poolOf: Int32Array;
  readonly #hardware: readonly Hardware[];
  /** Of each pool: what one of its nodes has. */
  readonly #perNode: readonly Float64Array[];

  constructor(jobs: Requests, cluster: Cluster, slurm: SlurmConfig) {
    const { pools } = cluster;
    this.#jobs = jobs;
    this.#pools = pools;
    this.#slurm = slurm;
    this.#poolOf = poolOfNodes(cluster);
    this.#hardware = hardwareOfPools(pools, slurm);
    this.names = namesOf(jobs, slurm);
    this.#indexOf = new Map(this.names.map((name, index) => [name, index]));
    this.#perNode = pools.map((pool, index) => this.#ofNode(pool, slurm.pools[index]));
  }

  /** Position of a resource; -1 if nothing here has any of it. */
  indexOf(name: string): number {
    return this.#indexOf.get(name) ?? -1;
  }

  /** Amounts by name, as weights and limits come; what nothing here has any of is left out. */
  fromTres(tres: Tres): Float64Array {
    const amounts = new Float64Array(this.names.length);
    for (const [name, amount] of Object.entries(tres)) if (this.indexOf(name) >= 0) amounts[this.indexOf(name)] = amount;
    return amounts;
  }

  /** All that the nodes of a partition have. */
  ofPartition(partition: number): Float64Array {
    const sum = new Float64Array(this.names.length);
    for (const node of this.#slurm.partitions[partition].nodes) this.#add(sum, this.#perNode[this.#poolOf[node]], 1);
    for (const [name, count] of Object.entries(this.#slurm.licenses)) this.#count(sum, `license/${name}`, count);
    return sum;
  }

  /** All processors of the cluster [count]. */
  get clusterCpus(): number {
    return this.#pools.reduce((sum, { count }, pool) => sum + count * this.#perNode[pool][CPU], 0);
  }

  /** What a job asks for that does not run yet. */
  requested(job: number, minNodes: number, partition: number): Float64Array {
    const amounts = new Float64Array(this.names.length);
    const { firstGroup, groupTasks, groupRequest, requests } = this.#jobs;
    for (let group = firstGroup[job]; group < firstGroup[job + 1]; group++) {
      this.#addTasks(amounts, requests[groupRequest[group]], groupTasks[group]);
    }
    amounts[NODE] = minNodes;
    return this.#finish(job, amounts, partition);
  }

  /** What a job holds. */
  given(job: number, { shares, whole, partition }: Given): Float64Array {
    const amounts = new Float64Array(this.names.length);
    const nodes = new Set(shares.map(({ node }) => node));
    for (const share of shares) this.#addShare(amounts, share);
    if (whole) {
      const memory = amounts[MEMORY];
      amounts.fill(0);
      for (const node of nodes) this.#add(amounts, this.#perNode[this.#poolOf[node]], 1);
      if (memory > 0 || !this.#slurm.select.memory) amounts[MEMORY] = memory;
    }
    amounts[NODE] = nodes.size;
    return this.#finish(job, amounts, partition);
  }

  /** What a second of these resources costs in a partition. */
  billing(amounts: Float64Array, partition: number): number {
    const weights = this.#slurm.partitions[partition]?.billingWeights;
    if (weights === undefined) return amounts[CPU];
    const dearestOnly = this.#slurm.priority.flags.has('MAX_TRES');
    let onNodes = 0;
    let others = 0;
    for (const [name, weight] of Object.entries(weights)) {
      const index = this.indexOf(name);
      if (index < 0 || index === BILLING) continue;
      const cost = amounts[index] * weight;
      if (dearestOnly && ON_NODES.test(name)) onNodes = Math.max(onNodes, cost);
      else others += cost;
    }
    return onNodes + others;
  }

  #finish(job: number, amounts: Float64Array, partition: number): Float64Array {
    const { slurm, firstGroup } = this.#jobs;
    const option = slurm?.optionsOfGroup[firstGroup[job]] ?? -1;
    const { licenses = {} }: SlurmOptions = option < 0 ? {} : slurm!.options[option];
    for (const [name, count] of Object.entries(licenses)) this.#count(amounts, `license/${name}`, count);
    amounts[BILLING] = this.billing(amounts, partition);
    return amounts;
  }

  #addTasks(amounts: Float64Array, { cpu, memory, gpu, gpuModels, other = {} }: TaskRequest, tasks: number): void {
    amounts[CPU] += tasks * Math.ceil(cpu / 1000);
    amounts[MEMORY] += tasks * memory;
    const type = gpuModels?.length === 1 ? gpuModels[0] : undefined;
    this.#addGres(amounts, { name: 'gpu', type }, (tasks * gpu) / 1000);
    for (const [name, count] of Object.entries(other)) this.#addGres(amounts, { name }, tasks * count);
  }

  /** All threads of the cores that a job has are its own. */
  #addShare(amounts: Float64Array, { node, held }: Share): void {
    const { unitCores, threads, gres } = this.#hardware[this.#poolOf[node]];
    amounts[CPU] += held.units * unitCores * threads;
    amounts[MEMORY] += held.memory;
    // Nodes with fewer kinds than others have no entry for the rest.
    gres.forEach((one, index) => this.#addGres(amounts, one, held.gres?.[index] ?? 0));
  }

  /** Typed ones count twice: among all of their name, and by themselves. */
  #addGres(amounts: Float64Array, { name, type }: { name: string; type?: string | undefined }, count: number): void {
    this.#count(amounts, `gres/${name.toLowerCase()}`, count);
    if (type !== undefined) this.#count(amounts, `gres/${name.toLowerCase()}:${type.toLowerCase()}`, count);
  }

  #ofNode({ cpu }: NodePool, { memory, gres }: SlurmPool): Float64Array {
    const amounts = new Float64Array(this.names.length);
    amounts[CPU] = Math.floor(cpu / 1000);
    amounts[MEMORY] = memory === Infinity ? 0 : memory;
    amounts[NODE] = 1;
    for (const one of gres) this.#addGres(amounts, one, one.count);
    return amounts;
  }

  #count(amounts: Float64Array, name: string, count: number): void {
    const index = this.indexOf(name);
    if (index >= 0) amounts[index] += count;
  }

  #add(to: Float64Array, amounts: Float64Array, times: number): void {
    amounts.forEach((amount, index) => (to[index] += times * amount));
  }
}

function namesOf({ requests }: Requests, { pools, licenses }: SlurmConfig): string[] {
  const gres = pools.flatMap(({ gres: all }) =>
    all.flatMap(({ name, type }) => [name, ...(type === undefined ? [] : [`${name}:${type}`])]),
  );
  const asked = requests.flatMap(({ other = {} }) => Object.keys(other));
  const names = ['gpu', ...gres, ...asked].map((name) => `gres/${name.toLowerCase()}`);
  return [...new Set([...FIRST, ...names, ...Object.keys(licenses).map((name) => `license/${name}`)])];
}
