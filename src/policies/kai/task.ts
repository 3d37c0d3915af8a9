/**
 * A pod as the scheduler sees it in a session: what it asks for, and how far it has come, in truth or for trial.
 * Source: pkg/scheduler/api/pod_info, pkg/scheduler/api/pod_status (KAI-Scheduler v0.13.0).
 */
import type { JobPod } from '../kube-default/job-pod.ts';
import { NO_ROW } from '../kube-default/job-pod.ts';
import type { PodGroup, SubGroup } from './pod-group.ts';
import type { Quantities } from './quantities.ts';

/**
 * `allocated`: on a node, for the session to bind. `pipelined`: waits for what others will leave on a node. `releasing`:
 * still holds its node, but not for long.
 */
export type TaskStatus = 'pending' | 'allocated' | 'pipelined' | 'bound' | 'releasing';

export class Task {
  readonly pod: JobPod;
  readonly group: PodGroup;
  readonly subGroup: SubGroup;
  /** What it asks for of the resources that queues share. */
  readonly request: Quantities;
  /** What it asks for on a node, by number of the node table's resources. */
  readonly demand: ReadonlyMap<number, number>;
  /** Its place among the tasks of all jobs, by age. */
  readonly order: number;
  status: TaskStatus = 'pending';
  /** The node it is on, or will be on [row of the snapshot]. */
  row = NO_ROW;
  /** What its status says is only tried, or promised. */
  isVirtual = false;

  constructor(pod: JobPod, subGroup: SubGroup, amounts: Pick<Task, 'request' | 'demand' | 'order'>) {
    this.pod = pod;
    this.group = subGroup.group;
    this.subGroup = subGroup;
    this.request = amounts.request;
    this.demand = amounts.demand;
    this.order = amounts.order;
  }

  /** It counts as served: it has a node, or the promise of one. */
  get isActive(): boolean {
    return this.status === 'allocated' || this.status === 'pipelined' || this.status === 'bound';
  }

  /** It holds its node, or something of it, even if not for long. */
  get isUsing(): boolean {
    return this.status !== 'pending';
  }

  /** Its resources are counted for its queue. */
  get isAllocated(): boolean {
    return this.status === 'allocated' || this.status === 'bound';
  }

  /** A trial may look for a new node for a victim of its own. */
  wantsNode(real: boolean): boolean {
    return this.status === 'pending' || (!real && this.status === 'releasing' && this.isVirtual);
  }

  become(status: TaskStatus): void {
    this.subGroup.recount(this, status);
  }
}
