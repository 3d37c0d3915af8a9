/**
 * Who stands behind a row of a manager's queue: work of a user, a carrier of a bridge, or a lease. The manager tells it
 * what happens to the row; it tells the manager when the row is over.
 */
export interface Tenant {
  /** The row has all it asked for. Not called from within a cycle. */
  granted(row: number): void;
  /** The row is being stopped: it has been told, and will be gone at this time [ms]. */
  stopping(row: number, at: number): void;
  /** The row has lost what it held, and is in the queue again. `warned`: it was told before; `keeps`: the work it has done counts. */
  taken(row: number, warned: boolean, keeps: boolean): void;
  /** The row has come to its end with one of the states of `Schedule`; it may still hold its resources. */
  ended(row: number, state: number, warned: boolean): void;
  /** The row is over, and holds nothing any more. */
  released(row: number): void;
}
