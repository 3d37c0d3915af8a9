/**
 * Serves jobs from what is free, or will be.
 * Source: pkg/scheduler/actions/allocate/allocate.go (KAI-Scheduler v0.13.0).
 */
import { allocateJob } from './allocate-job.ts';
import { JobsByQueue } from './jobs-by-queue.ts';
import type { PodGroup } from './pod-group.ts';
import type { Session } from './session.ts';
import { Statement } from './statement.ts';
import { chooseTasks } from './task-choice.ts';
import { pendingCandidates } from './waiting-jobs.ts';

export function allocate(session: Session): void {
  const order = new JobsByQueue(session, pendingCandidates(session), { depth: session.configuration.queueDepth.get('allocate') });
  for (let candidate = order.pop(); candidate !== undefined; candidate = order.pop()) {
    const { group } = candidate;
    const reason = attempt(session, group);
    if (reason !== undefined) session.explain(group, reason);
    else if (group.pendingTasks > 0) order.push({ group });
  }
}

/** Undefined if the job was served. */
function attempt(session: Session, group: PodGroup): string | undefined {
  const tasks = chooseTasks(group, true);
  const statement = new Statement(session);
  const hadTasks = [...group.tasks()].some((task) => task.isAllocated);
  const reason = allocateJob(session, group, tasks, { statement, rows: session.table.rows, real: true });
  if (reason !== undefined) return reason;
  const waits = group.subGroups.some(
    ({ tasks: all, minimum }) =>
      all.some(({ status }) => status === 'pipelined') &&
      all.filter((task) => task.isActive && task.status !== 'pipelined').length < minimum,
  );
  if (waits) {
    statement.pipelineAllocated();
    session.explain(group, 'Pods were pipelined to nodes: resources of pods that are leaving are awaited');
  } else if (!hadTasks) group.lastStart = session.now;
  statement.commit(() => '');
  return undefined;
}
