/**
 * A job in an order of jobs, or the part of it that is looked at.
 * Source: pkg/scheduler/framework/session_plugins.go (JobOrderFn), plugins priority and elastic (KAI-Scheduler v0.13.0).
 */
import type { KaiConfiguration } from './configuration.ts';
import { sumOf } from './pod-group.ts';
import type { PodGroup } from './pod-group.ts';
import { NOTHING } from './quantities.ts';
import type { Quantities } from './quantities.ts';
import { chooseTasks } from './task-choice.ts';
import type { Task } from './task.ts';

/** Less than its minimum, just that, or more. */
type Stage = 0 | 1 | 2;

export interface Candidate {
  readonly group: PodGroup;
  /** The tasks that count; all of the job's if absent. */
  readonly tasks?: readonly Task[];
  /** Tasks that look for a node, for a job that wants one. */
  readonly wanted?: readonly Task[];
}

/** What it asks for next. */
export function requestOf({ group, wanted }: Candidate): Quantities {
  return wanted === undefined ? group.requestOf(chooseTasks(group, false)) : sumOf(wanted);
}

/** What it holds of nodes now. */
export function heldBy({ group, tasks }: Candidate): Quantities {
  const held = [...(tasks ?? group.tasks())].filter((task) => task.isAllocated);
  return held.length === 0 ? NOTHING : sumOf(held);
}

/** Below 0 if the first is served first. */
export function compareJobs(one: Candidate, other: Candidate, { jobOrder }: KaiConfiguration): number {
  for (const plugin of jobOrder) {
    const order = plugin === 'priority' ? other.group.priority - one.group.priority : stageOf(one) - stageOf(other);
    if (order !== 0) return order;
  }
  return one.group.order - other.group.order;
}

function stageOf({ group, tasks, wanted }: Candidate): Stage {
  // The part of a job that looks for nodes has none yet.
  if (wanted !== undefined) return 0;
  let more = false;
  for (const subGroup of group.subGroups) {
    const active =
      tasks === undefined ? subGroup.active : tasks.filter((task) => task.subGroup === subGroup && task.isActive).length;
    if (active < subGroup.minimum) return 0;
    more ||= active > subGroup.minimum;
  }
  return more ? 2 : 1;
}
