/** Source: pkg/scheduler/actions/backfill/backfill.go (Volcano v1.15.1). */
import { FitErrors } from '../fit-errors.ts';
import type { Job } from '../job.ts';
import { PredicateRun } from '../predicate-run.ts';
import { PriorityQueue } from '../priority-queue.ts';
import type { Session } from '../session.ts';
import { ALLOCATED, PENDING, PIPELINED } from '../task.ts';
import type { Task } from '../task.ts';
import { JobsByQueue, validJobs } from './action.ts';
import type { ActionEntry } from './action.ts';
import { ERROR_CACHE } from './error-cache.ts';

/** Gives nodes to tasks that request nothing. */
export const backfill: ActionEntry = {
  name: 'backfill',
  create(given) {
    given.flag(ERROR_CACHE, true);
    return (session) => {
      for (const task of tasksToPlace(session)) placeTask(session, task);
    };
  },
};

function tasksToPlace(session: Session): Task[] {
  const tasks = new Map<Job, PriorityQueue<Task>>();
  const jobs = new JobsByQueue(session);
  for (const job of validJobs(session)) {
    const pending = new PriorityQueue<Task>((one, other) => session.isTaskBefore(one, other));
    const withdrawn = job.tasksIn(PIPELINED).filter(({ bestEffort }) => bestEffort);
    for (const task of job.tasksIn(PENDING)) if (task.bestEffort) pending.push(task);
    for (const task of withdrawn) {
      session.withdraw(task);
      pending.push(task);
    }
    if (pending.size === 0) continue;
    tasks.set(job, pending);
    jobs.add(job);
  }
  const inOrder: Task[] = [];
  for (let queue = jobs.queues.pop(); queue !== undefined; queue = jobs.queues.pop()) {
    const own = jobs.jobsOf(queue);
    for (let job = own?.pop(); job !== undefined; job = own?.pop()) {
      const pending = tasks.get(job);
      for (let task = pending?.pop(); task !== undefined; task = pending?.pop()) inOrder.push(task);
    }
  }
  return inOrder;
}

function placeTask(session: Session, task: Task): void {
  const { search, random } = session.setup;
  const run = new PredicateRun(session, task);
  if (run.rejected !== undefined) {
    const errors = new FitErrors();
    for (const row of session.rows) errors.add(row, run.rejected);
    task.job.fails(task, errors);
    return;
  }
  const { rows, errors } = search.find(task, session.rows, (row) => run.check(row));
  if (rows.length === 0) {
    task.job.fails(task, errors);
    return;
  }
  session.put(task, search.best(session, task, rows, random), ALLOCATED);
  if (session.opinions.isReady(task.job)) for (const ready of task.job.tasksIn(ALLOCATED)) session.bind(ready);
}
