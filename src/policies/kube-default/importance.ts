/**
 * Which of the pods on a node matter more. Source: pkg/scheduler/util/utils.go, MoreImportantPod (Kubernetes v1.36.2).
 */
import type { PodInfo } from './pod-info.ts';

/**
 * Higher priority first, then the one that started earlier. Of two pods that have not started the source takes the
 * current time for each in turn, so that the one it asks first always looks earlier: both answers are yes.
 */
function moreImportant({ pod: one }: PodInfo, { pod: other }: PodInfo): boolean {
  if (one.spec.priority !== other.spec.priority) return one.spec.priority > other.spec.priority;
  if (one.startTime === undefined) return other.startTime === undefined;
  return one.startTime < (other.startTime ?? Infinity);
}

/** Up to this many, Go's sort.Slice inserts one by one. */
const INSERTED = 12;

/**
 * The pods, most important first. Ties come out as Go's sort leaves them while there are at most 12 pods: as they
 * were, but pods that have not started in reverse. With more pods ties stay as they were.
 */
export function byImportance(pods: readonly PodInfo[]): PodInfo[] {
  if (pods.length > INSERTED) return pods.toSorted((one, other) => rank(one, other));
  const sorted = [...pods];
  for (let i = 1; i < sorted.length; i++) {
    for (let j = i; j > 0 && moreImportant(sorted[j], sorted[j - 1]); j--) {
      [sorted[j], sorted[j - 1]] = [sorted[j - 1], sorted[j]];
    }
  }
  return sorted;
}

function rank({ pod: one }: PodInfo, { pod: other }: PodInfo): number {
  if (one.spec.priority !== other.spec.priority) return other.spec.priority - one.spec.priority;
  const [started, otherStarted] = [one.startTime ?? Infinity, other.startTime ?? Infinity];
  return started < otherStarted ? -1 : started > otherStarted ? 1 : 0;
}

/**
 * When the oldest of the pods with the highest priority started [ms]; `now` for one that has not.
 */
export function earliestStart(pods: readonly PodInfo[], now: number): number {
  const highest = Math.max(...pods.map(({ pod }) => pod.spec.priority));
  return Math.min(...pods.filter(({ pod }) => pod.spec.priority === highest).map(({ pod }) => pod.startTime ?? now));
}
