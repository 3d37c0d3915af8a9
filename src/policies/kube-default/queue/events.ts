/**
 * What happens in the cluster, as the queue is told; and the incidents it is split into, of which plugins say which may
 * help the pods they have rejected.
 * Source: pkg/scheduler/eventhandlers.go and pkg/scheduler/framework/events.go (Kubernetes v1.36.2),
 * pkg/scheduler/eventhandlers.go and pkg/scheduler/internal/queue/events.go (v1.26.5).
 */
import type { Node } from '../../../kubernetes.ts';
import type { PodInfo } from '../pod-info.ts';
import { nodeChanges } from './node-changes.ts';
import type { NodeChange } from './node-changes.ts';
import { podChanges } from './pod-changes.ts';
import type { PodChange } from './pod-changes.ts';
import type { QueueRules } from './rules.ts';

/** Would the node take this pod, as it is now? Asked by versions without queueing hints. */
export type Admits = (pod: PodInfo) => boolean;

export type ClusterEvent =
  /** A pod was bound, and counts on its node. */
  | { readonly kind: 'AssignedPodAdd'; readonly pod: PodInfo }
  | { readonly kind: 'AssignedPodUpdate'; readonly old: PodInfo; readonly pod: PodInfo }
  /**
   * A bound pod is gone, or one that was assumed is not to be bound. With `upTo`, a pod lost its nomination: it matters
   * only to pods of at most this priority. `exceptItself`: not to the pod itself, which has given up its node.
   */
  | { readonly kind: 'AssignedPodDelete'; readonly pod: PodInfo; readonly upTo?: number; readonly exceptItself?: boolean }
  | { readonly kind: 'NodeAdd'; readonly node: Node; readonly admits?: Admits }
  | {
      readonly kind: 'NodeUpdate';
      readonly old: Node;
      readonly node: Node;
      /** What has changed; found out from the two nodes if absent (conditions cannot be). */
      readonly changes?: readonly NodeChange[];
      readonly admits?: Admits;
    }
  | { readonly kind: 'NodeDelete'; readonly node: Node }
  /** Something else that plugins from outside may wait for: a PodGroup, say. */
  | {
      readonly kind: 'Other';
      readonly resource: string;
      readonly action: 'Add' | 'Update' | 'Delete';
      readonly object?: unknown;
    };

/** `TargetPod`: the very pod that waits. `*`: concerns all pods whatever rejected them, or the one in `newPod`. */
export type Resource = 'AssignedPod' | 'TargetPod' | 'Node' | '*' | (string & {});

export type Action = 'Add' | 'Delete' | 'Update' | PodChange | NodeChange;

/** One kind of change to one object, old and new; a new object has no old one, a deleted one no new. */
export interface Incident {
  readonly resource: Resource;
  readonly action: Action;
  readonly oldPod?: PodInfo;
  readonly newPod?: PodInfo;
  readonly oldNode?: Node;
  readonly newNode?: Node;
  readonly object?: unknown;
}

/** A pod has waited too long without anything happening. */
export const TIMEOUT: Incident = { resource: '*', action: 'Update' };

/** Somebody wants this pod to be tried. */
export function activation(pod: PodInfo): Incident {
  return { resource: '*', action: 'Update', newPod: pod };
}

export function incidentsOf(event: ClusterEvent, rules: QueueRules): readonly Incident[] {
  switch (event.kind) {
    case 'AssignedPodAdd':
      return [{ resource: 'AssignedPod', action: 'Add', newPod: event.pod }];
    case 'AssignedPodUpdate':
      return podIncidents('AssignedPod', event.old, event.pod, rules);
    case 'AssignedPodDelete':
      return [{ resource: 'AssignedPod', action: 'Delete', oldPod: event.pod }];
    case 'NodeAdd':
      return [{ resource: 'Node', action: 'Add', newNode: event.node }];
    case 'NodeUpdate':
      return nodeIncidents(event.old, event.node, event.changes ?? nodeChanges(event.old, event.node), rules);
    case 'NodeDelete':
      return [{ resource: 'Node', action: 'Delete', oldNode: event.node }];
    case 'Other':
      return [{ resource: event.resource, action: event.action, object: event.object }];
  }
}

/** Versions without hints do not look at what has changed in a pod. */
export function podIncidents(resource: Resource, oldPod: PodInfo, newPod: PodInfo, { hints }: QueueRules): readonly Incident[] {
  const changes = hints ? podChanges(oldPod, newPod) : [];
  const actions = changes.length === 0 ? (['Update'] as const) : changes;
  return actions.map((action) => ({ resource, action, oldPod, newPod }));
}

/** Versions without hints look at the first change only. */
function nodeIncidents(oldNode: Node, newNode: Node, changes: readonly NodeChange[], { hints }: QueueRules): readonly Incident[] {
  const seen = hints ? changes : changes.slice(0, 1);
  return seen.map((action) => ({ resource: 'Node', action, oldNode, newNode }));
}
