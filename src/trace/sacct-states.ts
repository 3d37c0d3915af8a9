import { COMPLETES, FAILS, IS_CANCELLED, OUTLASTS } from '../workload.ts';

/** What a state means for a replay. */
export interface StateMeaning {
  /** `over`: it ran or was cancelled; `waiting` and `running`: it was not over when sacct was asked; `moved`: it ran elsewhere. */
  readonly now: 'over' | 'waiting' | 'running' | 'moved';
  readonly outcome: number;
  /** It did not end by itself: how long it would have run is not known. */
  readonly cutShort?: boolean;
  /** A later record of the same job may follow. */
  readonly requeued?: boolean;
}

const over = (outcome: number): StateMeaning => ({ now: 'over', outcome });
const cutShort: StateMeaning = { now: 'over', outcome: FAILS, cutShort: true, requeued: true };
const waiting: StateMeaning = { now: 'waiting', outcome: COMPLETES };
const running: StateMeaning = { now: 'running', outcome: COMPLETES };

/** The states of sacct and their short forms (man page of sacct, "JOB STATE CODES"). */
const STATES: Readonly<Record<string, StateMeaning>> = {
  COMPLETED: over(COMPLETES),
  CD: over(COMPLETES),
  FAILED: over(FAILS),
  F: over(FAILS),
  OUT_OF_MEMORY: over(FAILS),
  OOM: over(FAILS),
  TIMEOUT: over(OUTLASTS),
  TO: over(OUTLASTS),
  DEADLINE: over(FAILS),
  DL: over(FAILS),
  LAUNCH_FAILED: over(FAILS),
  RECONFIG_FAIL: over(FAILS),
  SPECIAL_EXIT: over(FAILS),
  CANCELLED: over(IS_CANCELLED),
  CA: over(IS_CANCELLED),
  NODE_FAIL: cutShort,
  NF: cutShort,
  BOOT_FAIL: cutShort,
  BF: cutShort,
  PREEMPTED: cutShort,
  PR: cutShort,
  REQUEUED: cutShort,
  RQ: cutShort,
  PENDING: waiting,
  PD: waiting,
  CONFIGURING: waiting,
  CF: waiting,
  REQUEUE_HOLD: waiting,
  REQUEUE_FED: waiting,
  RESV_DEL_HOLD: waiting,
  RUNNING: running,
  R: running,
  SUSPENDED: running,
  S: running,
  RESIZING: running,
  RS: running,
  COMPLETING: running,
  CG: running,
  SIGNALING: running,
  STAGE_OUT: running,
  STOPPED: running,
  REVOKED: { now: 'moved', outcome: COMPLETES },
  RV: { now: 'moved', outcome: COMPLETES },
};

/** What a state means, without what stands behind it (`CANCELLED by 380693`); undefined if it is not known. */
export function meaningOf(state: string): StateMeaning | undefined {
  const word = /^[A-Za-z_]+/.exec(state)?.[0].toUpperCase() ?? '';
  return Object.hasOwn(STATES, word) ? STATES[word] : undefined;
}
