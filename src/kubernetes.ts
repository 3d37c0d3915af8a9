/**
 * The part of the Kubernetes objects that scheduling reads, as read-only types of our own. Memory and storage are in
 * bytes, cpu in millicores, every other resource in its own unit; times are milliseconds in the caller's time base.
 * Objects are made by the readers in kubernetes-read-*.ts. What many pods have in common sits in `PodSpec`, so that
 * the pods of one job can share it.
 */

export type Labels = ReadonlyMap<string, string>;

/** Amounts by resource name: `cpu` in millicores, the rest in bytes or pieces. */
export type Resources = ReadonlyMap<string, number>;

export type Uid = string | number;

export interface Pod {
  readonly name: string;
  readonly namespace: string;
  /** Text where an API server gave it; pods that a simulation makes are numbered. */
  readonly uid: Uid;
  readonly labels: Labels;
  readonly owners: readonly OwnerReference[];
  readonly spec: PodSpec;
  /** The node it is bound to, or asks for by name. */
  readonly nodeName?: string;
  /** The node that preemption is emptying for it. */
  readonly nominatedNodeName?: string;
  readonly created?: number;
  /** When the kubelet took it up; a pod that was only bound has none. */
  readonly startTime?: number;
  /** When its deletion was asked for; such a pod is terminating. */
  readonly deletionTimestamp?: number;
  readonly phase?: string;
  /** Its condition DisruptionTarget is true with the reason PreemptionByScheduler. */
  readonly preempted: boolean;
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller: boolean;
}

export interface PodSpec {
  readonly priority: number;
  readonly preemptionPolicy: 'PreemptLowerPriority' | 'Never';
  readonly schedulerName: string;
  /** How long its processes may take to stop [ms]; 30 s if it does not say. */
  readonly terminationGrace: number;
  readonly nodeSelector: Labels;
  readonly nodeAffinity: NodeAffinity;
  readonly podAffinity: PodAffinity;
  readonly podAntiAffinity: PodAffinity;
  readonly tolerations: readonly Toleration[];
  readonly topologySpreadConstraints: readonly TopologySpreadConstraint[];
  readonly containers: readonly Container[];
  readonly initContainers: readonly Container[];
  /** Requests of the pod as a whole: they stand in for the sum over its containers. */
  readonly podRequests: Resources;
  readonly overhead: Resources;
  readonly schedulingGates: readonly string[];
  /** Images mounted as volumes. */
  readonly imageVolumes: readonly string[];
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly requests: Resources;
  readonly ports: readonly ContainerPort[];
  /** An init container that keeps running: a sidecar. */
  readonly restartable: boolean;
}

export interface ContainerPort {
  /** 0: no port of the node is asked for. */
  readonly hostPort: number;
  readonly hostIP: string;
  readonly protocol: string;
}

/** One condition on labels or fields. Operators are kept as written: what cannot be understood matches nothing. */
export interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
}

export interface LabelSelector {
  readonly matchLabels: Labels;
  readonly matchExpressions: readonly Requirement[];
}

export interface NodeSelectorTerm {
  readonly matchExpressions: readonly Requirement[];
  readonly matchFields: readonly Requirement[];
}

export interface NodeAffinity {
  /** One of the terms must match; absent if nothing is required. An empty list matches no node. */
  readonly required?: readonly NodeSelectorTerm[];
  readonly preferred: readonly PreferredNodeTerm[];
}

export interface PreferredNodeTerm {
  readonly weight: number;
  readonly term: NodeSelectorTerm;
}

export interface PodAffinity {
  readonly required: readonly PodAffinityTerm[];
  readonly preferred: readonly WeightedPodAffinityTerm[];
}

export interface PodAffinityTerm {
  /** Absent: matches no pod. */
  readonly labelSelector?: LabelSelector;
  readonly namespaces: readonly string[];
  /** Absent: matches no namespace. */
  readonly namespaceSelector?: LabelSelector;
  readonly topologyKey: string;
  readonly matchLabelKeys: readonly string[];
  readonly mismatchLabelKeys: readonly string[];
}

export interface WeightedPodAffinityTerm {
  readonly weight: number;
  readonly term: PodAffinityTerm;
}

export interface Toleration {
  readonly key: string;
  /** `Equal` if empty; `Exists`, `Lt` and `Gt` beside it. */
  readonly operator: string;
  readonly value: string;
  /** Empty: all effects. */
  readonly effect: string;
  /** How long a NoExecute taint is borne [s]; absent: for ever. */
  readonly tolerationSeconds?: number;
}

export interface TopologySpreadConstraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly whenUnsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway';
  /** Absent: matches no pod. */
  readonly labelSelector?: LabelSelector;
  readonly minDomains?: number;
  readonly nodeAffinityPolicy?: 'Honor' | 'Ignore';
  readonly nodeTaintsPolicy?: 'Honor' | 'Ignore';
  readonly matchLabelKeys: readonly string[];
}

export interface Node {
  readonly name: string;
  readonly labels: Labels;
  readonly taints: readonly Taint[];
  readonly unschedulable: boolean;
  /** What pods may request; a node without `pods` takes none. */
  readonly allocatable: Resources;
  readonly capacity: Resources;
  readonly images: readonly ContainerImage[];
  readonly declaredFeatures: readonly string[];
}

export interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: string;
}

export interface ContainerImage {
  readonly names: readonly string[];
  /** [B] */
  readonly size: number;
}

export interface PodDisruptionBudget {
  readonly name: string;
  readonly namespace: string;
  /** Absent or empty: the scheduler takes it to match no pod. */
  readonly selector?: LabelSelector;
  readonly disruptionsAllowed: number;
  /** Pods whose disruption the API server has counted already. */
  readonly disruptedPods: readonly string[];
  /** As written: a count or a percentage. */
  readonly minAvailable?: string;
  readonly maxUnavailable?: string;
}

export interface Service {
  readonly name: string;
  readonly namespace: string;
  /** Absent: matches no pod. */
  readonly selector?: Labels;
}

/** A ReplicaSet, StatefulSet or ReplicationController, as far as default spreading reads it. */
export interface Replicator {
  readonly kind: 'ReplicaSet' | 'StatefulSet' | 'ReplicationController';
  readonly name: string;
  readonly namespace: string;
  readonly selector?: LabelSelector;
}

export interface Namespace {
  readonly name: string;
  readonly labels: Labels;
}

/** The name of a pod for people and as a key: `namespace/name`. */
export function podKey({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return namespace === '' ? name : `${namespace}/${name}`;
}
