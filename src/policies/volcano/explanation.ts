/** Why a job waits, in Volcano's words. Source: pkg/scheduler/plugins/gang, api/job_info.go (Volcano v1.15.1). */
import { histogram } from './fit-errors.ts';
import type { Job } from './job.ts';
import { ALLOCATED, PENDING, PIPELINED, STATUS_NAMES } from './task.ts';
import type { Task, TaskStatus } from './task.ts';

/** At the end of a session, before it closes; undefined if the job has its minimum. */
export function whyWaiting(job: Job): string | undefined {
  if (job.isPending) return job.notEnqueued === '' ? undefined : job.notEnqueued;
  if (job.notValid !== '') return job.notValid;
  if (job.isReady) return undefined;
  const counts = STATUS_NAMES.map((name, status): [string, number] => [name, job.countOf(status as TaskStatus)]);
  const present = counts.filter(([, count]) => count > 0);
  const group = `pod group is not ready, ${histogram([...present, ['minAvailable', job.spec.minAvailable]])}`;
  const pending = job.tasksIn(PENDING);
  const tasks = pending.length === 0 ? '' : `; Pending: ${histogram(reasons(pending))}`;
  const { missing, origin } = { missing: unschedulable(job, pending), origin: firstFitError(job) };
  return `${missing}/${job.tasks.size} tasks in gang unschedulable: ${group}${tasks}${origin}`;
}

/** How many of the minimum found no node. */
function unschedulable(job: Job, pending: readonly Task[]): number {
  const found = pending.filter((task) => statusTried(task) === ALLOCATED).length;
  return job.spec.minAvailable - found - job.ready;
}

function reasons(pending: readonly Task[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const task of pending) {
    const reason = statusTried(task) === ALLOCATED ? 'Schedulable' : 'Unschedulable';
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return counts;
}

function statusTried({ tried, status }: Task): TaskStatus {
  return tried?.status ?? status;
}

function firstFitError(job: Job): string {
  for (const task of job.tasks) {
    const errors = job.fitErrors.get(task);
    if (errors !== undefined) return `. Origin reason is ${task.name}: ${errors.message}`;
  }
  return '';
}

/** The node that pods were evicted on for the task in this session, whatever became of it. */
export function nominatedRow(task: Task): number | undefined {
  const { status, row, evicts } = task.tried ?? task;
  return status === PIPELINED && evicts ? row : undefined;
}
