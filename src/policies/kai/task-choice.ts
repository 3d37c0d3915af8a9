/**
 * Which tasks of a job are served next, and which it would lose next. Until a job has its minimum it is all that is
 * missing, together; beyond that it is one task at a time.
 * Source: pkg/scheduler/api/podgroup_info/allocation_info.go and eviction_info.go, pkg/scheduler/plugins/subgrouporder,
 * pkg/scheduler/plugins/taskorder (KAI-Scheduler v0.13.0).
 */
import type { PodGroup, SubGroup } from './pod-group.ts';
import type { Task } from './task.ts';

/** `real`: to be bound now; else victims of the trial that is going on look for a node as well. */
export function chooseTasks(group: PodGroup, real: boolean): readonly Task[] {
  return group.toAllocate(() => {
    const lacking = group.subGroups.filter(({ active, minimum }) => active < minimum).length;
    const chosen: Task[] = [];
    let served = 0;
    for (const subGroup of [...group.subGroups].sort(compareSubGroups)) {
      if (served >= Math.max(1, lacking)) break;
      const waiting = subGroup.tasks.filter((task) => task.wantsNode(real));
      if (waiting.length === 0) continue;
      const { active, minimum } = subGroup;
      chosen.push(...waiting.slice(0, active >= minimum ? 1 : minimum - active));
      served++;
    }
    return chosen;
  });
}

/** Those without their minimum first, then those that have less in proportion to it. */
export function compareSubGroups(one: SubGroup, other: SubGroup): number {
  const [a, b] = [one.active >= one.minimum, other.active >= other.minimum];
  if (a !== b) return a ? 1 : -1;
  const ratio = a ? one.active / one.minimum - other.active / other.minimum : 0;
  return ratio || (one.name < other.name ? -1 : 1);
}

/** What a job loses next, of these of its tasks, which are grouped as in the job. */
export function chooseVictims(tasks: readonly Task[]): Task[] {
  const parts = partsOf(tasks);
  const canSpare = parts.some(({ active, subGroup }) => active.length > subGroup.minimum);
  const order = parts.sort((one, other) => -compareParts(one, other));
  return (canSpare ? order.slice(0, 1) : order).flatMap(({ active, subGroup }) => {
    const newestFirst = active.toReversed();
    return active.length > subGroup.minimum ? newestFirst.slice(0, 1) : newestFirst;
  });
}

interface Part {
  readonly subGroup: SubGroup;
  readonly active: Task[];
}

function partsOf(tasks: readonly Task[]): Part[] {
  const parts = new Map<SubGroup, Task[]>();
  for (const task of tasks) {
    const active = parts.get(task.subGroup) ?? [];
    if (task.isActive) active.push(task);
    parts.set(task.subGroup, active);
  }
  return [...parts].map(([subGroup, active]) => ({ subGroup, active: active.sort((a, b) => a.order - b.order) }));
}

function compareParts(one: Part, other: Part): number {
  const ratios = [one, other].map(({ active, subGroup }) => active.length / subGroup.minimum);
  if (ratios[0] < 1 !== ratios[1] < 1) return ratios[0] < 1 ? -1 : 1;
  const ratio = ratios[0] < 1 ? 0 : ratios[0] - ratios[1];
  return ratio || (one.subGroup.name < other.subGroup.name ? -1 : 1);
}
