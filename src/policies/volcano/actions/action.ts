/** What a session does, one after the other. Source: pkg/scheduler/actions (Volcano v1.15.1). */
import type { Arguments } from '../arguments.ts';
import type { Job } from '../job.ts';
import { PriorityQueue } from '../priority-queue.ts';
import type { Queue } from '../queue.ts';
import type { Session } from '../session.ts';
import { PENDING } from '../task.ts';
import type { Task } from '../task.ts';

export interface ActionEntry {
  readonly name: string;
  create(given: Arguments): (session: Session) => void;
}

/** Jobs by queue, in their order. */
export class JobsByQueue {
  readonly queues: PriorityQueue<Queue>;
  readonly #jobs = new Map<Queue, PriorityQueue<Job>>();
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
    this.queues = new PriorityQueue((one, other) => session.isQueueBefore(one, other));
  }

  /** The queue comes along with its first job. */
  add(job: Job): void {
    const queue = this.#session.queueOf(job);
    let jobs = this.#jobs.get(queue);
    if (jobs === undefined) {
      this.#jobs.set(queue, (jobs = new PriorityQueue((one, other) => this.#session.isJobBefore(one, other))));
      this.queues.push(queue);
    }
    jobs.push(job);
  }

  jobsOf(queue: Queue): PriorityQueue<Job> | undefined {
    return this.#jobs.get(queue);
  }
}

/** The job's tasks that wait for a node, in their order. */
export function pendingTasks(session: Session, job: Job, accepts: (task: Task) => boolean = () => true): PriorityQueue<Task> {
  const queue = new PriorityQueue<Task>((one, other) => session.isTaskBefore(one, other));
  for (const task of job.tasksIn(PENDING)) if (accepts(task)) queue.push(task);
  return queue;
}

/** Jobs that were let in, and that the plugins have nothing against. */
export function* validJobs(session: Session): Iterable<Job> {
  for (const job of session.jobs) {
    if (job.isPending) continue;
    const reason = session.opinions.whyNotValid(job);
    if (reason === undefined) yield job;
    else job.notValid = reason;
  }
}
