/**
 * Which of two queues is served first; victims are taken in the opposite order.
 * Source: pkg/scheduler/plugins/proportion/queue_order/queue_order.go (KAI-Scheduler v0.13.0).
 */
import { isBelow, isWithin, NOTHING, plus, RESOURCES } from './quantities.ts';
import type { Quantities } from './quantities.ts';
import type { Queue } from './queue.ts';

/** A queue with the job that it would be served for, or the victims that it would lose. */
export interface Contender {
  readonly queue: Queue;
  /** What its next job asks for. */
  readonly job: Quantities;
  /** What its victims hold. */
  readonly victims: Quantities;
}

/** All that the order looks at, worked out once: it holds until the queue gets or gives something. */
export class Standing implements Contender {
  readonly queue: Queue;
  readonly job: Quantities;
  readonly victims: Quantities;
  /** Of the queue when this was worked out. */
  readonly version: number;
  /** It has more than its fair share of everything. */
  readonly isOverused: boolean;
  readonly staysInQuota: boolean;
  /** It would use something of which it may have nothing. */
  readonly usesWithoutShare: boolean;
  readonly shareWithJob: number;
  readonly share: number;

  constructor({ queue, job, victims }: Contender, total: Quantities) {
    const { allocated, allocatable, fairShare, object } = queue;
    this.queue = queue;
    this.job = job;
    this.victims = victims;
    this.version = queue.version;
    this.isOverused = isBelow(fairShare, allocated);
    this.staysInQuota = isWithin(plus(allocated, job), object.deserved);
    this.usesWithoutShare = RESOURCES.some((resource) => allocatable[resource] === 0 && allocated[resource] + job[resource] > 0);
    const more = victims === NOTHING ? job : RESOURCES.map((resource) => job[resource] - victims[resource]);
    this.shareWithJob = queue.dominantShare(total, more);
    this.share = queue.dominantShare(total, NOTHING);
  }

  /** It is still true of this queue and job. */
  isAbout(queue: Queue, job: Quantities): boolean {
    return this.queue === queue && this.job === job && this.version === queue.version;
  }
}

/** Below 0 if the first is served first. */
export function compareQueues(one: Standing, other: Standing): number {
  const [a, b] = [one.queue, other.queue];
  return (
    yesFirst(!one.isOverused, !other.isOverused) ||
    yesFirst(one.staysInQuota, other.staysInQuota) ||
    b.object.priority - a.object.priority ||
    yesFirst(!one.usesWithoutShare, !other.usesWithoutShare) ||
    one.shareWithJob - other.shareWithJob ||
    one.share - other.share ||
    compareAllocatable(a.allocatable, b.allocatable) ||
    a.rank - b.rank
  );
}

function yesFirst(one: boolean, other: boolean): number {
  return Number(other) - Number(one);
}

/** The weaker first. */
function compareAllocatable(one: Quantities, other: Quantities): number {
  const [below, above] = [isWithin(one, other), isWithin(other, one)];
  return yesFirst(below && !above, above && !below);
}
