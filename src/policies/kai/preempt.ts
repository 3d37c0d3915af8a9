/**
 * Takes from less important jobs of the same queue.
 * Source: pkg/scheduler/actions/preempt/preempt.go (KAI-Scheduler v0.13.0).
 */
import { overQuota } from './capacity.ts';
import { makeWay, podName, victimsAmong } from './make-way.ts';
import { MinRuntime } from './min-runtime.ts';
import { sumOf } from './pod-group.ts';
import type { PodGroup } from './pod-group.ts';
import type { Session } from './session.ts';
import { chooseTasks } from './task-choice.ts';

export function preempt(session: Session): void {
  const protection = new MinRuntime(session.configuration);
  const from = (victim: PodGroup) => protection.preemptibleFrom(victim);
  const mayLose = (other: PodGroup, group: PodGroup) =>
    other.queue === group.queue &&
    other.preemptible &&
    other.priority < group.priority &&
    other.activeTasks > 0 &&
    (other.isElastic || session.now >= from(other));
  makeWay(session, {
    name: 'preempt',
    comparesWithin: 'queue',
    concerns: () => true,
    prepare: (group) => {
      // A job that nobody may preempt and that is over quota counts as one for which nobody was found.
      const isTooMuch = !group.preemptible && overQuota(group.queue, sumOf(chooseTasks(group, false))) !== undefined;
      return {
        victims: () => victimsAmong(session, isTooMuch ? [] : session.groups.filter((other) => mayLose(other, group))),
        isValid: ({ victims }) => protection.spares(victims, from, session.now),
        say: (victim) => `Pod ${podName(victim)} was preempted by higher priority workload ${group.name}`,
      };
    },
  });
}
