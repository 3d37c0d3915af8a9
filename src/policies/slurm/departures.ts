/**
 * What each node has when running jobs are gone, one after the other. Every node stands at a place of its own in that
 * order: who asks about few nodes has only those moved.
 */
import type { Books } from './books.ts';
import type { Allocation } from './running.ts';
import type { Share } from './share.ts';

/** A share that its node gets back. */
interface Departure {
  /** Of the job, in the order in which they go. */
  readonly index: number;
  readonly share: Share;
  readonly whole: boolean;
}

const NONE: readonly Departure[] = [];

export class Departures {
  /** Right for the nodes that were moved last. */
  readonly books: Books;
  readonly #jobs: readonly Allocation[];
  /** Of each node that has any. */
  readonly #departures: Departure[][] = [];
  /** Of each node: those of its shares that are back in the books [count]. */
  readonly #back: Uint32Array;

  /** `books`: to be used from now on, and as they are now. */
  constructor(books: Books, jobs: readonly Allocation[], nodes: number) {
    this.books = books;
    this.#jobs = jobs;
    this.#back = new Uint32Array(nodes);
    jobs.forEach(({ shares, whole }, index) => {
      for (const share of shares) (this.#departures[share.node] ??= []).push({ index, share, whole });
    });
  }

  /** Shares that the node will get back in all [count]. */
  countOn(node: number): number {
    return this.#departures[node]?.length ?? 0;
  }

  /** Shares that the node has back when the first `gone` jobs are gone [count]. */
  backOf(node: number, gone: number): number {
    const departures = this.#departures[node] ?? NONE;
    let back = 0;
    while (back < departures.length && departures[back].index < gone) back++;
    return back;
  }

  /** The jobs, in the order in which they go. */
  get jobs(): readonly Allocation[] {
    return this.#jobs;
  }

  /** To the time when the first `gone` jobs are gone. */
  move(node: number, gone: number): void {
    const departures = this.#departures[node] ?? NONE;
    let back = this.#back[node];
    for (; back < departures.length && departures[back].index < gone; back++) {
      this.books.giveOne(departures[back].share, departures[back].whole);
    }
    for (; back > 0 && departures[back - 1].index >= gone; back--) {
      this.books.takeOne(departures[back - 1].share, departures[back - 1].whole);
    }
    this.#back[node] = back;
  }

  moveAll(gone: number): void {
    for (let node = 0; node < this.#back.length; node++) this.move(node, gone);
  }
}
