/**
 * Jobs in the order in which they are served: the best queue at each level, and in it the best job. Victims come in the
 * opposite order.
 * Source: pkg/scheduler/actions/utils/job_order_by_queue.go (KAI-Scheduler v0.13.0), where heaps put only their first
 * element right; here the best of all is taken each time.
 */
import { compareJobs, heldBy, requestOf } from './candidate.ts';
import type { Candidate } from './candidate.ts';
import { addTo, NOTHING } from './quantities.ts';
import type { Quantities } from './quantities.ts';
import { compareQueues, Standing } from './queue-order.ts';
import type { Queue } from './queue.ts';
import type { Session } from './session.ts';

interface Leaf {
  /** The next one last. */
  readonly waiting: Candidate[];
  /** Victims that were taken already. */
  readonly taken: Candidate[];
}

export class JobsByQueue {
  readonly #session: Session;
  readonly #victims: boolean;
  readonly #leaves = new Map<Queue, Leaf>();
  /** How many candidates there are below each queue [count]. */
  readonly #counts = new Map<Queue, number>();
  readonly #standings = new Map<Queue, Standing>();

  constructor(session: Session, candidates: Iterable<Candidate>, { victims = false, depth = Infinity } = {}) {
    this.#session = session;
    this.#victims = victims;
    for (const candidate of candidates) {
      // Only queues without children have jobs.
      if (candidate.group.queue.isLeaf) this.#leafOf(candidate).waiting.push(candidate);
    }
    for (const [queue, { waiting }] of this.#leaves) {
      waiting.sort((one, other) => this.#compare(other, one));
      if (waiting.length > depth) waiting.splice(0, waiting.length - depth);
      this.#countUp(queue, waiting.length);
    }
  }

  pop(): Candidate | undefined {
    const queue = this.#best(this.#session.queues.filter(({ parent }) => parent === undefined))?.queue;
    if (queue === undefined) return undefined;
    const leaf = this.#leaves.get(queue);
    const candidate = leaf?.waiting.pop();
    if (leaf === undefined || candidate === undefined) throw new Error(`queue ${queue.name} has no jobs left`);
    if (this.#victims) leaf.taken.push(candidate);
    this.#countUp(queue, -1);
    return candidate;
  }

  push(candidate: Candidate): void {
    const { waiting } = this.#leafOf(candidate);
    let low = 0;
    let high = waiting.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#compare(waiting[middle], candidate) > 0) low = middle + 1;
      else high = middle;
    }
    waiting.splice(low, 0, candidate);
    this.#countUp(candidate.group.queue, 1);
  }

  /** The best leaf below these queues, judged at each level by the best job that a queue has to offer. */
  #best(queues: readonly Queue[]): Standing | undefined {
    let best: Standing | undefined;
    let bestLeaf: Standing | undefined;
    for (const queue of queues) {
      if ((this.#counts.get(queue) ?? 0) === 0) continue;
      const leaf = queue.isLeaf ? this.#contender(queue) : this.#best(queue.children);
      if (leaf === undefined) continue;
      const level = queue.isLeaf ? leaf : this.#standing(queue, leaf.job, leaf.victims);
      if (best !== undefined) {
        const order = compareQueues(level, best);
        if (this.#victims ? order < 0 : order > 0) continue;
      }
      best = level;
      bestLeaf = leaf;
    }
    return bestLeaf;
  }

  #contender(queue: Queue): Standing {
    const { waiting, taken } = this.#leaves.get(queue) ?? { waiting: [], taken: [] };
    const next = waiting[waiting.length - 1];
    if (!this.#victims) return this.#standing(queue, requestOf(next), NOTHING);
    return this.#standing(queue, NOTHING, sumHeld([...taken, next]));
  }

  #standing(queue: Queue, job: Quantities, victims: Quantities): Standing {
    const known = this.#standings.get(queue);
    if (known?.isAbout(queue, job) === true && known.victims === victims) return known;
    const made = new Standing({ queue, job, victims }, this.#session.total);
    this.#standings.set(queue, made);
    return made;
  }

  #compare(one: Candidate, other: Candidate): number {
    const order = compareJobs(one, other, this.#session.configuration);
    return this.#victims ? -order : order;
  }

  #leafOf({ group: { queue } }: Candidate): Leaf {
    let leaf = this.#leaves.get(queue);
    if (leaf === undefined) this.#leaves.set(queue, (leaf = { waiting: [], taken: [] }));
    return leaf;
  }

  #countUp(leaf: Queue, by: number): void {
    for (let queue: Queue | undefined = leaf; queue !== undefined; queue = queue.parent) {
      this.#counts.set(queue, (this.#counts.get(queue) ?? 0) + by);
    }
  }
}

function sumHeld(victims: readonly Candidate[]): Quantities {
  const sum = [0, 0, 0];
  for (const victim of victims) addTo(sum, heldBy(victim));
  return sum;
}
