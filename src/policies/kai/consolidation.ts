/**
 * Moves jobs so that another one fits: nobody may be left without a node.
 * Source: pkg/scheduler/actions/consolidation/consolidation.go (KAI-Scheduler v0.13.0), which looks at jobs in random
 * order until the limit is reached; here at the oldest.
 */
import { makeWay, podName, victimsAmong } from './make-way.ts';
import { sumOf } from './pod-group.ts';
import type { PodGroup } from './pod-group.ts';
import { GPU } from './quantities.ts';
import type { Session } from './session.ts';
import { chooseTasks } from './task-choice.ts';

export function consolidate(session: Session): void {
  if (session.maxConsolidationPreemptees === 0) return;
  makeWay(session, {
    name: 'consolidation',
    comparesWithin: 'cluster',
    concerns: ({ preemptible }) => preemptible,
    prepare: (group) => ({
      victims: () => victimsAmong(session, hasGpus(session, group) ? movable(session, group) : []),
      isValid: ({ victims }) => [...victims.values()].flat().every(({ status }) => status !== 'releasing'),
      say: (victim) =>
        `Pod ${podName(victim)} was preempted and rescheduled due to bin packing (resource consolidation) procedure`,
    }),
  });
}

/** One more than the limit says, as the scheduler counts. */
function movable({ groups, maxConsolidationPreemptees }: Session, group: PodGroup): PodGroup[] {
  return groups
    .filter((other) => other !== group && other.preemptible && other.activeTasks > 0)
    .slice(0, maxConsolidationPreemptees + 1);
}

/** The cluster has as many GPUs left as the job asks for, wherever they are. */
function hasGpus({ table }: Session, group: PodGroup): boolean {
  const gpu = table.shared(GPU);
  const left = table.rows.reduce((sum, row) => sum + (table.isReady(row) ? table.left(gpu, row) : 0), 0);
  return left >= sumOf(chooseTasks(group, false))[GPU];
}
