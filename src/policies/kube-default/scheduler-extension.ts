/**
 * What a plugin from outside the default profile may add to the scheduler's loop: holding pods back, rejecting them, and
 * letting pods that have a node wait there for others (gangs).
 * Source: the extension points of pkg/scheduler/framework/interface.go (Kubernetes v1.36.2).
 */
import type { JobPod } from './job-pod.ts';
import type { PodGroup } from './pod-group.ts';
import type { PostFilter } from './post-filter.ts';
import type { PluginHints } from './queue/hint.ts';
import type { Less } from './queue/queue-order.ts';
import type { ClusterEvent } from './queue/scheduling-queue.ts';
import type { Found } from './schedule-pod.ts';
import type { Snapshot } from './snapshot.ts';

/** Whether a pod may be bound to the node that was found for it. */
export type PermitAnswer =
  | { readonly verdict: 'allow' }
  /** It keeps its room and waits until it is allowed or rejected, or until this time [ms]. */
  | { readonly verdict: 'wait'; readonly until: number }
  | { readonly verdict: 'reject'; readonly reason: string };

export interface SchedulerExtension {
  /** As a plugin: it is among the rejectors of pods that it turns down. */
  readonly name: string;
  /** Orders the queue instead of PrioritySort. */
  readonly less?: Less;
  /** What wakes pods that it has rejected. */
  readonly hints?: readonly PluginHints[];
  /** Called once, before anything else. */
  attach?(scheduler: SchedulerHandle): void;
  /** A pod has come into being. Called before it is queued. */
  created?(pod: JobPod): void;
  /** Called after it is queued, or held back. */
  queued?(pod: JobPod): void;
  /** A pod's object is gone, bound or not. Called after it has left queue and snapshot. */
  gone?(pod: JobPod): void;
  /** False: the pod must not be queued yet. */
  preEnqueue?(pod: JobPod): boolean;
  /** The pods that are placed together with this one; undefined: it goes alone. The same object as long as it lasts. */
  group?(pod: JobPod): PodGroup | undefined;
  /** Why the pod cannot be placed, whatever the nodes; undefined if there is nothing against it. */
  preFilter?(pod: JobPod): string | undefined;
  /** Called if the pod fits nowhere and preemption did not help. Undefined: it has nothing to say. */
  postFilter?(pod: JobPod, found: Found): PostFilter | undefined;
  /** Called when the pod counts on its node already. */
  permit?(pod: JobPod): PermitAnswer;
  /** The pod has lost the room that it had been given, and will not be bound there. */
  unreserve?(pod: JobPod): void;
  /** The pod is bound, and the API server knows it. */
  postBind?(pod: JobPod): void;
}

/** What an extension may ask of the scheduler. */
export interface SchedulerHandle {
  /** [ms] */
  readonly now: number;
  readonly snapshot: Snapshot;
  /** Pods that wait for permission, in the order in which they began to. */
  waiting(): Iterable<JobPod>;
  /** Gives permission to a pod that waits for it. */
  allow(pod: JobPod): void;
  /** Denies it: the pod gives up its room and goes back into the queue. */
  reject(pod: JobPod, reason: string): void;
  /** Wants pods that wait in the queue to be tried at once. */
  activate(pods: Iterable<JobPod>): void;
  /** Says why a pod's job waits. */
  explain(pod: JobPod, reason: string): void;
  /** Something has happened that pods in the queue may wait for. */
  event(event: ClusterEvent): void;
  /** Lets something be done at a later time [ms]. */
  later(at: number, action: () => void): void;
}
