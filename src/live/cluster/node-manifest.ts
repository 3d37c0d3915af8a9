/** Nodes as objects for the API server. */
import type { Node, Resources } from '../../kubernetes.ts';
import { CLUSTER_LABEL, FAKE_NODE, PLACE } from './names.ts';

/** The kubelet's own limit, for nodes that do not say how many pods they take. Source: kubelet, --max-pods. */
const MAX_PODS = 110;
/** What the kubelet itself says of its node; other resources have amounts without a unit. */
const IN_BYTES = new Set(['memory', 'ephemeral-storage']);

/** A node that KWOK plays the kubelet of, registered as the kubelet does it, with all that it has. `place`: the how-manieth. */
export function fakeNode(node: Node, cluster: string, place: number): object {
  const { name, labels, taints, unschedulable } = node;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: { ...standardLabels(name), ...Object.fromEntries(labels), [CLUSTER_LABEL]: cluster },
      annotations: { [FAKE_NODE.key]: FAKE_NODE.value, [PLACE]: `${place}` },
    },
    spec: {
      ...(taints.length === 0 ? {} : { taints: taints.map(({ key, value, effect }) => ({ key, value, effect })) }),
      ...(unschedulable ? { unschedulable } : {}),
    },
    status: {
      capacity: quantities(node.capacity.size === 0 ? node.allocatable : node.capacity),
      allocatable: quantities(node.allocatable),
      images: node.images.map(({ names, size }) => ({ names, sizeBytes: size })),
      nodeInfo: nodeInfo(),
    },
  };
}

/** The old names too, which a controller would otherwise add to each node one by one. */
function standardLabels(name: string): Record<string, string> {
  const [os, arch] = ['linux', 'amd64'];
  return {
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': os,
    'kubernetes.io/arch': arch,
    'beta.kubernetes.io/os': os,
    'beta.kubernetes.io/arch': arch,
  };
}

/** What is not listed is not modelled: a scheduler scores nothing by it, as in the simulation. */
export function quantities(resources: Resources): Record<string, string> {
  const all: Record<string, string> = { pods: String(MAX_PODS) };
  for (const [name, amount] of resources) all[name] = quantity(name, amount);
  return all;
}

function quantity(name: string, amount: number): string {
  if (name === 'cpu') return `${amount}m`;
  if (IN_BYTES.has(name)) return bytes(amount);
  return Number.isInteger(amount) ? String(amount) : `${Math.floor(amount * 1000)}m`;
}

/** As the kubelet says it, where that is exact. */
function bytes(amount: number): string {
  return amount % 1024 === 0 ? `${amount / 1024}Ki` : String(Math.floor(amount));
}

/** Fields that the API wants to be there. */
function nodeInfo(): Record<string, string> {
  const empty = ['machineID', 'systemUUID', 'bootID', 'kernelVersion', 'osImage', 'containerRuntimeVersion', 'kubeProxyVersion'];
  return {
    ...Object.fromEntries(empty.map((field) => [field, ''])),
    kubeletVersion: 'fake',
    operatingSystem: 'linux',
    architecture: 'amd64',
  };
}
