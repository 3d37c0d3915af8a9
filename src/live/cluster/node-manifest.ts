/** Nodes as objects for the API server. */
import type { Node, Resources } from '../../kubernetes.ts';
import { CLUSTER_LABEL, FAKE_NODE } from './names.ts';

/** The kubelet's own limit, for nodes that do not say how many pods they take. Source: kubelet, --max-pods. */
const MAX_PODS = 110;
/** What the kubelet itself says of its node; other resources have amounts without a unit. */
const IN_BYTES = new Set(['memory', 'ephemeral-storage']);

/**
 * A node that KWOK plays the kubelet of, registered as the kubelet does it, with all that it has. What the cluster's
 * description does not limit is more than can be used.
 */
export function fakeNode(node: Node, cluster: string): object {
  const { name, labels, taints, unschedulable } = node;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: { ...standardLabels(name), ...Object.fromEntries(labels), [CLUSTER_LABEL]: cluster },
      annotations: { [FAKE_NODE.key]: FAKE_NODE.value },
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

function standardLabels(name: string): Record<string, string> {
  return { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' };
}

/** More memory than any pod asks for [bytes]. */
const UNLIMITED_MEMORY = 2 ** 50;

export function quantities(resources: Resources): Record<string, string> {
  const all: Record<string, string> = { memory: String(UNLIMITED_MEMORY), pods: String(MAX_PODS) };
  for (const [name, amount] of resources) {
    if (name === 'cpu') all.cpu = `${amount}m`;
    else
      all[name] = IN_BYTES.has(name) || Number.isInteger(amount) ? String(Math.floor(amount)) : `${Math.floor(amount * 1000)}m`;
  }
  return all;
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
