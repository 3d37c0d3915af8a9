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

/** Below 0 if the first is served first. */
export function compareQueues(one: Contender, other: Contender, total: Quantities): number {
  const [a, b] = [one.queue, other.queue];
  return (
    yesFirst(!isOverused(a), !isOverused(b)) ||
    yesFirst(staysInQuota(one), staysInQuota(other)) ||
    b.object.priority - a.object.priority ||
    yesFirst(!usesWithoutShare(one), !usesWithoutShare(other)) ||
    difference(shareWithJob(one, total), shareWithJob(other, total)) ||
    difference(a.dominantShare(total), b.dominantShare(total)) ||
    compareAllocatable(a, b) ||
    a.rank - b.rank
  );
}

function yesFirst(one: boolean, other: boolean): number {
  return Number(other) - Number(one);
}

/** Infinity less Infinity is no difference. */
function difference(one: number, other: number): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** It has more than its fair share of everything. */
function isOverused({ fairShare, allocated }: Queue): boolean {
  return isBelow(fairShare, allocated);
}

function staysInQuota({ queue, job }: Contender): boolean {
  return isWithin(plus(queue.allocated, job), queue.object.deserved);
}

function usesWithoutShare({ queue, job }: Contender): boolean {
  const allocatable = queue.allocatable();
  return RESOURCES.some((resource) => allocatable[resource] === 0 && queue.allocated[resource] + job[resource] > 0);
}

function shareWithJob({ queue, job, victims }: Contender, total: Quantities): number {
  const more = victims === NOTHING ? job : RESOURCES.map((resource) => job[resource] - victims[resource]);
  return queue.dominantShare(total, more);
}

/** The weaker first. */
function compareAllocatable(one: Queue, other: Queue): number {
  const [a, b] = [one.allocatable(), other.allocatable()];
  return yesFirst(isWithin(a, b) && !isWithin(b, a), isWithin(b, a) && !isWithin(a, b));
}
