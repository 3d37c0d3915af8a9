/** What a session wants done to the cluster. */
import type { LivePod } from './live-pod.ts';
import type { Task } from './tasks.ts';

export type Order = CreateOrder | BindOrder | DeleteOrder | ExplainOrder | NominateOrder;

/** Make the pod of a task: the first one, or another for one that is gone. */
export interface CreateOrder {
  readonly kind: 'create';
  readonly task: Task;
  readonly generation: number;
}

/** Bind the pods of one job: all that was decided for it at once. */
export interface BindOrder {
  readonly kind: 'bind';
  readonly job: number;
  readonly binds: readonly Bind[];
  /** How often binding the job has failed before [count]. */
  readonly failures: number;
}

export interface Bind {
  readonly task: Task;
  readonly pod: LivePod;
  readonly nodeName: string;
}

export interface DeleteOrder {
  readonly kind: 'delete';
  readonly pod: LivePod;
  readonly why: DeletionReason;
  /** What it is given to stop [ms of the workload's time]; as it says itself if absent. */
  readonly grace?: number;
}

export type DeletionReason =
  /** The policy takes it off its node. */
  | 'preempted'
  /** Another pod of its job could not be bound. */
  | 'undone'
  /** Its job has lost another pod, and begins anew. */
  | 'lost'
  /** Its job has reached its limit. */
  | 'limit'
  /** Its job is over, or there is another pod for its task. */
  | 'surplus'
  /** Somebody else has bound it. */
  | 'intruder'
  /** Its node does not exist any more: nobody will answer. */
  | 'orphan';

/** Tell why a job waits. */
export interface ExplainOrder {
  readonly kind: 'explain';
  readonly job: number;
  readonly pods: readonly LivePod[];
  readonly reason: string;
}

/** Write into the status of a pod which node is being emptied for it. */
export interface NominateOrder {
  readonly kind: 'nominate';
  readonly pod: LivePod;
  /** Empty: none any more. */
  readonly nodeName: string;
}
