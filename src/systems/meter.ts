/**
 * What held resources are used for, as one account for each row of a manager [millicore-ms]. Time is booked as it
 * passes and never twice, so that the accounts of a manager add up to what its ledger gave out.
 */

import { BADPUT, PURPOSES, SLOWDOWN, UNREQUESTED, USEFUL } from '../node-time.ts';

export {
  BADPUT,
  CARRIER,
  GRACE,
  ORPHAN,
  PASSED,
  PURPOSES,
  RENDEZVOUS,
  SLOWDOWN,
  START_UP,
  TAIL,
  UNREQUESTED,
  USEFUL,
} from '../node-time.ts';

const KINDS = PURPOSES.length;

export class Meter {
  readonly #now: () => number;
  /** [millicores] */
  readonly #held: Float64Array;
  /** What the job in the row asked for, where it holds more [millicores]. */
  readonly #asked: Float64Array;
  readonly #purpose: Uint8Array;
  readonly #since: Float64Array;
  readonly #account: Float64Array;
  /** What was useful before the current run: kept by checkpoints, and not to be spoiled by a later loss. */
  readonly #safe: Float64Array;
  #capacity = 0;
  #capacitySince = 0;
  #offered = 0;

  constructor(rows: number, now: () => number) {
    this.#now = now;
    this.#held = new Float64Array(rows);
    this.#asked = new Float64Array(rows).fill(Infinity);
    this.#purpose = new Uint8Array(rows);
    this.#since = new Float64Array(rows);
    this.#account = new Float64Array(rows * KINDS);
    this.#safe = new Float64Array(rows);
  }

  /** The row holds this much from now on [millicores]. */
  hold(row: number, millicores: number): void {
    this.#settle(row);
    this.#held[row] = millicores;
  }

  /** The job in the row asked for less than the row takes [millicores]. */
  asks(row: number, millicores: number): void {
    this.#asked[row] = millicores;
  }

  /** What the row holds is for something else from now on. */
  turn(row: number, purpose: number): void {
    this.#settle(row);
    this.#purpose[row] = purpose;
  }

  /** Whether what the row holds is for this. */
  isFor(row: number, purpose: number): boolean {
    return this.#purpose[row] === purpose;
  }

  /** What looked useful in the current run is lost, or nobody's. */
  spoil(row: number, as: number = BADPUT): void {
    this.#settle(row);
    this.#move(row, USEFUL, as, this.#account[row * KINDS + USEFUL] - this.#safe[row]);
  }

  /** What was useful up to now will stay so, whatever becomes of later runs. */
  keep(row: number): void {
    this.#settle(row);
    this.#safe[row] = this.#account[row * KINDS + USEFUL];
  }

  /** Of what looked useful in the current run this share was not: work ran slower than it would natively. */
  slowed(row: number, share: number): void {
    this.#settle(row);
    const useful = this.#account[row * KINDS + USEFUL] - this.#safe[row];
    this.#move(row, USEFUL, SLOWDOWN, Math.round(useful * share));
    this.#safe[row] = this.#account[row * KINDS + USEFUL];
  }

  /** Nodes have come or gone [millicores]. */
  capacity(millicores: number): void {
    this.#offered += this.#capacity * (this.#now() - this.#capacitySince);
    this.#capacitySince = this.#now();
    this.#capacity = millicores;
  }

  /** What was there to be held so far [millicore-ms]. */
  get offered(): number {
    return this.#offered + this.#capacity * (this.#now() - this.#capacitySince);
  }

  /** [millicores] */
  heldBy(row: number): number {
    return this.#held[row];
  }

  /** One account of a row up to now [millicore-ms]. */
  accountOf(row: number, purpose: number): number {
    this.#settle(row);
    return this.#account[row * KINDS + purpose];
  }

  #settle(row: number): void {
    const now = this.#now();
    const time = now - this.#since[row];
    this.#since[row] = now;
    if (time === 0 || this.#held[row] === 0) return;
    const purpose = this.#purpose[row];
    const asked = purpose === USEFUL ? Math.min(this.#asked[row], this.#held[row]) : this.#held[row];
    this.#account[row * KINDS + purpose] += asked * time;
    this.#account[row * KINDS + UNREQUESTED] += (this.#held[row] - asked) * time;
  }

  #move(row: number, from: number, to: number, amount: number): void {
    this.#account[row * KINDS + from] -= amount;
    this.#account[row * KINDS + to] += amount;
  }
}
