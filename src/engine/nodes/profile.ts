import type { Profile } from '../../policy.ts';
import { NodeBooks } from './books.ts';
import { STRIDE } from './parts.ts';
import type { PartList } from './parts.ts';
import { giveParts, takeParts } from './plan.ts';
import type { NodeDemand } from './demand.ts';
import type { NodeSearch } from './search.ts';
import type { Advisor, NodeLedger } from './ledger.ts';
import { Pieces } from './profile-pieces.ts';
import type { Piece } from './profile-pieces.ts';
import { Sweep } from './profile-sweep.ts';

/**
 * The plan of a cluster of nodes over time, node by node: a job fits into a span if the placement finds it nodes that
 * are free throughout.
 *
 * Plans and reality go together in both directions. A job that is planned when it starts gets the nodes of its plan
 * (the ledger heeds the plan), and a job that already runs when it is planned is planned on the nodes it really has.
 * So plan a job first and start it then: it will not sit down on nodes that are promised to another. Nodes that are
 * down are not planned with until they are back.
 */
export class NodeProfile implements Profile, Advisor {
  readonly #ledger: NodeLedger;
  readonly #demand: NodeDemand;
  readonly #search: NodeSearch;
  readonly #pieces = new Pieces();
  readonly #sweep: Sweep;
  /** What is free at the start of the plan. */
  readonly #books: NodeBooks;
  #start = -Infinity;
  /** What `earliest` or `fits` found last: good for `take` until the plan or the ledger changes. */
  #found: { job: number; from: number; until: number; parts: PartList; version: number } | undefined;

  constructor(ledger: NodeLedger) {
    this.#ledger = ledger;
    this.#demand = ledger.books.demand;
    this.#search = ledger.search;
    this.#books = new NodeBooks(this.#demand, ledger.books);
    this.#sweep = new Sweep(ledger.books, this.#pieces);
    ledger.heed(this);
  }

  /**
   * The earliest of `from` and the times at which something is given back: between them room only shrinks. A job of no
   * length fits where there is room for a moment.
   */
  earliest(job: number, from: number, length: number): number {
    const sweep = this.#sweep;
    sweep.start(this.#books, Math.max(from, this.#start));
    const need = Float64Array.from(this.#demand.resources, (_, resource) => this.#demand.needOf(job, resource));
    for (let time = sweep.enoughFrom(need, length); time < Infinity; time = sweep.enoughFrom(need, length)) {
      sweep.moveTo(time);
      if (this.#findIn(job, time, time + length)) return time;
      const next = sweep.nextEnd();
      if (next === Infinity) return Infinity;
      sweep.moveTo(next);
    }
    return Infinity;
  }

  fits(job: number, from: number, until: number): boolean {
    const begins = Math.max(from, this.#start);
    if (this.#wasFound(job, begins, until)) return true;
    this.#sweep.start(this.#books, begins);
    return this.#findIn(job, begins, until);
  }

  freeUntil(): number {
    return Infinity;
  }

  take(job: number, from: number, until: number): void {
    const begins = Math.max(from, this.#start);
    if (begins >= until) return;
    const parts = this.#realParts(job, begins, until) ?? this.#findParts(job, begins, until);
    if (parts === undefined) {
      throw new Error(
        `job ${job} cannot be planned from ${from} until ${until}: it needs ${this.#demand.describe(job)} throughout`,
      );
    }
    this.#add({ job, from: begins, until, parts, total: this.#totalOf(job, parts) });
  }

  give(job: number, from: number, until: number): void {
    const begins = Math.max(from, this.#start);
    if (begins >= until) return;
    const piece = this.#pieces.ofJob(job).find((own) => own.from <= begins && own.until >= until);
    if (piece === undefined)
      throw new Error(`job ${job} is taken out of the plan from ${from} until ${until}, where it is not planned`);
    this.#remove(piece);
    // What lies before the start of the plan is over: nobody is to take it for a promise.
    if (piece.from < begins && begins > this.#start) this.#add({ ...piece, until: begins });
    if (until < piece.until) this.#add({ ...piece, from: until });
  }

  advance(now: number): void {
    if (!(now > this.#start)) return;
    this.#start = now;
    const { byUntil } = this.#pieces;
    for (let piece = this.#pieces.begun(now); piece !== undefined; piece = this.#pieces.begun(now)) {
      takeParts(this.#books, piece.job, piece.parts);
    }
    while (byUntil.length > 0 && byUntil[0].until <= now) this.#remove(byUntil[0]);
    this.#found = undefined;
  }

  planned(job: number): PartList | undefined {
    return this.#pieces.ofJob(job)[0]?.parts;
  }

  #findParts(job: number, from: number, until: number): PartList | undefined {
    if (this.#found && this.#wasFound(job, from, until)) return this.#found.parts;
    this.#sweep.start(this.#books, from);
    return this.#findIn(job, from, until) ? this.#found?.parts : undefined;
  }

  #wasFound(job: number, from: number, until: number): boolean {
    const found = this.#found;
    return found?.job === job && found.from === from && found.until === until && found.version === this.#ledger.books.version;
  }

  /** Looks for nodes throughout [from, until); the sweep has gone to `from`. */
  #findIn(job: number, from: number, until: number): boolean {
    this.#sweep.narrow(until);
    const found = this.#search.find(job, this.#sweep.books);
    const { version } = this.#ledger.books;
    this.#found = found ? { job, from, until, parts: this.#search.plan.list(), version } : undefined;
    return found;
  }

  /** What the job really holds, if that is free in the plan throughout [from, until). */
  #realParts(job: number, from: number, until: number): PartList | undefined {
    const parts = this.#ledger.partsOf(job);
    if (parts.length === 0) return undefined;
    this.#sweep.start(this.#books, from);
    this.#sweep.narrow(until);
    return this.#search.adopt(job, this.#sweep.books, parts) ? parts : undefined;
  }

  #add(piece: Piece): void {
    const already = piece.from <= this.#start;
    this.#pieces.add(piece, already ? 'already' : 'later');
    if (already) takeParts(this.#books, piece.job, piece.parts);
    this.#found = undefined;
  }

  #remove(piece: Piece): void {
    this.#pieces.remove(piece);
    if (piece.from <= this.#start) giveParts(this.#books, piece.job, piece.parts);
    this.#found = undefined;
  }

  #totalOf(job: number, parts: PartList): Float64Array {
    const { resources, perTask } = this.#demand;
    const total = new Float64Array(resources.length);
    for (let index = 0; index < parts.length; index += STRIDE) {
      const request = this.#demand.requestOf(job, parts[index]) * resources.length;
      for (let resource = 0; resource < resources.length; resource++) {
        total[resource] += parts[index + 2] * perTask[request + resource];
      }
    }
    return total;
  }
}
