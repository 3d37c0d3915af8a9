/**
 * Who may be preempted by whom, and in which order.
 * Source: pkg/scheduler/preemption/common (Kueue v0.19.2).
 */
import { MINUTE } from '../../units.ts';
import type { ClusterQueue } from './cluster-queue.ts';
import type { PreemptionPolicy } from './objects.ts';
import type { Workload } from './workload.ts';

/** With the gate for it on, a workload counts as newer only if it is so by more than this [ms]. */
const BUFFER = 5 * MINUTE;

export function policyAllows(policy: PreemptionPolicy, preemptor: Workload, other: Workload, hasBuffer: boolean): boolean {
  if (policy === 'Any') return true;
  if (policy === 'Never') return false;
  if (preemptor.priority !== other.priority) return preemptor.priority > other.priority;
  return policy === 'LowerOrNewerEqualPriority' && other.queuedAt - preemptor.queuedAt > (hasBuffer ? BUFFER : 0);
}

/**
 * Victims in the order in which they are taken: those that are being evicted anyway, those of other queues, the least
 * important, those that got their quota last.
 */
export function compareVictims(one: Workload, other: Workload, own: ClusterQueue): number {
  if (one.isEvicted !== other.isEvicted) return one.isEvicted ? -1 : 1;
  if ((one.queue === own) !== (other.queue === own)) return other.queue === own ? -1 : 1;
  return one.priority - other.priority || other.reservedAt - one.reservedAt || one.uid - other.uid;
}
