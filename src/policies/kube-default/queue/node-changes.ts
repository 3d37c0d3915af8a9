/** What of a node has changed that scheduling looks at. Source: pkg/scheduler/framework/events.go (Kubernetes v1.36.2). */
import type { Labels, Node, Resources, Taint } from '../../../kubernetes.ts';

export type NodeChange = 'UpdateNodeAllocatable' | 'UpdateNodeLabel' | 'UpdateNodeTaint' | 'UpdateNodeCondition';

/** In kube-scheduler's order. A node that is uncordoned counts as one whose taints change; one that is cordoned does not. */
export function nodeChanges(old: Node, node: Node): readonly NodeChange[] {
  const changes: NodeChange[] = [];
  if (old.unschedulable && !node.unschedulable) changes.push('UpdateNodeTaint');
  if (!sameEntries(old.allocatable, node.allocatable)) changes.push('UpdateNodeAllocatable');
  if (!sameEntries(old.labels, node.labels)) changes.push('UpdateNodeLabel');
  if (!sameTaints(old.taints, node.taints)) changes.push('UpdateNodeTaint');
  return changes;
}

export function sameTaints(one: readonly Taint[], other: readonly Taint[]): boolean {
  if (one === other) return true;
  if (one.length !== other.length) return false;
  return one.every(({ key, value, effect }, i) => {
    const twin = other[i];
    return key === twin.key && value === twin.value && effect === twin.effect;
  });
}

export function sameEntries(one: Labels | Resources, other: Labels | Resources): boolean {
  if (one === other) return true;
  if (one.size !== other.size) return false;
  for (const [key, value] of one) if (other.get(key) !== value) return false;
  return true;
}
