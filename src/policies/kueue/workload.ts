/**
 * A workload: a job as Kueue sees it, from its creation until its job is over.
 * Source: pkg/workload/workload.go (Kueue v0.19.2).
 */
import type { PodSpec } from '../../kubernetes.ts';
import type { ClusterQueue } from './cluster-queue.ts';
import type { Usage } from './flavor-resources.ts';
import type { TopologyAssignment, TopologyRequest } from './topology-request.ts';

/** Pods of one template: a task group of the job. */
export interface PodSet {
  readonly name: string;
  /** [count] */
  readonly count: number;
  /** With how many the job can do [count]. */
  readonly minimum: number;
  /** What one pod requests of quota, by resource. */
  readonly requests: ReadonlyMap<string, number>;
  /** What one pod takes of a node. */
  readonly needs: ReadonlyMap<string, number>;
  readonly spec: PodSpec;
  readonly topology?: TopologyRequest;
}

/** What a pod set has got. */
export interface PodSetGrant {
  readonly podSet: PodSet;
  /** Pods that may run [count]. */
  readonly count: number;
  /** The flavor of each resource. */
  readonly flavors: ReadonlyMap<string, string>;
  /** Where its pods may run, if they were placed in the topology. */
  readonly topology?: TopologyAssignment;
}

/** How far the search for flavors had come when it stopped. */
export interface ScanProgress {
  /** By pod set, then by resource: the last flavor that was tried; -1 if that was the last one there is. */
  readonly tried: readonly ReadonlyMap<string, number>[];
  readonly generation: number;
  readonly cycle: number;
}

export class Workload {
  readonly job: number;
  /** `namespace/name`. */
  readonly name: string;
  readonly namespace: string;
  readonly priority: number;
  readonly podSets: readonly PodSet[];
  readonly queue: ClusterQueue;
  /** As the API server has written it down [ms]. */
  readonly created: number;
  /** Orders workloads that are equal in all else. */
  readonly uid: number;
  /** Workloads with the same number are judged alike. */
  readonly kind: number;
  /** Its namespace is one of those that may use the queue. */
  readonly mayUseQueue: boolean;
  /** The time by which it stands in the queue [ms]. */
  queuedAt: number;
  /** Quota that it holds; undefined while it waits. */
  usage: Usage | undefined = undefined;
  grants: readonly PodSetGrant[] = [];
  /** When it got its quota [ms]. */
  reservedAt = NaN;
  /** It is being evicted, and has its quota still. */
  isEvicted = false;
  progress: ScanProgress | undefined = undefined;
  /** Before that it is not tried again [ms]. */
  requeueAt = -Infinity;
  /** How often it was evicted because its pods were not ready [count]. */
  requeues = 0;
  /** Its place in the heap of its queue; -1 if it is not there. */
  heapIndex = -1;

  constructor(
    given: Pick<
      Workload,
      'job' | 'name' | 'namespace' | 'priority' | 'podSets' | 'queue' | 'created' | 'uid' | 'kind' | 'mayUseQueue'
    >,
  ) {
    this.job = given.job;
    this.name = given.name;
    this.namespace = given.namespace;
    this.priority = given.priority;
    this.podSets = given.podSets;
    this.queue = given.queue;
    this.created = given.created;
    this.uid = given.uid;
    this.kind = given.kind;
    this.mayUseQueue = given.mayUseQueue;
    this.queuedAt = given.created;
  }

  get mayShrink(): boolean {
    return this.podSets.some(({ count, minimum }) => minimum < count);
  }
}

/** The search for flavors would go on behind the last one that was tried. */
export function hasPendingFlavors(progress: ScanProgress | undefined): boolean {
  return progress?.tried.some((byResource) => [...byResource.values()].some((index) => index !== -1)) ?? false;
}

/** What the workload would hold, resource by resource of each pod set. */
export function usesAnyOf({ usage }: Workload, pairs: ReadonlySet<number>): boolean {
  if (usage !== undefined) for (const pair of usage.keys()) if (pairs.has(pair)) return true;
  return false;
}
