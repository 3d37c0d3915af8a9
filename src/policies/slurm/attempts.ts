/**
 * What came of trying whether a job fits on some nodes when some of the running ones are gone. It stands as long as what it
 * was found by does, though other jobs may have come and gone meanwhile.
 */
import type { Allocation } from './allocation.ts';
import type { Books } from './books.ts';
import type { NodeSet } from './node-set.ts';
import type { Share } from './share.ts';
import type { RoomAt } from './standing-room.ts';

/** Attempts that are remembered [count]: windows double, so that there are few in one search. */
const MOST_KEPT = 24;

interface Attempt {
  /** It was tried with this job gone, and all that end before it; absent = with nobody gone. */
  readonly last: Allocation | undefined;
  /** `StandingRoom.looks` of then. */
  looks: number;
  /** How often the books had been written [count]; -1 = it was not tried yet. */
  changes: number;
  /** Whether there could have been room enough: the nodes were gone through. */
  wasTried: boolean;
  shares: readonly Share[] | undefined;
}

export class Attempts {
  readonly #kept: Attempt[] = [];
  /** `StandingRoom.looks` when there was too little room with all jobs there; -1 = there was enough. */
  #lackedAt = -1;

  /** Whether the room with all jobs there could be enough: see `at`. */
  mayFitNow(room: RoomAt, looks: number, mayFit: () => boolean): boolean {
    if (this.#lackedAt >= room.raised) return false;
    const fits = mayFit();
    this.#lackedAt = fits ? -1 : looks;
    return fits;
  }

  /**
   * What it would be given; undefined if it does not fit. `mayFit`: whether the room could be enough, of which more is never
   * less; `choose` must then look at nothing but the room of the nodes, and at all else of those that it takes.
   */
  at(
    last: Allocation,
    room: RoomAt,
    looks: number,
    books: Books,
    mayFit: () => boolean,
    choose: () => readonly Share[] | undefined,
  ): readonly Share[] | undefined {
    const attempt = this.#of(last);
    if (stands(attempt, room, books)) return attempt.shares;
    attempt.looks = looks;
    attempt.changes = books.changes;
    attempt.wasTried = mayFit();
    attempt.shares = attempt.wasTried ? choose() : undefined;
    return attempt.shares;
  }

  /** The same for jobs that look at more of some nodes than their room: it stands until something on one of them changes. */
  among(
    nodes: NodeSet,
    last: Allocation | undefined,
    books: Books,
    choose: () => readonly Share[] | undefined,
  ): readonly Share[] | undefined {
    const attempt = this.#of(last);
    if (books.changes === attempt.changes || !books.hasChanged(nodes, attempt.changes)) return attempt.shares;
    attempt.changes = books.changes;
    attempt.shares = choose();
    return attempt.shares;
  }

  #of(last: Allocation | undefined): Attempt {
    let attempt = this.#kept.find((one) => one.last === last);
    if (attempt !== undefined) return attempt;
    if (this.#kept.length === MOST_KEPT) this.#kept.shift();
    this.#kept.push((attempt = { last, looks: -1, changes: -1, wasTried: false, shares: undefined }));
    return attempt;
  }
}

function stands({ looks, changes, wasTried, shares }: Attempt, room: RoomAt, books: Books): boolean {
  if (books.changes === changes) return true;
  if (!wasTried) return room.raised <= looks;
  if (shares === undefined || room.changed > looks) return false;
  return shares.every(({ node }) => books.changedAt[node] <= changes);
}
