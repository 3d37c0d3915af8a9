import { BLOCK } from './block-bounds.ts';
import type { BlockBounds } from './block-bounds.ts';
import type { NodeBooks } from './books.ts';

/** Kinds of tasks that are remembered: a few follow each other again and again [count, a power of two]. */
const SLOTS = 64;

/**
 * Looks for the next node with room for a task. Full blocks of nodes are passed over; and as long as nothing is given back,
 * so are the nodes in which a search from the first one on has found no room for such a task.
 */
export class RoomSearch {
  readonly #books: NodeBooks;
  readonly #bounds: BlockBounds;
  /** Of each slot: the kind of task, as of which count of growths, and how many nodes from the first on have no room for it. */
  readonly #kind = new Float64Array(SLOTS).fill(-1);
  readonly #asOf = new Float64Array(SLOTS);
  readonly #full = new Int32Array(SLOTS);

  constructor(books: NodeBooks, bounds: BlockBounds) {
    this.#books = books;
    this.#bounds = bounds;
  }

  /** See `NodeRoom.nextWithRoom`. */
  next(from: number, request: number, job: number): number {
    if (from > 0) return this.#walk(from, request, job);
    const { demand, growths, nodes } = this.#books;
    // What is open to a job depends on its partition alone.
    const kind = request * (demand.partitions + 1) + demand.partitionOf(job) + 1;
    const asOf = growths + demand.revivals;
    const slot = kind & (SLOTS - 1);
    const isKnown = this.#kind[slot] === kind && this.#asOf[slot] === asOf;
    const found = this.#walk(isKnown ? this.#full[slot] : 0, request, job);
    this.#kind[slot] = kind;
    this.#asOf[slot] = asOf;
    this.#full[slot] = found < 0 ? nodes : found;
    return found;
  }

  #walk(from: number, request: number, job: number): number {
    const books = this.#books;
    const { demand, nodes } = books;
    const { poolOf, poolEnd } = demand;
    let node = from;
    while (node < nodes) {
      const pool = poolOf[node];
      if (!demand.opens(pool, request, job)) {
        node = poolEnd[pool];
        continue;
      }
      const block = node >> BLOCK;
      const end = Math.min(poolEnd[pool], (block + 1) << BLOCK);
      if (!this.#bounds.mayFit(block, request)) {
        node = end;
        continue;
      }
      for (; node < end; node++) if (books.fitsOne(node, request)) return node;
      this.#bounds.measure(block);
    }
    return -1;
  }
}
