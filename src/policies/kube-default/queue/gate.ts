/** What keeps a pod from being queued. Source: PreEnqueue plugins (plugins/schedulinggates in Kubernetes v1.36.2). */
import type { PodInfo } from '../pod-info.ts';
import type { QueueEntry } from './queued-pod.ts';
import type { QueueRules } from './rules.ts';

/** The name of the plugin that gates a pod. */
export type PreEnqueue = (pod: PodInfo) => string | undefined;

/** Gates in the pod's spec are looked at first, but by old versions, which do not know them. */
export function withSchedulingGates(preEnqueue: PreEnqueue | undefined, { hints }: QueueRules): PreEnqueue {
  return (pod) => {
    if (hints && pod.class.spec.schedulingGates.length > 0) return 'SchedulingGates';
    return preEnqueue?.(pod);
  };
}

/** Asks whether the pod may be queued. The plugin that gates it is one of those that have rejected it. */
export function passes(preEnqueue: PreEnqueue, pod: QueueEntry): boolean {
  const plugin = preEnqueue(pod.pod);
  pod.gatedBy = plugin;
  if (plugin === undefined) return true;
  if (!pod.rejectors.has(plugin)) pod.rejectors = new Set([...pod.rejectors, plugin]);
  return false;
}
