/** What the pods of a job say of how far it is. */
import { COMPLETED, FAILED } from '../../schedule.ts';
import { isUp } from './live-pod.ts';
import { hasCompleted, hasEnded } from './tasks.ts';
import type { Task, TaskTable } from './tasks.ts';

/** As many of its tasks are up, or have been, as it needs. */
export function isThere(tasks: TaskTable, job: number): boolean {
  return tasks.enough(job, ({ state, pod }) => state === 'finished' || (state === 'bound' && pod !== undefined && isUp(pod)));
}

/** All tasks that were given a node have ended by themselves. */
export function hasFinished(tasks: TaskTable, job: number): boolean {
  return tasks.of(job).every((task) => task.node < 0 || task.state === 'finished' || (task.state === 'bound' && hasEnded(task)));
}

/** How a run ended that has finished. */
export function outcomeOf(tasks: TaskTable, job: number): number {
  return usedOf(tasks, job).every(hasCompleted) ? COMPLETED : FAILED;
}

/** All that the job needs has come to a good end, though it was being stopped. */
export function isDoneAllTheSame(tasks: TaskTable, job: number): boolean {
  return tasks.enough(job, hasCompleted) && usedOf(tasks, job).every(hasCompleted);
}

/** All has come to a good end on nodes that nobody here has decided on. */
export function isDoneElsewhere(tasks: TaskTable, job: number): boolean {
  return tasks.of(job).every((task) => task.node < 0 && hasCompleted(task));
}

function usedOf(tasks: TaskTable, job: number): Task[] {
  return tasks.of(job).filter(({ node, state }) => node >= 0 || state === 'finished');
}
