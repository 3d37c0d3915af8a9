/** The search for victims: what is looked for, and trying without them. */
import type { Books } from './books.ts';
import { holdingOf } from './books.ts';
import type { ClusterQueue } from './cluster-queue.ts';
import type { Usage } from './flavor-resources.ts';
import type { Workload } from './workload.ts';

/** Why a victim is preempted, as its condition says. */
export type PreemptionReason = 'InClusterQueue' | 'InCohortReclamation' | 'InCohortFairSharing' | 'InCohortReclaimWhileBorrowing';

export interface Target {
  readonly workload: Workload;
  readonly reason: PreemptionReason;
}

export interface PreemptionTrial {
  readonly preemptor: Workload;
  /** What it would use. */
  readonly usage: Usage;
  /** Pairs of flavor and resource of which others must give something. */
  readonly pairs: ReadonlySet<number>;
  /** Whether its pods have a place in the topology now; always if absent. */
  readonly hasPlace?: () => boolean;
}

/** Whether the preemptor fits as the books stand. */
export function trialFits({ preemptor, usage, hasPlace }: PreemptionTrial, mayBorrow: boolean): boolean {
  const { node } = preemptor.queue;
  for (const [pair, amount] of usage) {
    if (!mayBorrow && node.borrowsWith(pair, amount)) return false;
    if (amount > Math.max(0, node.available(pair))) return false;
  }
  return hasPlace?.() ?? true;
}

/**
 * Takes victims back, the last but one first, for as long as the preemptor fits beside them. The books are as they were
 * before any of them was taken out when this is done.
 * Source: pkg/scheduler/preemption/preemption.go, fillBackWorkloads (Kueue v0.19.2).
 */
export function fillBack(trial: PreemptionTrial, victims: Target[], mayBorrow: boolean, books: Books): Target[] {
  for (let i = victims.length - 2; i >= 0; i--) {
    const holding = holdingOf(victims[i].workload);
    books.add(holding);
    if (trialFits(trial, mayBorrow)) {
      const last = victims.pop();
      if (last !== undefined && i < victims.length) victims[i] = last;
    } else {
      books.remove(holding);
    }
  }
  restore(victims, books);
  return victims;
}

export function restore(victims: readonly Target[], books: Books): void {
  for (const { workload } of victims) books.add(holdingOf(workload));
}

/** The queue of a node of the tree. */
export type QueueOf = (node: ClusterQueue['node']) => ClusterQueue;
