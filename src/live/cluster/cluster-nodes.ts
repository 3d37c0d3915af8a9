/** The nodes of a live cluster: made one after the other, and waited for. */
import type { Node } from '../../kubernetes.ts';
import { CLUSTER_LABEL } from './names.ts';
import { fakeNode } from './node-manifest.ts';
import type { Api } from './requests.ts';

export const NODES = '/api/v1/nodes';

/** In the order of the cluster, as in a simulation: where a scheduler does not look at all nodes, it looks in this order. */
export async function createNodes(api: Api, nodes: readonly Node[], cluster: string, signal?: AbortSignal): Promise<void> {
  for (const [place, node] of nodes.entries()) {
    signal?.throwIfAborted();
    await api.create(NODES, fakeNode(node, cluster, place));
  }
}

/** A node as far as its readiness goes. */
interface ListedNode {
  readonly spec: { readonly taints?: readonly { readonly key: string }[] };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** How many of our nodes the scheduler would take pods on as far as their health goes [count]. */
export async function usableNodes(api: Api, cluster: string): Promise<number> {
  const list = (await api.read(`${NODES}?labelSelector=${CLUSTER_LABEL}%3D${cluster}&resourceVersion=0`)) as {
    items: ListedNode[];
  };
  return list.items.filter(isUsable).length;
}

/** Ready, and the controllers have taken off the taint that every new node has. */
function isUsable({ spec, status }: ListedNode): boolean {
  const ready = status.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true;
  return ready && spec.taints?.some(({ key }) => key.startsWith('node.kubernetes.io/')) !== true;
}
