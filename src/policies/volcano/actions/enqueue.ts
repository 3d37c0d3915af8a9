/** Source: pkg/scheduler/actions/enqueue/enqueue.go (Volcano v1.15.1). */
import type { Job } from '../job.ts';
import { PriorityQueue } from '../priority-queue.ts';
import type { Queue } from '../queue.ts';
import type { ActionEntry } from './action.ts';

/** Lets pending jobs in, the queues taking turns, as far as the plugins see room for their minima. */
export const enqueue: ActionEntry = {
  name: 'enqueue',
  create: () => (session) => {
    const queues = new PriorityQueue<Queue>((one, other) => session.isQueueBefore(one, other));
    const pending = new Map<Queue, PriorityQueue<Job>>();
    for (const job of session.jobs) {
      const queue = session.queueOf(job);
      let jobs = pending.get(queue);
      if (jobs === undefined) {
        pending.set(queue, (jobs = new PriorityQueue((one, other) => session.isJobBefore(one, other))));
        queues.push(queue);
      }
      if (job.isPending) jobs.push(job);
    }
    for (let queue = queues.pop(); queue !== undefined; queue = queues.pop()) {
      const job = pending.get(queue)?.pop();
      if (job === undefined) continue;
      if (session.opinions.isEnqueueable(job)) {
        session.opinions.enqueued(job);
        job.phase = 'Inqueue';
      }
      queues.push(queue);
    }
  },
};
