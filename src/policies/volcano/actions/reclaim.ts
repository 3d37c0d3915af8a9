/** Source: pkg/scheduler/actions/reclaim/reclaim.go (Volcano v1.15.1). */
import type { Job } from '../job.ts';
import { PredicateRun } from '../predicate-run.ts';
import type { PriorityQueue } from '../priority-queue.ts';
import { PriorityQueue as Heap } from '../priority-queue.ts';
import type { Queue } from '../queue.ts';
import { add, lessEqual } from '../resource.ts';
import type { Session } from '../session.ts';
import { Statement } from '../statement.ts';
import { RUNNING } from '../task.ts';
import type { Task } from '../task.ts';
import { victimQueue, wouldFit } from '../victims.ts';
import { pendingTasks, validJobs } from './action.ts';
import type { ActionEntry } from './action.ts';
import { ERROR_CACHE } from './error-cache.ts';

/** Evicts tasks of other queues, which have more than their share, for jobs that starve. */
export const reclaim: ActionEntry = {
  name: 'reclaim',
  create(given) {
    given.flag(ERROR_CACHE, true);
    return (session) => {
      const { queues, starving } = jobsByQueue(session);
      for (let queue = queues.pop(); queue !== undefined; queue = queues.pop()) {
        if (session.opinions.isOverused(queue)) continue;
        const jobs = starving.get(queue);
        for (let job = jobs?.pop(); job !== undefined; job = jobs?.pop()) reclaimForJob(session, queue, job);
      }
    };
  },
};

function jobsByQueue(session: Session) {
  const queues = new Heap<Queue>((one, other) => session.isQueueBefore(one, other));
  const seen = new Set<Queue>();
  const starving = new Map<Queue, PriorityQueue<Job>>();
  for (const job of validJobs(session)) {
    const queue = session.queueOf(job);
    if (!seen.has(queue)) queues.push(queue);
    seen.add(queue);
    if (!session.opinions.isStarving(job)) continue;
    let jobs = starving.get(queue);
    if (jobs === undefined) starving.set(queue, (jobs = new Heap((one, other) => session.isJobBefore(one, other))));
    jobs.push(job);
  }
  return { queues, starving };
}

/** All evictions for the job are made if it will have its minimum, else none. */
function reclaimForJob(session: Session, queue: Queue, job: Job): void {
  const { opinions } = session;
  const statement = new Statement(session);
  const tasks = pendingTasks(session, job);
  while (opinions.isStarving(job)) {
    const task = tasks.pop();
    if (task === undefined) break;
    if (task.pod.pod.spec.preemptionPolicy === 'Never' || !opinions.isPreemptive(queue, task)) continue;
    const run = new PredicateRun(session, task);
    if (run.rejected === undefined) reclaimForTask(session, statement, task, run);
  }
  if (opinions.isPipelined(job)) statement.commit();
  else statement.discard();
}

function reclaimForTask(session: Session, statement: Statement, task: Task, run: PredicateRun): void {
  const skipped = task.job.fitErrors.get(task)?.unresolvable;
  const candidates = skipped === undefined ? session.rows : session.rows.filter((row) => !skipped.has(row));
  const { rows } = session.setup.search.find(task, candidates, (row) => run.checkForPreemption(row));
  for (const row of rows) if (reclaimOn(session, statement, task, row)) return;
}

function reclaimOn(session: Session, statement: Statement, task: Task, row: number): boolean {
  const { nodes } = session.setup;
  const candidates = [...nodes.tasks[row]].filter(
    ({ status, job }) =>
      status === RUNNING &&
      job.spec.queue !== task.job.spec.queue &&
      session.setup.queues.get(job.spec.queue)?.reclaimable === true,
  );
  if (candidates.length === 0) return false;
  const victims = session.opinions.reclaimable(task, candidates);
  if (!wouldFit(session, task, row, victims)) return false;
  const waiting = victimQueue(session, victims, task);
  const available = nodes.future[row].slice();
  const own = new Statement(session);
  let evicts = false;
  while (waiting.size > 0 && !lessEqual(task.request, available)) {
    const victim = waiting.pop();
    if (victim === undefined) break;
    own.evict(victim);
    add(available, victim.request);
    evicts = true;
  }
  own.pipeline(task, row, evicts);
  statement.merge(own);
  return true;
}
