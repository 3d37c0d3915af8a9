/** Source: pkg/scheduler/actions/allocate/allocate.go (Volcano v1.15.1), without network topology and sub-jobs. */
import { FitErrors } from '../fit-errors.ts';
import type { FitError } from '../fit-errors.ts';
import type { Job } from '../job.ts';
import { PredicateRun } from '../predicate-run.ts';
import { firstExceeding } from '../resource.ts';
import type { PriorityQueue } from '../priority-queue.ts';
import type { Session } from '../session.ts';
import { Statement } from '../statement.ts';
import { NO_NODE } from '../task.ts';
import type { Task } from '../task.ts';
import { JobsByQueue, pendingTasks, validJobs } from './action.ts';
import type { ActionEntry } from './action.ts';
import { ERROR_CACHE } from './error-cache.ts';
import type { KnownErrors } from './error-cache.ts';

/** Gives nodes to the tasks of jobs, one job at a time, the queues taking turns. */
export const allocate: ActionEntry = {
  name: 'allocate',
  create(given) {
    const caches = given.flag(ERROR_CACHE, true);
    return (session) => {
      const tasks = new Map<Job, PriorityQueue<Task>>();
      const jobs = candidates(session, tasks);
      const { queues } = jobs;
      for (let queue = queues.pop(); queue !== undefined; queue = queues.pop()) {
        if (session.opinions.isOverused(queue)) continue;
        const waiting = jobs.jobsOf(queue);
        const job = waiting?.pop();
        const left = job && tasks.get(job);
        if (waiting === undefined || job === undefined || left === undefined) continue;
        const statement = allocateTasks(session, job, left, caches);
        // What is only pipelined stays so until the session closes, and holds its room.
        if (statement !== undefined && session.opinions.isReady(job)) {
          statement.commit();
          if (left.size > 0) waiting.push(job);
        }
        queues.push(queue);
      }
    };
  },
};

function candidates(session: Session, tasks: Map<Job, PriorityQueue<Task>>): JobsByQueue {
  if (!session.setup.actions.has('enqueue')) for (const job of session.jobs) if (job.isPending) job.phase = 'Inqueue';
  const jobs = new JobsByQueue(session);
  for (const job of validJobs(session)) {
    const pending = pendingTasks(session, job, (task) => !task.bestEffort);
    if (pending.size === 0) continue;
    tasks.set(job, pending);
    jobs.add(job);
  }
  return jobs;
}

/** Until the job is ready: one task at a time once it is. Undefined if it did not even come to be pipelined. */
function allocateTasks(session: Session, job: Job, tasks: PriorityQueue<Task>, caches: boolean): Statement | undefined {
  const { opinions } = session;
  const queue = session.queueOf(job);
  const statement = new Statement(session);
  const known: KnownErrors = caches ? new Map() : undefined;
  for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) {
    if (!opinions.isAllocatable(queue, task)) continue;
    if (task.role >= 0 && job.failedRoles.has(task.role)) {
      const { name } = job.spec.roles[task.role];
      job.fails(task, new FitErrors(`Task ${task.name} with role spec ${name} has already predicated failed, skip`));
      continue;
    }
    const placed = placeTask(session, statement, task, known);
    if (!placed && !job.needsToGoOn) break;
    if (placed && opinions.isReady(job)) break;
  }
  if (opinions.isReady(job) || opinions.isPipelined(job)) return statement;
  statement.discard();
  return undefined;
}

/** On a node with idle room if there is one, else on one where enough is being released. */
function placeTask(session: Session, statement: Statement, task: Task, known: KnownErrors): boolean {
  const { nodes, search, random } = session.setup;
  const rows = feasibleNodes(session, task, known);
  const idle = rows.filter((row) => nodes.fitsIdle(task.request, row));
  const future = idle.length > 0 ? idle : rows.filter((row) => nodes.fitsFuture(task.request, row));
  if (future.length === 0) return false;
  const row = search.best(session, task, future, random);
  if (idle.length > 0) statement.allocate(task, row);
  else statement.pipeline(task, row, false);
  return true;
}

/** The node where pods were evicted for the task, if it will do; else all that will. */
function feasibleNodes(session: Session, task: Task, known: KnownErrors): readonly number[] {
  const { nodes, search, table } = session.setup;
  const run = new PredicateRun(session, task);
  if (run.rejected !== undefined) {
    const errors = new FitErrors();
    for (let row = 0; row < nodes.count; row++) errors.add(row, run.rejected);
    task.job.fails(task, errors);
    return [];
  }
  const check = (row: number): FitError | undefined => {
    const short = firstExceeding(task.request, nodes.future[row]);
    return short < 0 ? run.check(row) : insufficient(table.names[short]);
  };
  if (task.nominated !== NO_NODE && nodes.fitsFuture(task.request, task.nominated)) {
    const { rows } = search.find(task, [task.nominated], check, known);
    if (rows.length > 0) return rows;
  }
  const { rows, errors } = search.find(task, session.rows, check, known);
  if (rows.length === 0) task.job.fails(task, errors);
  return rows;
}

const shortages = new Map<string, FitError>();

/** Only the first resource is named. */
function insufficient(resource: string): FitError {
  let error = shortages.get(resource);
  if (error === undefined) shortages.set(resource, (error = { reasons: [`Insufficient ${resource}`], isUnresolvable: false }));
  return error;
}
