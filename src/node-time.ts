/**
 * Where the time of nodes went, level by level: what each resource manager of a system was given, used, and passed on.
 * Time is booked as it passes and never twice, so that the accounts of a manager add up to what its ledger gave out.
 */

/** What held resources are for. Values of a purpose. */
export const RENDEZVOUS = 0;
export const START_UP = 1;
export const USEFUL = 2;
export const SLOWDOWN = 3;
export const UNREQUESTED = 4;
export const BADPUT = 5;
export const ORPHAN = 6;
export const TAIL = 7;
export const GRACE = 8;
export const CARRIER = 9;
export const PASSED = 10;

/** Their names, in the order of the values. */
export const PURPOSES = [
  'rendezvous',
  'start-up',
  'useful',
  'slow-down',
  'unrequested',
  'badput',
  'orphan',
  'tail',
  'grace',
  'carrier',
  'passed',
] as const;

/** One manager, over all of its instances [millicore-ms]. */
export interface Level {
  readonly manager: string;
  /** Whether its nodes are its own, and not leased. */
  readonly owns: boolean;
  /** Managers of this name that there were [count]. */
  readonly instances: number;
  /** What its nodes offered. */
  readonly offered: number;
  /** Offered, and held by nobody. */
  readonly idle: number;
  /** By purpose, in the order of `PURPOSES`. */
  readonly purposes: readonly number[];
}

/** The accounts of a run. */
export interface NodeTime {
  readonly levels: readonly Level[];
  /** Of each job over all managers: its purposes stand at `job * PURPOSES.length` [millicore-ms]. */
  readonly ofJobs: Float64Array;
  /** Nodes of standing leases that were taken away [count]. */
  readonly carrierPreemptions: number;
  /** Copies of work that nobody waited for, and that were made beside others [count]. */
  readonly orphans: number;
  readonly duplicates: number;
  /** For which work went on on nodes that were given to others already [millicore-ms]. */
  readonly hazard: number;
  /** That the simulation went through [count]. */
  readonly events: number;
}
