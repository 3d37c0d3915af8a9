/**
 * Kueue's objects, as far as admission reads them. Amounts are in the units of `Resources`: cpu in millicores, the rest
 * in bytes or pieces.
 * Source: apis/kueue/v1beta2 (Kueue v0.19.2).
 */
import type { LabelSelector, Labels, Taint, Toleration } from '../../kubernetes.ts';

export interface KueueObjects {
  readonly clusterQueues: readonly ClusterQueueObject[];
  readonly cohorts: readonly CohortObject[];
  readonly localQueues: readonly LocalQueueObject[];
  readonly flavors: ReadonlyMap<string, FlavorObject>;
  /** Values of WorkloadPriorityClasses, by name. */
  readonly priorities: ReadonlyMap<string, number>;
  /** Keys of node labels of each topology, from coarse to fine, by its name. */
  readonly topologies: ReadonlyMap<string, readonly string[]>;
}

/** What a queue or cohort has of one resource in one flavor. */
export interface Quota {
  readonly nominal: number;
  /** What it may take from others beside that; Infinity: as much as there is. */
  readonly borrowingLimit: number;
  /** What others may take of it; Infinity: all of it. */
  readonly lendingLimit: number;
}

/** Resources for which a workload gets one flavor together, and the flavors in the order in which they are tried. */
export interface ResourceGroup {
  readonly resources: readonly string[];
  readonly flavors: readonly FlavorQuotas[];
}

export interface FlavorQuotas {
  readonly flavor: string;
  /** By resource. */
  readonly quotas: ReadonlyMap<string, Quota>;
}

export interface CohortObject {
  readonly name: string;
  readonly parent?: string;
  readonly groups: readonly ResourceGroup[];
  /** Its weight in fair sharing. */
  readonly weight: number;
}

export interface ClusterQueueObject extends CohortObject {
  readonly strategy: 'StrictFIFO' | 'BestEffortFIFO';
  /** Absent: no namespace may use it. */
  readonly namespaces?: LabelSelector;
  readonly fungibility: Fungibility;
  readonly preemption: PreemptionRules;
  readonly stopPolicy: 'None' | 'Hold' | 'HoldAndDrain';
}

/** Whether the next flavor is tried before something is borrowed, or somebody preempted, in this one. */
export interface Fungibility {
  readonly whenCanBorrow: 'MayStopSearch' | 'TryNextFlavor';
  readonly whenCanPreempt: 'MayStopSearch' | 'TryNextFlavor';
  readonly preference: 'BorrowingOverPreemption' | 'PreemptionOverBorrowing';
}

export type PreemptionPolicy = 'Never' | 'LowerPriority' | 'LowerOrNewerEqualPriority' | 'Any';

export interface PreemptionRules {
  readonly withinClusterQueue: PreemptionPolicy;
  readonly reclaimWithinCohort: PreemptionPolicy;
  /** Absent: a workload that borrows preempts nobody in other queues. */
  readonly borrowWithinCohort?: {
    /** Only workloads up to this priority; Infinity: all that matter less. */
    readonly maxPriorityThreshold: number;
  };
}

export interface LocalQueueObject {
  readonly namespace: string;
  readonly name: string;
  readonly clusterQueue: string;
  readonly stopped: boolean;
}

export interface FlavorObject {
  readonly name: string;
  readonly nodeLabels: Labels;
  readonly taints: readonly Taint[];
  readonly tolerations: readonly Toleration[];
  readonly topology?: string;
}
