/** Tasks that are taken off their nodes while the job keeps the rest. */
import type { Eviction } from '../../policy.ts';
import type { JobLifeParts } from './job-life.ts';
import type { JobState } from './job-states.ts';
import { isOffNode } from './tasks.ts';

type Parts = Pick<JobLifeParts, 'core' | 'tasks' | 'happenings' | 'pods'>;

/** Takes some of a job's tasks off a node. `grace`: how long they may take to stop [ms]. */
export function beginLeaving({ tasks, pods }: Parts, state: JobState, eviction: Eviction, grace: number): void {
  const { job, group, node } = eviction;
  const there = tasks.of(job).filter((task) => task.group === group && task.node === node && !task.isLeaving);
  const leaving = there.slice(there.length - eviction.tasks);
  state.leaving.push({ eviction, tasks: leaving });
  for (const task of leaving) {
    task.isLeaving = true;
    pods.takeOff(task, 'preempted', grace);
  }
}

/** Looks whether they are off, and gives back what they had. */
export function settleLeaving(parts: Parts, state: JobState): void {
  for (const leaving of [...state.leaving]) {
    for (const task of leaving.tasks) parts.pods.takeOff(task, 'preempted');
    if (!leaving.tasks.every(isOffNode)) continue;
    state.leaving = state.leaving.filter((other) => other !== leaving);
    for (const task of leaving.tasks) parts.pods.renew(task);
    haveLeft(parts, state, leaving.eviction);
  }
}

function haveLeft({ core, happenings }: Parts, state: JobState, eviction: Eviction): void {
  happenings.ended({
    ...{ job: eviction.job, beganAs: state.beganAs, isDue: false },
    apply: () => {
      if (!core.isLeaving(eviction)) return;
      if (core.breaks(eviction)) state.hasBegun = false;
      core.evicted(eviction, 0);
    },
  });
}
