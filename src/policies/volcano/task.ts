/** A pod as the scheduler sees it. Source: pkg/scheduler/api/job_info.go, types.go (Volcano v1.15.1). */
import type { JobPod } from '../kube-default/job-pod.ts';
import type { Job } from './job.ts';
import { isEmpty } from './resource.ts';
import type { Resource } from './resource.ts';

export const PENDING = 0;
/** On a node for this session; bound when its statement is committed. */
export const ALLOCATED = 1;
/** Waits, for this session, for what is being released on a node. */
export const PIPELINED = 2;
export const BINDING = 3;
export const BOUND = 4;
export const RUNNING = 5;
export const RELEASING = 6;
export const SUCCEEDED = 7;
/** How many there are. */
export const STATUSES = 8;

export type TaskStatus = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;

export const STATUS_NAMES = ['Pending', 'Allocated', 'Pipelined', 'Binding', 'Bound', 'Running', 'Releasing', 'Succeeded'];

/** It holds resources and keeps them. */
export function isAllocated(status: TaskStatus): boolean {
  return status === BOUND || status === BINDING || status === RUNNING || status === ALLOCATED;
}

/** It may be a victim. */
export function isPreemptable(status: TaskStatus): boolean {
  return status === BOUND || status === RUNNING;
}

/** Nowhere. */
export const NO_NODE = -1;

/** What a task was before its last statement was discarded. */
export interface Tried {
  readonly status: TaskStatus;
  readonly row: number;
  readonly evicts: boolean;
}

export class Task {
  readonly pod: JobPod;
  readonly job: Job;
  readonly request: Resource;
  /** Requests nothing but a place. */
  readonly bestEffort: boolean;
  /** The task of the job's spec that it is one of [index into `Job.roles`]; -1 for pods that are nobody's task. */
  readonly role: number;
  readonly priority: number;
  /** Its number within its task; NaN if its name does not end in one. */
  readonly index: number;
  /** [s] */
  readonly created: number;
  /** Changed by its job only. */
  status: TaskStatus = PENDING;
  /** The node it is on, or pipelined to [row]. */
  row = NO_NODE;
  /** The node where pods were evicted for it [row]. */
  nominated = NO_NODE;
  /** It was pipelined to where pods had to be evicted. */
  evicts = false;
  tried: Tried | undefined;

  constructor(pod: JobPod, job: Job, request: Resource, identity: Pick<Task, 'role' | 'index' | 'created'>) {
    this.pod = pod;
    this.job = job;
    this.request = request;
    this.bestEffort = isEmpty(request);
    this.role = identity.role;
    this.priority = pod.pod.spec.priority;
    this.index = identity.index;
    this.created = identity.created;
  }

  get name(): string {
    return this.pod.pod.name;
  }
}

/**
 * The order of tasks that no plugin tells apart: by index, creation, and uid. Uids are random; these are by task group.
 * Source: pkg/controllers/job/helpers/helpers.go, CompareTask.
 */
export function isTaskBefore(one: Task, other: Task): boolean {
  if (one.index !== other.index && !Number.isNaN(one.index) && !Number.isNaN(other.index)) return one.index < other.index;
  if (one.created !== other.created) return one.created < other.created;
  const a = one.pod;
  const b = other.pod;
  return (a.job - b.job || a.group - b.group || a.index - b.index || a.generation - b.generation) < 0;
}
