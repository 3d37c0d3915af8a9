/** Nodes, jobs and placements as their definitions say, with plain objects and no haste: the oracle of several tests. */
import fc from 'fast-check';
import { poolOfNodes } from '../src/cluster.ts';
import type { Cluster, NodePool, Partition } from '../src/cluster.ts';
import type { PlacementSpec } from '../src/placement.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';
import type { TaskRequest, Workload } from '../src/workload.ts';

export interface ModelGroup {
  readonly tasks: number;
  readonly minimum: number;
  readonly request: TaskRequest;
}

export interface ModelJob {
  readonly groups: readonly ModelGroup[];
  readonly partition?: string;
  readonly walltime: number;
}

export interface ModelNode {
  readonly pool: NodePool;
  /** Free amounts by the name of the resource. */
  readonly free: Record<string, number>;
  downs: number;
}

export interface ModelPart {
  readonly group: number;
  readonly node: number;
  readonly tasks: number;
}

/** Picks one of the candidate nodes for the next task; -1 to give up. `before` are the tasks placed so far. */
export type Choose = (
  candidates: readonly number[],
  nodes: readonly ModelNode[],
  group: ModelGroup,
  before: readonly ModelPart[],
) => number;

const RESOURCES = ['cpu', 'memory', 'gpu', 'licence'];

export function amountOf(request: TaskRequest, resource: string): number {
  if (resource === 'cpu' || resource === 'memory' || resource === 'gpu') return request[resource];
  return request.other?.[resource] ?? 0;
}

export function capacityOf(pool: NodePool, resource: string): number {
  if (resource === 'cpu' || resource === 'memory') return pool[resource];
  return resource === 'gpu' ? pool.gpus * 1000 : (pool.other?.[resource] ?? 0);
}

export function idleNodes(cluster: Cluster): ModelNode[] {
  return Array.from(poolOfNodes(cluster), (index) => {
    const pool = cluster.pools[index];
    return { pool, downs: 0, free: Object.fromEntries(RESOURCES.map((name) => [name, capacityOf(pool, name)])) };
  });
}

export function change(nodes: readonly ModelNode[], node: number, request: TaskRequest, tasks: number, but = ''): void {
  for (const name of RESOURCES) if (name !== but) nodes[node].free[name] += tasks * amountOf(request, name);
}

export function fitsOne({ free }: ModelNode, request: TaskRequest): boolean {
  return RESOURCES.every((name) => amountOf(request, name) === 0 || free[name] >= amountOf(request, name));
}

/** How many such tasks fit on a node, one after the other. */
export function tasksThatFit({ free }: ModelNode, request: TaskRequest): number {
  return Math.min(
    ...RESOURCES.map((name) => (amountOf(request, name) === 0 ? Infinity : Math.floor(free[name] / amountOf(request, name)))),
  );
}

export function partitionOf(cluster: Cluster, job: ModelJob): Partition | undefined {
  if (cluster.partitions.length === 0) return { name: '' };
  return cluster.partitions.find(({ name }) => name === job.partition) ?? cluster.partitions.find((one) => one.default);
}

export function isAdmitted(cluster: Cluster, job: ModelJob): boolean {
  const partition = partitionOf(cluster, job);
  return partition !== undefined && (job.walltime === Infinity || job.walltime <= (partition.maxWalltime ?? Infinity));
}

export function isOpen(cluster: Cluster, node: ModelNode, job: ModelJob, request: TaskRequest): boolean {
  const partition = partitionOf(cluster, job);
  const inPartition = partition !== undefined && (partition.pools === undefined || partition.pools.includes(node.pool.name));
  const rightModel = request.gpuModels === undefined || request.gpuModels.includes(node.pool.gpuModel ?? '');
  return node.downs === 0 && inPartition && rightModel;
}

/** Places a job task by task; undefined if one finds no node. The nodes are left as they were. */
export function placeByDefinition(
  cluster: Cluster,
  nodes: readonly ModelNode[],
  job: ModelJob,
  choose: Choose,
): ModelPart[] | undefined {
  if (!isAdmitted(cluster, job)) return undefined;
  const trial = nodes.map((node) => ({ ...node, free: { ...node.free } }));
  const placed: ModelPart[] = [];
  for (const [group, { tasks, request }] of job.groups.entries()) {
    for (let task = 0; task < tasks; task++) {
      const candidates = trial.flatMap((node, index) =>
        isOpen(cluster, node, job, request) && fitsOne(node, request) ? [index] : [],
      );
      const node =
        candidates.length === 0
          ? -1
          : choose(
              candidates,
              trial,
              job.groups[group],
              placed.filter((part) => part.group === group),
            );
      if (node < 0) return undefined;
      change(trial, node, request, -1);
      placed.push({ group, node, tasks: 1 });
    }
  }
  return summed(placed);
}

/** Parts by group and node, each once. */
export function summed(parts: readonly ModelPart[]): ModelPart[] {
  const sums = new Map<string, ModelPart>();
  for (const { group, node, tasks } of parts) {
    const key = `${group} ${node}`;
    sums.set(key, { group, node, tasks: tasks + (sums.get(key)?.tasks ?? 0) });
  }
  return [...sums.values()].sort((a, b) => a.group - b.group || a.node - b.node);
}

const lowest = (nodes: readonly number[], key: (node: number) => number) =>
  nodes.reduce((best, node) => (key(node) < key(best) ? node : best));

