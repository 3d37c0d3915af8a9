import type { PartList } from './parts.ts';

/** A job's nodes for a span of a plan. */
export interface Piece {
  readonly job: number;
  /** [ms] */
  readonly from: number;
  readonly until: number;
  readonly parts: PartList;
  /** Of each resource: what the parts take of it in all. */
  readonly total: Float64Array;
}

/** Pieces of a plan, by when they begin and by when they end. */
export class Pieces {
  /** Those that begin after the plan's start, in the order of their beginnings. */
  readonly byFrom: Piece[] = [];
  /** All of them, in the order of their ends. */
  readonly byUntil: Piece[] = [];
  readonly #ofJob = new Map<number, Piece[]>();

  ofJob(job: number): readonly Piece[] {
    return this.#ofJob.get(job) ?? [];
  }

  add(piece: Piece, begins: 'later' | 'already'): void {
    if (begins === 'later') insert(this.byFrom, piece, fromOf);
    insert(this.byUntil, piece, untilOf);
    const own = this.#ofJob.get(piece.job);
    if (own === undefined) this.#ofJob.set(piece.job, [piece]);
    else insert(own, piece, fromOf);
  }

  remove(piece: Piece): void {
    drop(this.byFrom, piece, fromOf);
    drop(this.byUntil, piece, untilOf);
    const own = this.#ofJob.get(piece.job) ?? [];
    drop(own, piece, fromOf);
    if (own.length === 0) this.#ofJob.delete(piece.job);
  }

  /** Takes the pieces that have begun by now off their list, one a call; undefined if there is none. */
  begun(now: number): Piece | undefined {
    return this.byFrom.length > 0 && this.byFrom[0].from <= now ? this.byFrom.shift() : undefined;
  }
}

function fromOf(piece: Piece): number {
  return piece.from;
}

function untilOf(piece: Piece): number {
  return piece.until;
}

function insert(pieces: Piece[], piece: Piece, key: (piece: Piece) => number): void {
  pieces.splice(upperBound(pieces, key(piece), key), 0, piece);
}

/** Takes the piece out of the list if it is there. */
function drop(pieces: Piece[], piece: Piece, key: (piece: Piece) => number): void {
  const wanted = key(piece);
  for (let index = upperBound(pieces, wanted, key) - 1; index >= 0 && key(pieces[index]) === wanted; index--) {
    if (pieces[index] === piece) {
      pieces.splice(index, 1);
      return;
    }
  }
}

/** The number of pieces whose key is at most this. */
function upperBound(pieces: readonly Piece[], value: number, key: (piece: Piece) => number): number {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (key(pieces[middle]) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
