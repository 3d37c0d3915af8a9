/** The actions that a configuration can name. */
import type { ActionEntry } from './action.ts';
import { allocate } from './allocate.ts';
import { backfill } from './backfill.ts';
import { enqueue } from './enqueue.ts';
import { preempt } from './preempt.ts';
import { reclaim } from './reclaim.ts';

export const ACTIONS: readonly ActionEntry[] = [enqueue, allocate, backfill, preempt, reclaim];

/** Actions of Volcano that are not modelled, and why. */
export const OTHER_ACTIONS: Readonly<Record<string, string>> = {
  shuffle: 'it moves pods by the real load of nodes, of which a trace says nothing',
  gangpreempt: 'it preempts by network topology',
  gangreclaim: 'it reclaims by network topology',
};
