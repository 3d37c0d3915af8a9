/** In which order pods are tried. */
import type { QueuedPod, QueueEntry } from './queued-pod.ts';

/** Plugins that sort the queue say whether a pod comes before another. */
export type Less = (one: QueuedPod, other: QueuedPod) => boolean;

/** Higher priority first, then who has waited longer. Source: plugins/queuesort/priority_sort.go (Kubernetes v1.36.2). */
export const prioritySort: Less = (one, other) => {
  const [first, second] = [one.pod.class.spec.priority, other.pod.class.spec.priority];
  return first > second || (first === second && one.timestamp < other.timestamp);
};

export type Before = (one: QueueEntry, other: QueueEntry) => boolean;

/** A total order: what `less` calls equal goes by the order of timestamps. */
export function totalOrder(less: Less): Before {
  if (less === prioritySort) return byPriority;
  return (one, other) => less(one, other) || (!less(other, one) && one.serial < other.serial);
}

/** prioritySort, in one comparison where it can. */
function byPriority(one: QueueEntry, other: QueueEntry): boolean {
  const [first, second] = [one.priority, other.priority];
  if (first !== second) return first > second;
  return one.timestamp < other.timestamp || (one.timestamp === other.timestamp && one.serial < other.serial);
}

/** Whose backoff ends first; then in the order of `active`. */
export function byBackoffEnd(active: Before): Before {
  return (one, other) => one.backoffEnd < other.backoffEnd || (one.backoffEnd === other.backoffEnd && active(one, other));
}

/** Who has waited longest since it came or failed. */
export function byAge(one: QueueEntry, other: QueueEntry): boolean {
  return one.timestamp < other.timestamp || (one.timestamp === other.timestamp && one.serial < other.serial);
}
