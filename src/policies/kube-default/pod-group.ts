import type { JobPod } from './job-pod.ts';

/** Pods that are placed together, in one cycle. */
export interface PodGroup {
  readonly name: string;
  /** Those of them that have no node, in any order. */
  unscheduled(): Iterable<JobPod>;
  /** Why those that have a node must not be bound yet; undefined: enough of them have one. */
  lack(): string | undefined;
}
