import type { WhatIf } from '../../policy.ts';
import type { NodeBooks } from './books.ts';
import type { PartList } from './parts.ts';
import type { NodeWhatIf } from './what-if.ts';

/**
 * The room beside a job that has been promised a time, but no nodes in particular: others may be placed anywhere as
 * long as it can still be placed then. On nodes that are all alike this is the same as counting processors.
 */
export class NodeReservation implements WhatIf {
  /** What is free when the job is due, with nothing taken for it. */
  readonly #open: NodeWhatIf;
  readonly #job: number;

  constructor(open: NodeWhatIf, job: number) {
    this.#open = open;
    this.#job = job;
  }

  get procs(): number {
    return this.#open.procs - this.#open.books.demand.jobs.procs[this.#job];
  }

  fits(job: number): boolean {
    if (!this.#open.fits(job)) return false;
    this.#open.take(job);
    const fits = this.#open.fits(this.#job);
    this.#open.give(job);
    if (fits) return true;
    // A policy that chooses nodes by itself may have broken the promise: then there is no room beside it.
    return this.#open.fits(this.#job) && this.withItsNodes(() => this.#open.fits(job));
  }

  take(job: number): void {
    this.#open.take(job);
  }

  give(job: number): void {
    this.#open.give(job);
  }

  copy(nodes?: ReadonlySet<number>): WhatIf {
    return new NodeReservation(this.#open.copy(nodes), this.#job);
  }

  reserve(job: number): WhatIf {
    const room = this.#open.copy();
    room.take(this.#job);
    return room.reserve(job);
  }

  /** Whether the promise can still be kept if another job sits on these nodes. */
  allows(job: number, parts: PartList): boolean {
    if (!this.#open.takeOn(job, parts)) return false;
    const allowed = this.#open.fits(this.#job);
    this.#open.give(job);
    return allowed;
  }

  /** Looks at the books with the promised job on the nodes that the placement would pick for it. */
  withItsNodes<Answer>(look: (books: NodeBooks) => Answer): Answer {
    this.#open.take(this.#job);
    const answer = look(this.#open.books);
    this.#open.give(this.#job);
    return answer;
  }
}
