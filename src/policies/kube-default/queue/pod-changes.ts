/**
 * What of a pod has changed that scheduling looks at.
 * Source: pkg/scheduler/framework/events.go (Kubernetes v1.36.2); isPodUpdated in scheduling_queue.go (v1.26.5).
 */
import type { PodInfo } from '../pod-info.ts';
import { sameEntries } from './node-changes.ts';

export type PodChange = 'UpdatePodLabel' | 'UpdatePodScaleDown' | 'UpdatePodSchedulingGatesEliminated' | 'UpdatePodToleration';

/** In kube-scheduler's order. */
export function podChanges(old: PodInfo, pod: PodInfo): readonly PodChange[] {
  const changes: PodChange[] = [];
  if (!sameEntries(old.pod.labels, pod.pod.labels)) changes.push('UpdatePodLabel');
  if (old.class.spec === pod.class.spec) return changes;
  if (requestsLess(old, pod)) changes.push('UpdatePodScaleDown');
  const [before, after] = [old.class.spec, pod.class.spec];
  if (before.schedulingGates.length > 0 && after.schedulingGates.length === 0) changes.push('UpdatePodSchedulingGatesEliminated');
  // Tolerations can only be added, so their number tells.
  if (before.tolerations.length !== after.tolerations.length) changes.push('UpdatePodToleration');
  return changes;
}

/** Anything but its status: versions without hints try such a pod again, whatever it was. */
export function isUpdated({ pod: old }: PodInfo, { pod }: PodInfo): boolean {
  return (
    old.spec !== pod.spec ||
    old.nodeName !== pod.nodeName ||
    old.deletionTimestamp !== pod.deletionTimestamp ||
    old.owners !== pod.owners ||
    !sameEntries(old.labels, pod.labels)
  );
}

function requestsLess(old: PodInfo, pod: PodInfo): boolean {
  const now = pod.class.requests.exact;
  for (const [name, before] of old.class.requests.exact) {
    const after = now.get(name);
    if (after === undefined || after < before) return true;
  }
  return false;
}
