/** Clusters of Kubernetes nodes, as `kubectl get nodes -o json|yaml` prints them. */
import { basename } from 'node:path';
import type { Cluster, NodePool, TopologyLevel } from './cluster.ts';
import { InputError, usageError } from './errors.ts';
import { KubernetesDocuments } from './kubernetes-documents.ts';
import { isReady, readNode } from './kubernetes-read-cluster.ts';
import type { Labels, Node, Resources } from './kubernetes.ts';

/** What the device plugin calls the GPUs that `NodePool.gpus` counts; those of others are other resources. */
const GPU = 'nvidia.com/gpu';
/** What GPU feature discovery calls their model, and the memory of each [MiB]. */
const GPU_MODEL = 'nvidia.com/gpu.product';
const GPU_MEMORY = 'nvidia.com/gpu.memory';
const MIB = 2 ** 20;

/** From coarse to fine; the second name is that of old Kubernetes versions. */
const LEVELS: readonly { readonly name: string; readonly labels: readonly string[] }[] = [
  { name: 'region', labels: ['topology.kubernetes.io/region', 'failure-domain.beta.kubernetes.io/region'] },
  { name: 'zone', labels: ['topology.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/zone'] },
];

/** A node with what its object tells beyond it. */
export interface ListedNode {
  readonly node: Node;
  readonly ready: boolean;
}

/** A node of a list. Throws `InputError` with its place for what is no node. */
export function readListedNode(json: unknown, where: string): ListedNode {
  const node = readNode(json, where);
  if (node.name === '') throw new InputError('the node has no name', `${where}.metadata.name`, 'give it one');
  for (const [name, amount] of node.allocatable) {
    if (amount >= 0) continue;
    throw new InputError(`found ${amount} ${name}`, `${where}.status.allocatable`, 'a node cannot have less than nothing');
  }
  return { node, ready: isReady(json, where) };
}

/** Reads a file of nodes. Other objects in it are left out, and told in a warning. */
export async function readNodeFile(text: string, file: string): Promise<{ cluster: Cluster; warnings: readonly string[] }> {
  const nodes = new Map<string, ListedNode>();
  let others = 0;
  const documents = new KubernetesDocuments(file, ({ json, kind, apiVersion, where }) => {
    if (kind !== 'Node' || apiVersion !== 'v1') {
      others++;
      return;
    }
    const listed = readListedNode(json, where);
    if (nodes.has(listed.node.name)) {
      throw usageError(`there are two nodes "${listed.node.name}"`, where, 'leave out one of the two');
    }
    nodes.set(listed.node.name, listed);
  });
  documents.add(text);
  await documents.finish();
  if (nodes.size === 0) throw usageError('there is no node in it', file, 'give the output of `kubectl get nodes -o json`');
  const left = others === 0 ? [] : [`${file}: ${others} of its objects are no nodes, and no part of the cluster`];
  const listed = [...nodes.values()];
  return { cluster: clusterOfNodes(listed, basename(file)), warnings: [...left, ...nodeWarnings(listed)] };
}

/** A cluster in which each node is a pool of its own. */
export function clusterOfNodes(listed: readonly ListedNode[], name: string): Cluster {
  const nodes = listed.map(({ node }) => node);
  const topology = LEVELS.flatMap(({ name: level, labels }) => levelOf(nodes, level, labels) ?? []);
  const bare = { name, interchangeable: false, pools: nodes.map(poolOf), partitions: [], outages: [] };
  return topology.length === 0 ? bare : { ...bare, topology };
}

/** What policies that know nothing of Kubernetes will not see in such a cluster. */
export function nodeWarnings(listed: readonly ListedNode[]): string[] {
  const warning = (count: number, what: string) =>
    count === 0
      ? []
      : [`${count} of ${listed.length} nodes ${what}: policies that know nothing of Kubernetes use them all the same`];
  return [
    ...warning(listed.filter(({ node }) => node.unschedulable).length, 'are cordoned (unschedulable)'),
    ...warning(listed.filter(({ ready }) => !ready).length, 'are not ready'),
  ];
}

function poolOf(node: Node): NodePool {
  const { name, labels, taints, allocatable } = node;
  const gpus = allocatable.get(GPU) ?? 0;
  const megabytes = Number(labels.get(GPU_MEMORY));
  const gpuModel = gpus > 0 ? labels.get(GPU_MODEL) : undefined;
  return {
    name,
    count: 1,
    cpu: allocatable.get('cpu') ?? 0,
    memory: allocatable.get('memory') ?? 0,
    gpus,
    ...(gpuModel === undefined ? {} : { gpuModel }),
    ...(gpus > 0 && megabytes > 0 ? { gpuMemory: megabytes * MIB } : {}),
    other: otherResources(allocatable),
    labels: Object.fromEntries(labels),
    taints: taints.map(({ key, value, effect }) => `${value === '' ? key : `${key}=${value}`}:${effect}`),
    object: node,
  };
}

function otherResources(allocatable: Resources): Record<string, number> {
  return Object.fromEntries([...allocatable].filter(([name]) => name !== 'cpu' && name !== 'memory' && name !== GPU));
}

/** Undefined if no node bears such a label. */
function levelOf(nodes: readonly Node[], name: string, keys: readonly string[]): TopologyLevel | undefined {
  const codes = new Map<string, number>();
  const code = Int32Array.from(nodes, ({ labels }) => {
    const domain = domainOf(labels, keys);
    if (domain === undefined) return -1;
    if (!codes.has(domain)) codes.set(domain, codes.size);
    return codes.get(domain) ?? -1;
  });
  return codes.size === 0 ? undefined : { name, domain: { code, names: [...codes.keys()] } };
}

function domainOf(labels: Labels, keys: readonly string[]): string | undefined {
  for (const key of keys) if (labels.has(key)) return labels.get(key);
  return undefined;
}
