/**
 * Takes from jobs of other queues what those have too much of.
 * Source: pkg/scheduler/actions/reclaim/reclaim.go, pkg/scheduler/plugins/proportion/proportion.go, pkg/scheduler/api/
 * unschedule_info.go (KAI-Scheduler v0.13.0).
 */
import { describeQuantities } from './capacity.ts';
import { makeWay, podName, victimsAmong } from './make-way.ts';
import type { Trial } from './make-way.ts';
import { MinRuntime } from './min-runtime.ts';
import { sumOf } from './pod-group.ts';
import type { PodGroup, SubGroup } from './pod-group.ts';
import type { Quantities } from './quantities.ts';
import type { Queue } from './queue.ts';
import { Holdings, isReclaimFair, mayReclaim } from './reclaimable.ts';
import type { Loss } from './reclaimable.ts';
import type { Scenario } from './scenario.ts';
import type { Session } from './session.ts';
import { chooseTasks } from './task-choice.ts';
import type { Task } from './task.ts';

export function reclaim(session: Session): void {
  const protection = new MinRuntime(session.configuration);
  makeWay(session, {
    name: 'reclaim',
    comparesWithin: 'queue',
    concerns: () => true,
    prepare: (group) => {
      const { queue, preemptible } = group;
      const request = sumOf(chooseTasks(group, false));
      return mayReclaim({ queue, preemptible, request }) ? trialFor(group, session, protection) : undefined;
    },
  });
}

function trialFor(group: PodGroup, session: Session, protection: MinRuntime): Trial {
  const { queue, preemptible } = group;
  const { saturationMultiplier } = session.configuration;
  const holdings = new Holdings(session.queues);
  const from = (victim: PodGroup) => protection.reclaimableFrom(queue, victim);
  const mayLose = (other: PodGroup) =>
    other.queue !== queue && other.preemptible && other.activeTasks > 0 && (other.isElastic || session.now >= from(other));
  return {
    victims: () => victimsAmong(session, session.groups.filter(mayLose)),
    isValid: (scenario) => {
      const reclaimer = { queue, preemptible, request: sumOf(scenario.preemptor.tasks) };
      return (
        isReclaimFair(reclaimer, lossesOf(scenario), holdings, saturationMultiplier) &&
        protection.spares(scenario.victims, from, session.now)
      );
    },
    say: (victim) => sayReclaimed(victim, group, holdings),
  };
}

/** What queues would lose: nothing by tasks that have found another place, or keep theirs. */
function lossesOf({ victims }: Scenario): Loss[] {
  const byQueue = new Map<Queue, Quantities[]>();
  for (const [{ queue }, tasks] of victims) {
    const { core, spare } = splitVictims(tasks);
    const pieces = [...spare.map((task) => [task]), core].map((piece) => piece.filter((task) => !task.isActive));
    const losses = pieces.filter((piece) => piece.length > 0).map(sumOf);
    if (losses.length > 0) byQueue.set(queue, [...(byQueue.get(queue) ?? []), ...losses]);
  }
  return [...byQueue].map(([queue, pieces]) => ({ queue, pieces }));
}

/** As many victims of each sub-group as its minimum count together, the others one by one. */
function splitVictims(tasks: readonly Task[]): { core: Task[]; spare: Task[] } {
  const bySubGroup = new Map<SubGroup, Task[]>();
  for (const task of tasks) bySubGroup.set(task.subGroup, [...(bySubGroup.get(task.subGroup) ?? []), task]);
  const parts = [...bySubGroup];
  return {
    core: parts.flatMap(([{ minimum }, its]) => its.slice(0, minimum)),
    spare: parts.flatMap(([{ minimum }, its]) => its.slice(minimum)),
  };
}

/** With what the queues had before anybody went. */
function sayReclaimed(victim: Task, { name, queue }: PodGroup, holdings: Holdings): string {
  const { queue: other } = victim.group;
  const areSiblings = queue.parent === other.parent;
  const details = [other, queue].map((leaf) => {
    const one = areSiblings ? leaf : (leaf.parent ?? leaf);
    const [has, quota, share] = [holdings.allocated(one), one.object.deserved, one.fairShare].map(describeQuantities);
    return (
      `${one.object.displayName} uses <${has}> with a quota of <${quota}>, fair-share of <${share}> and queue priority of ` +
      `<${one.object.priority}>.`
    );
  });
  return [`Pod ${podName(victim)} was preempted by workload ${name}.`, ...details].join(' ');
}
