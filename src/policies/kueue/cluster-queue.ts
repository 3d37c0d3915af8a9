/** A ClusterQueue at work: its place in the tree of quotas, and the workloads that hold quota of it. */
import { compileLabelSelector } from '../../kubernetes-selectors.ts';
import type { LabelMatcher } from '../../kubernetes-selectors.ts';
import type { FlavorResources, Usage } from './flavor-resources.ts';
import type { ClusterQueueObject, ResourceGroup } from './objects.ts';
import type { QuotaNode } from './quota-node.ts';
import type { Workload } from './workload.ts';

export class ClusterQueue {
  readonly name: string;
  /** Its position among the queues, for what Kueue leaves to chance. */
  readonly number: number;
  readonly object: ClusterQueueObject;
  readonly node: QuotaNode;
  /** Absent: no namespace may use it. */
  readonly namespaces: LabelMatcher | undefined;
  readonly admitted = new Set<Workload>();
  /** Grows when quota of its own becomes free. */
  generation = 1;

  constructor(number: number, object: ClusterQueueObject, node: QuotaNode) {
    this.name = object.name;
    this.number = number;
    this.object = object;
    this.node = node;
    this.namespaces = object.namespaces === undefined ? undefined : compileLabelSelector(object.namespaces);
  }

  get isStopped(): boolean {
    return this.object.stopPolicy !== 'None';
  }

  groupOf(resource: string): ResourceGroup | undefined {
    return this.object.groups.find(({ resources }) => resources.includes(resource));
  }

  /** Takes a workload off the list of those that hold quota; answers what it held. */
  release(workload: Workload): Usage {
    const { usage } = workload;
    if (usage === undefined || !this.admitted.delete(workload)) {
      throw new Error(`${workload.name} holds no quota of ${this.name}`);
    }
    workload.usage = undefined;
    this.generation++;
    return usage;
  }
}

export interface QueueTree {
  /** The queue of each node that is one. */
  readonly ofNode: ReadonlyMap<QuotaNode, ClusterQueue>;
  readonly pairs: FlavorResources;
  readonly queues: readonly ClusterQueue[];
}
