/**
 * Why workloads are evicted, in Kueue's words.
 * Source: pkg/scheduler/preemption/preemption.go, pkg/controller/core/workload_controller.go (Kueue v0.19.2).
 */
import type { PreemptionReason } from './preemption-trial.ts';
import type { QuotaNode } from './quota-node.ts';
import type { Workload } from './workload.ts';

const READABLE: Readonly<Record<PreemptionReason, string>> = {
  InClusterQueue: 'prioritization in the ClusterQueue',
  InCohortReclamation: 'reclamation within the cohort',
  InCohortFairSharing: 'Fair Sharing within the cohort',
  InCohortReclaimWhileBorrowing: 'reclamation within the cohort while borrowing',
};

export function preemptionMessage(victim: Workload, preemptor: Workload, reason: PreemptionReason): string {
  const paths = `preemptor path: ${pathOf(preemptor.queue.node)}; preemptee path: ${pathOf(victim.queue.node)}`;
  return `Preempted to accommodate a workload (${preemptor.name}) due to ${READABLE[reason]}; ${paths}`;
}

export function evictionMessage({ name }: Workload): string {
  return `Exceeded the PodsReady timeout ${name}`;
}

function pathOf(queue: QuotaNode): string {
  const names = [...queue.ancestors()].map(({ name }) => name);
  return `/${[...names.reverse(), queue.name].join('/')}`;
}
