/**
 * Finds nodes for all tasks that a job is to be served with next, or for none.
 * Source: pkg/scheduler/actions/common/allocate.go (KAI-Scheduler v0.13.0).
 */
import { overCapacity } from './capacity.ts';
import { chooseNode, fitError } from './node-choice.ts';
import { sumOf } from './pod-group.ts';
import type { PodGroup } from './pod-group.ts';
import type { Session } from './session.ts';
import type { Statement } from './statement.ts';
import type { Task } from './task.ts';

export interface Attempt {
  readonly statement: Statement;
  /** Where to look [rows, by name]. */
  readonly rows: readonly number[];
  /** In earnest, or to see what would be. */
  readonly real: boolean;
}

/** Undefined if all is well, else why it is not; the statement is then as it was. */
export function allocateJob(session: Session, group: PodGroup, tasks: readonly Task[], attempt: Attempt): string | undefined {
  const over = overCapacity(group.queue, sumOf(tasks), group.preemptible);
  if (over !== undefined) return over;
  const { statement, rows, real } = attempt;
  const checkpoint = statement.checkpoint();
  for (let found = 0; found < tasks.length; found++) {
    const task = tasks[found];
    const known = real && statement.isEmpty ? session.misfit(task) : undefined;
    const row = known === undefined ? chooseNode(task, rows, session) : -1;
    if (row < 0) {
      // Said before the others give back what they got: it is what they left that was not enough.
      const error = known ?? (real ? fitError(task, session) : '');
      if (real && statement.isEmpty) session.noteMisfit(task, error);
      statement.rollback(checkpoint);
      return explainMisfit(task, found, error);
    }
    if (real && session.table.fitsIdle(task, row)) statement.allocate(task, row);
    else statement.pipeline(task, row);
  }
  return undefined;
}

function explainMisfit({ group, subGroup, pod }: Task, found: number, error: string): string {
  const isGang = group.subGroups.some(({ minimum }) => minimum > 1);
  if (!isGang || subGroup.using >= subGroup.minimum) {
    return `Resources were not found for pod ${pod.pod.namespace}/${pod.pod.name} due to: ${error}`;
  }
  if (group.subGroups.length === 1) {
    return (
      `Resources were found for ${found} pods while ${subGroup.minimum} are required for gang scheduling. ` +
      `Additional pods cannot be scheduled due to: ${error}`
    );
  }
  return (
    `Resources were found for ${found} pods from all sub-groups while sub-group ${subGroup.name} requires ` +
    `${subGroup.minimum} pods for gang scheduling. Additional pods cannot be scheduled in this sub-group due to: ${error}`
  );
}
