/** What of a node matters to who uses it. */
import type { ListedNode } from '../../cluster-kubernetes.ts';
import type { Node } from '../../kubernetes.ts';
import { FAKE_NODE } from '../cluster/names.ts';

/**
 * Whether pods of the run go there, as far as the node itself says: it is ready, not cordoned, and has no taint that they do
 * not tolerate. Policies that read Kubernetes objects look at taints once more, pod by pod.
 */
export function isOpen({ node, ready }: ListedNode): boolean {
  return (
    ready && !node.unschedulable && !node.taints.some(({ key, effect }) => effect !== 'PreferNoSchedule' && key !== FAKE_NODE.key)
  );
}

/** Whether two versions of a node differ in anything that a scheduler looks at. Heartbeats change nothing of it. */
export function unlike(one: Node, other: Node): boolean {
  return essence(one) !== essence(other);
}

function essence({ labels, taints, unschedulable, allocatable, images, declaredFeatures }: Node): string {
  const sorted = (map: ReadonlyMap<string, unknown>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([sorted(labels), taints, unschedulable, sorted(allocatable), images, declaredFeatures]);
}
