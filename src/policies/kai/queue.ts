/**
 * A queue at work: what it has, wants and may have.
 * Source: pkg/scheduler/plugins/proportion/resource_share (KAI-Scheduler v0.13.0).
 */
import { addTo, RESOURCES } from './quantities.ts';
import type { Quantities } from './quantities.ts';
import type { QueueObject } from './queue-object.ts';

/** A queue without any share of a resource that it uses counts as this many times over its share. */
const NO_SHARE_PENALTY = 1000;

export class Queue {
  readonly object: QueueObject;
  readonly parent: Queue | undefined;
  readonly children: Queue[] = [];
  /** Its place among all queues, by age. */
  readonly rank: number;
  readonly fairShare = [0, 0, 0];
  readonly allocated = [0, 0, 0];
  readonly allocatedNonPreemptible = [0, 0, 0];
  /** What its jobs hold and ask for. */
  readonly request = [0, 0, 0];
  /** What it may have by right, see `settle`. */
  allocatable: Quantities = [0, 0, 0];
  /** Grows when it gets or gives something. */
  version = 0;
  /** Its share of what the cluster had, over time; 0 without a history [ratio]. */
  usage: Quantities = [0, 0, 0];

  constructor(object: QueueObject, parent: Queue | undefined, rank: number) {
    this.object = object;
    this.parent = parent;
    this.rank = rank;
    parent?.children.push(this);
  }

  get name(): string {
    return this.object.name;
  }

  get isLeaf(): boolean {
    return this.children.length === 0;
  }

  /** What it may ask for of a resource at most. */
  requestable(resource: number): number {
    return Math.min(this.object.limit[resource], this.request[resource]);
  }

  /** The fair share is known: by right it may have the larger of quota and fair share, within its limit. */
  settle(): void {
    const { deserved, limit } = this.object;
    this.allocatable = RESOURCES.map((resource) =>
      Math.min(limit[resource], Math.max(deserved[resource], this.fairShare[resource])),
    );
  }

  /** How much of what it may have it has, in the resource of which it has most, with `more` beside what it has. */
  dominantShare(total: Quantities, more: Quantities): number {
    let dominant = 0;
    for (const resource of RESOURCES) {
      const share = this.allocatable[resource] === Infinity ? total[resource] : this.allocatable[resource];
      const has = this.allocated[resource] + more[resource];
      // Nothing of nothing is no share.
      const ratio = share === 0 || share === Infinity ? (share === 0 ? has * NO_SHARE_PENALTY : 0) : has / share;
      if (ratio > dominant) dominant = ratio;
    }
    return dominant;
  }

  /** From the top down to this one. */
  path(): Queue[] {
    return this.parent === undefined ? [this] : [...this.parent.path(), this];
  }

  clear(): void {
    this.version++;
    for (const column of [this.allocated, this.allocatedNonPreemptible, this.request]) column.fill(0);
  }

  /** Counts in this queue and all above it. */
  countPending(amount: Quantities): void {
    addTo(this.request, amount);
    this.parent?.countPending(amount);
  }

  countAllocated(amount: Quantities, preemptible: boolean, sign: 1 | -1): void {
    this.version++;
    addTo(this.allocated, amount, sign);
    if (!preemptible) addTo(this.allocatedNonPreemptible, amount, sign);
    this.parent?.countAllocated(amount, preemptible, sign);
  }
}
