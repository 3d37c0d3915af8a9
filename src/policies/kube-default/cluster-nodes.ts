/** The nodes of a cluster as Kubernetes objects. */
import { nodeName } from '../../cluster.ts';
import type { Cluster, NodePool } from '../../cluster.ts';
import { usageError } from '../../errors.ts';
import type { Node, Resources, Taint } from '../../kubernetes.ts';

export const GPU = 'nvidia.com/gpu';
/** What node-feature discovery calls the model of a node's GPUs. */
export const GPU_MODEL = 'nvidia.com/gpu.product';
/** A node of a partition bears a label of this beginning and the partition's name. */
export const PARTITION = 'partition.yardmaster.dev/';
/** The kubelet's own limit. Source: kubelet, --max-pods. */
const MAX_PODS = 110;
const LEVEL_LABELS: Readonly<Record<string, string>> = {
  region: 'topology.kubernetes.io/region',
  zone: 'topology.kubernetes.io/zone',
};

/** By number. A pool that was read from a Kubernetes object is that object; others say what a node of their kind would. */
export function nodeObjects(cluster: Cluster): Node[] {
  if (cluster.interchangeable) {
    throw usageError(
      'its processors have no nodes, and pods are bound to nodes',
      `cluster ${cluster.name}`,
      'describe nodes, for example --cluster nodes=16,cpus=8,memory=64Gi',
    );
  }
  const nodes: Node[] = [];
  for (const pool of cluster.pools) {
    for (let i = 0; i < pool.count; i++) nodes.push(pool.object ?? nodeOf(cluster, pool, nodes.length));
  }
  return nodes;
}

function nodeOf(cluster: Cluster, pool: NodePool, number: number): Node {
  const name = nodeName(cluster, number);
  const resources = resourcesOf(pool);
  return {
    name,
    labels: new Map(labelsOf(cluster, pool, number, name)),
    taints: (pool.taints ?? []).map(parseTaint),
    unschedulable: false,
    allocatable: resources,
    capacity: resources,
    images: [],
    declaredFeatures: [],
  };
}

/** What is not modelled is not listed: nothing is scored by it, and pods are not asked for it. */
function resourcesOf({ cpu, memory, gpus, other = {} }: NodePool): Resources {
  const resources = new Map<string, number>([['cpu', cpu]]);
  if (memory < Infinity) resources.set('memory', memory);
  if (gpus > 0) resources.set(GPU, gpus);
  resources.set('pods', MAX_PODS);
  for (const [name, count] of Object.entries(other)) resources.set(name, count);
  return resources;
}

function* labelsOf(cluster: Cluster, pool: NodePool, number: number, name: string): Iterable<[string, string]> {
  yield ['kubernetes.io/hostname', name];
  if (pool.gpuModel !== undefined) yield [GPU_MODEL, pool.gpuModel];
  for (const { name: partition, pools } of cluster.partitions) {
    if (pools === undefined || pools.includes(pool.name)) yield [PARTITION + partition, 'true'];
  }
  for (const { name: level, domain } of cluster.topology ?? []) {
    const place = domain.names[domain.code[number]];
    if (place !== undefined) yield [LEVEL_LABELS[level] ?? `topology.yardmaster.dev/${level}`, place];
  }
  yield* Object.entries(pool.labels ?? {});
}

/** `key=value:Effect` or `key:Effect`. */
function parseTaint(text: string): Taint {
  const colon = text.lastIndexOf(':');
  const [key, value = ''] = text.slice(0, colon).split('=', 2);
  return { key, value, effect: text.slice(colon + 1) };
}
