/**
 * How much of each resource each queue should have: its quota first, as far as it asks for it; then what is left, by
 * priority and over-quota weight, in whole units; and what rounding left over, one unit each. From the top down: the
 * fair share of a queue is what its children divide.
 * Source: pkg/scheduler/plugins/proportion/resource_division/resource_division.go (KAI-Scheduler v0.13.0), which goes
 * through queues in random order; here they go by age, which matters only to the last bit of sums.
 */
import { RESOURCES, WHOLE } from './quantities.ts';
import type { Quantities } from './quantities.ts';
import type { Queue } from './queue.ts';

/** `strength` is the k value: how much past usage counts against a queue. */
export function divideFairly(total: Quantities, queues: readonly Queue[], strength: number): void {
  for (const resource of RESOURCES) divide(total[resource], queues, resource, strength);
  for (const queue of queues) {
    queue.settle();
    divideFairly(queue.fairShare, queue.children, strength);
  }
}

function divide(total: number, queues: readonly Queue[], resource: number, strength: number): void {
  let left = total;
  for (const queue of queues) {
    const { [resource]: quota } = queue.object.deserved;
    queue.fairShare[resource] = Math.min(quota === Infinity ? total : quota, queue.requestable(resource));
    left -= queue.fairShare[resource];
  }
  if (left > 0) divideRest(left, queues, resource, strength);
}

function divideRest(rest: number, queues: readonly Queue[], resource: number, strength: number): void {
  const priorities = [...new Set(queues.map(({ object }) => object.priority))].sort((a, b) => b - a);
  const rounds = priorities.map((priority) => queues.filter(({ object }) => object.priority === priority));
  let left = rest;
  const rounded = rounds.map((alike) => {
    const cut = new Map<Queue, number>();
    left = divideByWeight(left, alike, { resource, strength, cut });
    return cut;
  });
  for (const cut of rounded) {
    if (left <= 0) break;
    left = dealOut(left, cut, resource);
  }
}

interface Round {
  readonly resource: number;
  readonly strength: number;
  /** What rounding has cut off the share of queues that still want more. */
  readonly cut: Map<Queue, number>;
}

/** Gives by weight until nobody has got all it wants in a round, and returns what is left. */
function divideByWeight(amount: number, queues: readonly Queue[], round: Round): number {
  const { resource, cut } = round;
  let left = amount;
  for (let again = true; again && left !== 0;) {
    again = false;
    const weights = shareWeights(queues, round);
    const sum = weights.reduce((total, weight) => total + weight, 0);
    if (sum === 0) break;
    const dealt = left;
    for (let i = 0; i < queues.length && left !== 0; i++) {
      const queue = queues[i];
      if (isSatisfied(queue, resource) || queue.object.overQuotaWeight[resource] === 0) continue;
      const wanted = stillWanted(queue, resource);
      const share = dealt * (weights[i] / sum);
      const given = portion(queue, share, wanted, resource, cut);
      if (given === 0) continue;
      queue.fairShare[resource] += given;
      left -= given;
      again ||= wanted < share;
    }
  }
  return left;
}

function portion(queue: Queue, share: number, wanted: number, resource: number, cut: Map<Queue, number>): number {
  if (wanted <= share) {
    cut.delete(queue);
    return wanted;
  }
  const whole = Math.floor(share / WHOLE[resource]) * WHOLE[resource];
  if (share > whole) cut.set(queue, share - whole);
  return whole;
}

/** The weight of each queue against its past usage: max(0, w + k (w - u)), w its part of the weights of those who want. */
function shareWeights(queues: readonly Queue[], { resource, strength }: Round): number[] {
  let total = 0;
  for (const queue of queues) if (stillWanted(queue, resource) > 0) total += queue.object.overQuotaWeight[resource];
  return queues.map((queue) => {
    if (total === 0 || isSatisfied(queue, resource)) return 0;
    const weight = queue.object.overQuotaWeight[resource] / total;
    return Math.max(0, weight + strength * (weight - queue.usage[resource]));
  });
}

/** One unit each to those who lost most by rounding; the older queue first. */
function dealOut(amount: number, cut: ReadonlyMap<Queue, number>, resource: number): number {
  const order = [...cut].sort(([one, less], [other, more]) => more - less || one.rank - other.rank);
  let left = amount;
  for (const [queue] of order) {
    if (left === 0) break;
    const given = Math.min(WHOLE[resource], left);
    queue.fairShare[resource] += given;
    left -= given;
  }
  return left;
}

function isSatisfied(queue: Queue, resource: number): boolean {
  return queue.request[resource] <= queue.fairShare[resource] || queue.object.limit[resource] <= queue.fairShare[resource];
}

function stillWanted(queue: Queue, resource: number): number {
  return Math.max(0, queue.requestable(resource) - queue.fairShare[resource]);
}
