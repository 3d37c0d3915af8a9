/** What Kubernetes knows of the jobs of a workload beyond their requests. Made by readers of Kubernetes objects. */
import type { Labels, Namespace, OwnerReference, PodDisruptionBudget, PodSpec, Replicator, Service } from './kubernetes.ts';

/** A task of a job is a pod; the tasks of a group are made from one template. */
export interface KubernetesObjects {
  /** Of each task group of the workload: its template [index into `templates`]. */
  readonly templateOfGroup: Int32Array;
  readonly templates: readonly PodTemplate[];
  /** Of each job: the controller that lets only so many of its jobs be there at once [index into `parallelism`]; -1 = none. */
  readonly throttleOfJob: Int32Array;
  /** How many jobs of a controller may be there at once [count]; the others are not created before one of them ends. */
  readonly parallelism: readonly number[];
  readonly budgets: readonly PodDisruptionBudget[];
  readonly services: readonly Service[];
  readonly replicators: readonly Replicator[];
  readonly namespaces: readonly Namespace[];
}

export interface PodTemplate {
  readonly namespace: string;
  /** Of its pods: the whole name if there is one that nobody replaces, else what it starts with. */
  readonly name: string;
  readonly labels: Labels;
  readonly owners: readonly OwnerReference[];
  readonly spec: PodSpec;
  /** The node that its pods are on from the beginning: no scheduler is asked. */
  readonly nodeName?: string;
  /** Who makes a new pod for one that is evicted; absent if nobody does. */
  readonly replacement?: Replacement;
  /** The group of pods that it says it belongs to: schedulers that know of gangs place them together. */
  readonly gang?: Gang;
}

/** How a controller replaces a pod that is gone: under the same name (StatefulSet, indexed Job) or a new one. */
export interface Replacement {
  readonly name: 'same' | 'new';
  /** From the end of the old pod until the new one is created [ms]. */
  readonly delay: number;
}

/** As a PodGroup declares it. */
export interface Gang {
  readonly name: string;
  /** Pods without which none of them is of use [count]. */
  readonly minimum: number;
  /** How long pods of it may hold nodes and wait for the others [ms]; absent: as the scheduler is set. */
  readonly timeout?: number;
}
