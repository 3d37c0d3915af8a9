/** Nodes as pools: runs of neighbours that are alike, and open to the same partitions. */
import type { NodePool } from './cluster.ts';
import type { ConfNodes, NodeKind } from './slurm-conf-nodes.ts';
import { compressHostlist } from './slurm-hostlist.ts';
import type { SlurmGres, SlurmPartition, SlurmPool } from './slurm.ts';

/** A pool with what Slurm knows of it; `first` is the number of its first node. */
export interface ConfPool {
  readonly first: number;
  readonly pool: NodePool;
  readonly slurm: SlurmPool;
}

export function cutIntoPools(
  nodes: ConfNodes,
  gres: readonly (readonly SlurmGres[])[],
  states: readonly SlurmPool['state'][],
  partitions: readonly SlurmPartition[],
  memory: 'memory is counted' | 'memory is not counted',
): ConfPool[] {
  const open = partitionSets(nodes.names.length, partitions);
  const alike = (a: number, b: number) =>
    open[a] === open[b] && nodes.kinds[a] === nodes.kinds[b] && gres[a] === gres[b] && states[a] === states[b];
  const pools: ConfPool[] = [];
  for (let first = 0, next = 0; first < nodes.names.length; first = next) {
    while (next < nodes.names.length && alike(first, next)) next++;
    const kind = nodes.kinds[first];
    const counted = memory === 'memory is counted' ? kind.memory : Infinity;
    pools.push(poolOf(nodes.names.slice(first, next), first, kind, gres[first], states[first], counted));
  }
  return pools;
}

/** A number for the set of partitions that each node is in: equal sets have equal numbers. */
function partitionSets(nodes: number, partitions: readonly SlurmPartition[]): Int32Array {
  const set = new Int32Array(nodes);
  let sets = 1;
  for (const partition of partitions) {
    const withIt = new Map<number, number>();
    for (const node of partition.nodes) {
      const before = set[node];
      if (!withIt.has(before)) withIt.set(before, sets++);
      set[node] = withIt.get(before) ?? before;
    }
  }
  return set;
}

function poolOf(
  names: readonly string[],
  first: number,
  kind: NodeKind,
  gres: readonly SlurmGres[],
  state: SlurmPool['state'],
  memory: number,
): ConfPool {
  const { cpus, ...shape } = kind;
  const gpus = gres.filter(({ name }) => name === 'gpu');
  const models = [...new Set(gpus.map(({ type }) => type))];
  const other = otherResources(gres);
  const pool: NodePool = {
    name: compressHostlist(names),
    count: names.length,
    nodeNames: names,
    cpu: cpus * 1000,
    memory,
    gpus: gpus.reduce((sum, { count }) => sum + count, 0),
    ...(models.length === 1 && models[0] !== undefined ? { gpuModel: models[0] } : {}),
    ...(Object.keys(other).length === 0 ? {} : { other }),
    ...(kind.features.length === 0 ? {} : { labels: Object.fromEntries(kind.features.map((feature) => [feature, ''])) }),
  };
  return { first, pool, slurm: { ...shape, gres, state } };
}

/** Those that are used up; GPUs are counted by themselves. */
function otherResources(gres: readonly SlurmGres[]): Record<string, number> {
  const other: Record<string, number> = {};
  for (const { name, count, shared } of gres) {
    if (name !== 'gpu' && shared !== true) other[name] = (Object.hasOwn(other, name) ? other[name] : 0) + count;
  }
  return other;
}
