/**
 * What each node has when running jobs are gone, one after the other. Every node stands at a place of its own in that
 * order: who asks about few nodes has only those moved. It goes from what is there now, and only forward.
 */
import { compareEnds } from './allocation.ts';
import type { Allocation } from './allocation.ts';
import type { Books } from './books.ts';
import { membersOf } from './node-set.ts';
import type { NodeSet } from './node-set.ts';
import type { Share } from './share.ts';

/** A share that its node gets back. */
interface Departure {
  readonly of: Allocation;
  readonly share: Share;
}

export class Departures {
  readonly #now: Books;
  /** Of each node: its shares, in the order in which they come back. */
  readonly #departures: Departure[][];
  /** Of each node: those of its shares that are back in the books of what is to come [count]. */
  readonly #back: Uint32Array;
  /** Of each node: which of its changes these books know of; -1 = none. */
  readonly #known: Float64Array;
  #books: Books | undefined;

  /** `now`: what is there. */
  constructor(now: Books, nodes: number) {
    this.#now = now;
    this.#departures = Array.from({ length: nodes }, () => []);
    this.#back = new Uint32Array(nodes);
    this.#known = new Float64Array(nodes).fill(-1);
  }

  /** The job runs. Its shares are in the books already. */
  add(allocation: Allocation): void {
    for (const share of allocation.shares) {
      const departures = this.#departures[share.node];
      let at = departures.length;
      while (at > 0 && compareEnds(departures[at - 1].of, allocation) > 0) at--;
      departures.splice(at, 0, { of: allocation, share });
    }
  }

  remove(allocation: Allocation): void {
    for (const { node } of allocation.shares) {
      this.#departures[node] = this.#departures[node].filter((departure) => departure.of !== allocation);
    }
  }

  /** What is to come: right for the nodes that were moved last. */
  get books(): Books {
    return (this.#books ??= this.#now.copy());
  }

  /** Shares that the node will get back in all [count]. */
  countOn(node: number): number {
    return this.#departures[node].length;
  }

  /** Shares that the node has back when the job is gone and all that end before it; now if it is absent [count]. */
  backOf(node: number, last: Allocation | undefined): number {
    const departures = this.#departures[node];
    let back = 0;
    if (last === undefined) return back;
    while (back < departures.length && compareEnds(departures[back].of, last) <= 0) back++;
    return back;
  }

  /** To the time when the job is gone and all that end before it; to now if it is absent. */
  move(node: number, last: Allocation | undefined): void {
    const { books } = this;
    const departures = this.#departures[node];
    const back = this.backOf(node, last);
    const changed = this.#now.changedAt[node];
    if (this.#known[node] !== changed || this.#back[node] > back) {
      books.becomeOn(node, this.#now);
      this.#known[node] = changed;
      this.#back[node] = 0;
    }
    for (let next = this.#back[node]; next < back; next++) books.giveOne(departures[next].share, departures[next].of.whole);
    this.#back[node] = back;
  }

  moveAll(nodes: NodeSet, last: Allocation): void {
    for (const node of membersOf(nodes)) this.move(node, last);
  }
}
