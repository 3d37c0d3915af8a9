/** What an incident means for a pod that was rejected. */
import type { ClusterEvent, Incident } from './events.ts';
import { wantsNeighbour } from './inter-pod-affinity-hints.ts';
import type { QueueEntry } from './queued-pod.ts';
import type { QueueingHints } from './queueing-hints.ts';
import type { QueueRules } from './rules.ts';

/** It stays where it is; it is tried once its backoff is over; it is tried at once. */
export type Strategy = 'stay' | 'after-backoff' | 'at-once';

/** Source: isPodWorthRequeuing in pkg/scheduler/backend/queue/scheduling_queue.go (Kubernetes v1.36.2). */
export function strategyFor(pod: QueueEntry, incident: Incident, hints: QueueingHints): Strategy {
  const { rejectors, pending } = pod;
  if (rejectors.size + pending.size === 0) return 'after-backoff';
  const { resource, newPod } = incident;
  const isTarget = newPod?.pod.uid === pod.uid;
  if (resource === '*') return newPod === undefined || isTarget ? 'after-backoff' : 'stay';
  if (resource === 'TargetPod' && !isTarget) return 'stay';
  for (const plugin of pending) if (hints.helps(plugin, pod.pod, incident)) return 'at-once';
  for (const plugin of rejectors) if (hints.helps(plugin, pod.pod, incident)) return 'after-backoff';
  return 'stay';
}

/** What all that has happened while it was being scheduled means for a pod that has failed. */
export function bestStrategy(pod: QueueEntry, incidents: Iterable<Incident>, hints: QueueingHints): Strategy {
  if (pod.rejectors.size + pod.pending.size === 0) return 'after-backoff';
  let best: Strategy = 'stay';
  for (const incident of incidents) {
    const strategy = strategyFor(pod, incident, hints);
    if (strategy === 'at-once') return strategy;
    if (strategy === 'stay') continue;
    best = strategy;
    if (pod.pending.size === 0) break;
  }
  return best;
}

/** Whom an event is not told, whatever plugins say. */
export function mattersTo({ pod, priority }: QueueEntry, event: ClusterEvent, { hints }: QueueRules): boolean {
  switch (event.kind) {
    case 'AssignedPodDelete':
      if (event.exceptItself === true && pod.pod.uid === event.pod.pod.uid) return false;
      return event.upTo === undefined || priority <= event.upTo;
    case 'AssignedPodAdd':
    case 'AssignedPodUpdate':
      return hints || wantsNeighbour(pod, event.pod);
    case 'NodeAdd':
    case 'NodeUpdate':
      return hints || event.admits === undefined || event.admits(pod);
    default:
      return true;
  }
}