function shareAfter({ pool, free }: ModelNode, request: TaskRequest): number {
  const counted = RESOURCES.filter((name) => amountOf(request, name) > 0 && capacityOf(pool, name) < Infinity);
  const shares = counted.map((name) => (capacityOf(pool, name) - free[name] + amountOf(request, name)) / capacityOf(pool, name));
  return shares.length === 0 ? 0 : shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

/** Nobody can say where `random` goes; the others have tests of their own. */
const JUDGED_ELSEWHERE = [
  ...['random', 'consolidate', 'packed', 'best-switch'],
  ...['first', 'firstnodex', 'high', 'hinodex', 'locality', 'lonodex', 'low'],
];

/** Whether it is not one of `DEFINITIONS`: those for GPUs, topology and of Fluxion have tests of their own. */
export function isJudgedElsewhere({ name, needsDevices }: PlacementSpec): boolean {
  return needsDevices === true || JUDGED_ELSEWHERE.includes(name);
}

/** What each placement does with one task, as its summary says. Random has none: nobody can say where it goes. */
export const DEFINITIONS: Readonly<Record<string, Choose>> = {
  'first-fit': (candidates) => candidates[0],
  lonode: (candidates) => candidates[0],
  hinode: (candidates) => candidates[candidates.length - 1],
  'best-fit': (candidates, nodes, { request }) => lowest(candidates, (node) => tasksThatFit(nodes[node], request)),
  'worst-fit': (candidates, nodes, { request }) => lowest(candidates, (node) => -tasksThatFit(nodes[node], request)),
  'least-allocated': (candidates, nodes, { request }) => lowest(candidates, (node) => shareAfter(nodes[node], request)),
  'most-allocated': (candidates, nodes, { request }) => lowest(candidates, (node) => -shareAfter(nodes[node], request)),
  'round-robin': (candidates, _nodes, _group, before) => {
    const last = before.at(-1)?.node ?? -1;
    return candidates.find((node) => node > last) ?? candidates[0];
  },
};

/** Contiguous is no choice task by task: every first node is tried in turn. */
export function placeContiguous(cluster: Cluster, nodes: readonly ModelNode[], job: ModelJob): ModelPart[] | undefined {
  for (let first = 0; first < nodes.length; first++) {
    let here = first;
    let used = false;
    const choose: Choose = (candidates) => {
      if (!candidates.includes(here) && used) {
        here++;
        used = false;
      }
      if (!candidates.includes(here)) return -1;
      used = true;
      return here;
    };
    const placed = placeByDefinition(cluster, nodes, job, choose);
    if (placed !== undefined) return placed;
  }
  return undefined;
}

export function modelWorkload(jobs: readonly ModelJob[]): Workload {
  const builder = new WorkloadBuilder();
  jobs.forEach(({ groups, partition, walltime }, id) => {
    const [first, ...moreGroups] = groups.map(({ tasks, minimum, request }) => ({
      tasks,
      minimum,
      request: builder.request(request),
    }));
    builder.add({ id, submit: 0, runtime: 1, walltime, partition, ...first, moreGroups });
  });
  return builder.finish('model');
}

const pools = (counts: fc.Arbitrary<number>): fc.Arbitrary<NodePool> =>
  fc.record({
    name: fc.constant(''),
    count: counts,
    cpu: fc.constantFrom(1000, 2000, 2500, 4000),
    memory: fc.constantFrom(Infinity, 2, 4),
    gpus: fc.constantFrom(0, 1, 2),
    gpuModel: fc.constantFrom(undefined, 'A', 'B'),
    other: fc.constantFrom(undefined, { licence: 2 }),
  });

const partitions: fc.Arbitrary<Partition[]> = fc.constantFrom<Partition[]>(
  [],
  [],
  [
    { name: 'p', pools: ['pool0'] },
    { name: 'q', default: true },
  ],
  [
    { name: 'p', pools: ['pool1', 'pool0'], maxWalltime: 5 },
    { name: 'q', pools: ['pool0'] },
  ],
);

/** Clusters of a few nodes; now and then of more than a block. */
export const clusters: fc.Arbitrary<Cluster> = fc
  .oneof({ weight: 5, arbitrary: fc.integer({ min: 1, max: 4 }) }, { weight: 1, arbitrary: fc.constantFrom(64, 70, 130) })
  .chain((count) => fc.record({ pools: fc.array(pools(fc.constant(count)), { minLength: 2, maxLength: 3 }), partitions }))
  .map(({ pools, partitions }) => ({
    name: 'model',
    interchangeable: false,
    pools: pools.map((pool, index) => ({ ...pool, name: `pool${index}` })),
    partitions,
    outages: [],
  }));

const request: fc.Arbitrary<TaskRequest> = fc.constantFrom<TaskRequest>(
  { cpu: 1000, memory: 0, gpu: 0 },
  { cpu: 500, memory: 1, gpu: 0 },
  { cpu: 2000, memory: 2, gpu: 0 },
  { cpu: 1000, memory: 0, gpu: 1000 },
  { cpu: 0, memory: 0, gpu: 500 },
  { cpu: 500, memory: 0, gpu: 1000, gpuModels: ['A'] },
  { cpu: 0, memory: 1, gpu: 0, other: { licence: 1 } },
);

const group: fc.Arbitrary<ModelGroup> = fc
  .record({ tasks: fc.integer({ min: 1, max: 6 }), less: fc.constantFrom(0, 0, 1), request })
  .map(({ tasks, less, request }) => ({ tasks, minimum: Math.max(1, tasks - less), request }));

export const jobs: fc.Arbitrary<ModelJob[]> = fc.array(
  fc.record({
    groups: fc.oneof(
      { weight: 3, arbitrary: fc.tuple(group) },
      { weight: 1, arbitrary: fc.array(group, { minLength: 2, maxLength: 3 }) },
    ),
    partition: fc.constantFrom(undefined, 'p', 'q', 'r'),
    walltime: fc.constantFrom(3, 8, Infinity),
  }),
  { minLength: 3, maxLength: 9 },
);
