/** In which order victims are taken. Source: pkg/scheduler/framework/session_plugins.go (Volcano v1.15.1). */
import { PriorityQueue } from './priority-queue.ts';
import { add, lessEqual } from './resource.ts';
import type { Session } from './session.ts';
import type { Task } from './task.ts';

/** The least important first: by queue, by job, by task. */
export function victimQueue(session: Session, victims: readonly Task[], evictor: Task): PriorityQueue<Task> {
  const own = session.queueOf(evictor.job);
  const queue = new PriorityQueue<Task>((one, other) => {
    if (one.job === other.job) return !session.isTaskBefore(one, other);
    const left = session.queueOf(one.job);
    const right = session.queueOf(other.job);
    if (left !== right) {
      const order = session.opinions.compareVictimQueues(left, right, own);
      return order !== 0 ? order < 0 : !session.isQueueBefore(left, right);
    }
    const order = session.opinions.compareJobs(one.job, other.job);
    return order !== 0 ? order > 0 : !session.isTaskBefore(one, other);
  });
  for (const victim of victims) queue.push(victim);
  return queue;
}

/** Whether the node has room for the task once all victims are gone. */
export function wouldFit(session: Session, { request }: Task, row: number, victims: readonly Task[]): boolean {
  const future = session.setup.nodes.future[row].slice();
  for (const victim of victims) add(future, victim.request);
  return lessEqual(request, future);
}
