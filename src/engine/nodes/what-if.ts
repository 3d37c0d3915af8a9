import type { WhatIf } from '../../policy.ts';
import type { NodeBooks } from './books.ts';
import { describeAllFree } from './messages.ts';
import { NONE } from './parts.ts';
import type { NodeParts, PartList } from './parts.ts';
import { giveParts, takeParts } from './plan.ts';
import { canResume, resume } from './search.ts';
import type { NodeSearch } from './search.ts';
import { NodeReservation } from './reservation.ts';

/** What a job holds that has given back everything. */
const NOTHING: PartList = new Int32Array(0);

export function copyOf(books: NodeBooks, nodes?: ReadonlySet<number>): NodeBooks {
  return nodes === undefined ? books.copy() : books.copy().keepOnly(nodes);
}

/**
 * Copied books to try things on. A job it does not know of holds what it really held when the copy was made.
 *
 * A job that has really been started since the copy is taken on its real nodes if they are free here: the what-if is
 * then about what will be, and not about a second guess of the placement.
 */
export class NodeWhatIf implements WhatIf {
  readonly #search: NodeSearch;
  readonly books: NodeBooks;
  readonly #parts: NodeParts;
  /** The number of the last change to what jobs really hold that the copy knows of. */
  readonly #asOf: number;
  /** What jobs hold here, where it differs from what they really held. */
  readonly #own: Map<number, PartList>;

  constructor(search: NodeSearch, books: NodeBooks, parts: NodeParts, asOf = parts.changes, own = new Map<number, PartList>()) {
    this.#search = search;
    this.books = books;
    this.#parts = parts;
    this.#asOf = asOf;
    this.#own = own;
  }

  get procs(): number {
    return this.books.procs;
  }

  fits(job: number): boolean {
    const own = this.#own.get(job);
    if (own === undefined && this.#held(job)) {
      return this.#parts.isSuspended(job) && canResume(job, this.books, this.#parts);
    }
    return (own === undefined || own === NOTHING) && this.#find(job);
  }

  take(job: number): void {
    const own = this.#own.get(job);
    if (own === undefined && this.#held(job)) return this.#resume(job);
    if (own !== undefined && own !== NOTHING) throw new Error(`job ${job} already holds nodes in this what-if`);
    if (!this.#find(job)) {
      throw new Error(`job ${job} does not fit: it needs ${this.books.demand.describe(job)}, ${describeAllFree(this.books)}`);
    }
    const parts = this.#search.plan.list();
    takeParts(this.books, job, parts);
    this.#own.set(job, parts);
  }

  give(job: number): void {
    const own = this.#own.get(job);
    if (own === NOTHING || (own === undefined && !this.#held(job))) {
      throw new Error(`job ${job} gives back in a what-if what it does not hold there`);
    }
    if (own !== undefined) giveParts(this.books, job, own);
    else this.#giveReal(job);
    this.#own.set(job, NOTHING);
  }

  /** Takes the job on these nodes, or answers false if it does not fit there or holds something already. */
  takeOn(job: number, parts: PartList): boolean {
    const own = this.#own.get(job);
    if ((own === undefined && this.#held(job)) || (own !== undefined && own !== NOTHING)) return false;
    if (!this.#search.adopt(job, this.books, parts)) return false;
    takeParts(this.books, job, parts);
    this.#own.set(job, parts);
    return true;
  }

  reserve(job: number): WhatIf {
    return new NodeReservation(this, job);
  }

  copy(nodes?: ReadonlySet<number>): NodeWhatIf {
    return new NodeWhatIf(this.#search, copyOf(this.books, nodes), this.#parts, this.#asOf, new Map(this.#own));
  }

  /** Whether the job really held something when the copy was made, and still holds just that. */
  #held(job: number): boolean {
    return this.#parts.holds(job) && this.#parts.changedAt(job) <= this.#asOf;
  }

  #find(job: number): boolean {
    if (this.#parts.holds(job) && !this.#parts.isSuspended(job) && this.#parts.changedAt(job) > this.#asOf) {
      if (this.#search.adopt(job, this.books, this.#parts.list(job))) return true;
    }
    return this.#search.find(job, this.books);
  }

  #resume(job: number): void {
    if (!this.#parts.isSuspended(job)) throw new Error(`job ${job} already holds nodes in this what-if`);
    if (!resume(job, this.books, this.#parts)) {
      throw new Error(`job ${job} cannot be resumed: it needs its nodes for ${this.books.demand.describe(job)}`);
    }
    this.#own.set(job, this.#parts.list(job));
  }

  /** In place of a list: most what-ifs only let running jobs go. */
  #giveReal(job: number): void {
    const { demand } = this.books;
    const suspended = this.#parts.isSuspended(job);
    for (let part = this.#parts.first(job); part !== NONE; part = this.#parts.next(part)) {
      const request = demand.requestOf(job, this.#parts.group(part));
      if (suspended) this.books.giveMemory(this.#parts.node(part), request, this.#parts.tasks(part));
      else this.books.give(this.#parts.node(part), request, this.#parts.tasks(part), this.#parts.seat(part));
    }
  }
}
