/**
 * Who may take resources back from other queues, and how far.
 * Source: pkg/scheduler/plugins/proportion/reclaimable (KAI-Scheduler v0.13.0).
 */
import { addTo, isWithin, plus, RESOURCES } from './quantities.ts';
import type { Quantities } from './quantities.ts';
import type { Queue } from './queue.ts';

/** A job that wants resources of other queues. */
export interface Reclaimer {
  readonly queue: Queue;
  readonly preemptible: boolean;
  readonly request: Quantities;
}

/** What one queue would lose, piece by piece: pods that a job can spare one by one, and cores of jobs as a whole. */
export interface Loss {
  readonly queue: Queue;
  readonly pieces: readonly Quantities[];
}

/** It stays within its fair share, and within its quota if nobody may preempt it. */
export function mayReclaim({ queue, preemptible, request }: Reclaimer): boolean {
  if (!isWithin(plus(queue.allocated, request), queue.fairShare)) return false;
  return preemptible || isWithin(plus(queue.allocatedNonPreemptible, request), queue.object.deserved);
}

/** What queues have when the search for victims begins: its trials must not change the rules. */
export class Holdings {
  readonly #allocated = new Map<Queue, Quantities>();
  readonly #nonPreemptible = new Map<Queue, Quantities>();

  constructor(queues: readonly Queue[]) {
    for (const queue of queues) {
      this.#allocated.set(queue, [...queue.allocated]);
      this.#nonPreemptible.set(queue, [...queue.allocatedNonPreemptible]);
    }
  }

  allocated(queue: Queue): Quantities {
    return this.#allocated.get(queue) ?? queue.allocated;
  }

  nonPreemptible(queue: Queue): Quantities {
    return this.#nonPreemptible.get(queue) ?? queue.allocatedNonPreemptible;
  }
}

/**
 * Whether these losses are fair: each piece comes from a queue that is still over its share, or over its quota while
 * the reclaimer stays in its own; and the order of saturation stays, `multiplier` times.
 */
export function isReclaimFair(reclaimer: Reclaimer, losses: readonly Loss[], holdings: Holdings, multiplier: number): boolean {
  const remaining = new Map<Queue, number[]>();
  const involved = new Map<Queue, Set<number>>();
  const left = (queue: Queue) => {
    let amounts = remaining.get(queue);
    if (amounts === undefined) remaining.set(queue, (amounts = [...holdings.allocated(queue)]));
    return amounts;
  };
  for (const { queue, pieces } of losses) {
    const [own, its] = leveled(reclaimer.queue, queue);
    left(its);
    const resources = new Set(RESOURCES.filter((resource) => pieces.some((piece) => piece[resource] > 0)));
    for (let at: Queue | undefined = queue; at !== undefined; at = at.parent) {
      involved.set(at, new Set([...(involved.get(at) ?? []), ...resources]));
    }
    for (const piece of pieces) {
      if (!fitsStrategy(reclaimer, own, its, left(its), holdings)) return false;
      for (let at: Queue | undefined = queue; at !== undefined; at = at.parent) addTo(left(at), piece, -1);
    }
  }
  return staysInBounds(reclaimer, remaining, involved, holdings, multiplier);
}

/** The two queues, one level below where their paths part. */
function leveled(one: Queue, other: Queue): [Queue, Queue] {
  const [own, its] = [one.path(), other.path()];
  const shorter = Math.min(own.length, its.length);
  let level = 0;
  while (level < shorter - 1 && own[level] === its[level]) level++;
  return [own[level], its[level]];
}

/** The victim's queue is over what it may have; or it is over its quota, and the reclaimer's is not and will not be. */
function fitsStrategy(reclaimer: Reclaimer, own: Queue, its: Queue, remaining: Quantities, holdings: Holdings): boolean {
  if (!isWithin(remaining, its.allocatable)) return true;
  if (!isWithin(plus(holdings.allocated(own), reclaimer.request), own.object.deserved)) return false;
  return !isWithin(remaining, its.object.deserved);
}

function staysInBounds(
  { queue, preemptible, request }: Reclaimer,
  remaining: ReadonlyMap<Queue, number[]>,
  involved: ReadonlyMap<Queue, ReadonlySet<number>>,
  holdings: Holdings,
  multiplier: number,
): boolean {
  const asked = RESOURCES.filter((resource) => request[resource] > 0);
  for (let at: Queue | undefined = queue; at !== undefined; at = at.parent) {
    const own = plus(remaining.get(at) ?? holdings.allocated(at), request);
    for (const [sibling, left] of remaining) {
      if (sibling.parent !== at.parent || sibling === at) continue;
      const resources = new Set([...(involved.get(sibling) ?? []), ...asked]);
      if (!staysLessSaturated(resources, own, at.fairShare, left, sibling.fairShare, multiplier)) return false;
    }
    if (!preemptible && !isWithin(plus(holdings.nonPreemptible(at), request), at.object.deserved)) return false;
  }
  return true;
}

/** The reclaimer's queue stays within its share, or less saturated than the other one. */
function staysLessSaturated(
  resources: Iterable<number>,
  own: Quantities,
  ownShare: Quantities,
  other: Quantities,
  otherShare: Quantities,
  multiplier: number,
): boolean {
  for (const resource of resources) {
    const ratio = saturation(own[resource], ownShare[resource]);
    const otherRatio = saturation(other[resource], otherShare[resource]);
    if (ratio > 1 && otherShare[resource] > 0 && ratio * multiplier >= otherRatio) return false;
  }
  return true;
}

function saturation(allocated: number, share: number): number {
  if (share === 0) return allocated > 0 ? Infinity : 0;
  return allocated / share;
}
