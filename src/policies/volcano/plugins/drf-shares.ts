/** Dominant shares. Source: pkg/scheduler/plugins/drf/drf.go (Volcano v1.15.1). */
import type { Job } from '../job.ts';
import { amountOf, has, plus, share, subtract } from '../resource.ts';
import type { Resource } from '../resource.ts';
import type { Session } from '../session.ts';
import type { Task } from '../task.ts';

/** Shares that differ by less are equal. */
const DELTA = 0.000001;

/** The dominant share of each job. */
export class Shares {
  readonly total: Resource;
  readonly #allocated = new Map<Job, Resource>();
  readonly #shares = new Map<Job, number>();

  constructor(session: Session) {
    this.total = session.setup.nodes.total;
    for (const job of session.jobs) this.#set(job, job.allocated.slice());
  }

  of(job: Job): number {
    return this.#shares.get(job) ?? 0;
  }

  allocatedOf(job: Job): Resource {
    const allocated = this.#allocated.get(job);
    if (allocated === undefined) throw new Error(`job ${job.uid} is not in the session`);
    return allocated;
  }

  book({ job, request }: Task, change: (to: Resource, by: Resource) => Resource): void {
    this.#set(job, change(this.allocatedOf(job), request));
  }

  /** Tasks whose job has, without them, still as much as the preemptor's has with it. */
  victims(preemptor: Task, candidates: readonly Task[]): Task[] {
    const own = dominantShare(plus(this.allocatedOf(preemptor.job), preemptor.request), this.total);
    const left = new Map<Job, Resource>();
    return candidates.filter(({ job, request }) => {
      const allocated = left.get(job) ?? this.allocatedOf(job).slice();
      left.set(job, subtract(allocated, request));
      const other = dominantShare(allocated, this.total);
      return own < other || Math.abs(own - other) <= DELTA;
    });
  }

  #set(job: Job, allocated: Resource): void {
    this.#allocated.set(job, allocated);
    this.#shares.set(job, dominantShare(allocated, this.total));
  }
}

/** The largest share of anything that there is in the cluster. */
export function dominantShare(allocated: Resource, total: Resource): number {
  let largest = 0;
  for (let i = 0; i < total.length; i++) {
    if (has(total, i)) largest = Math.max(largest, share(amountOf(allocated, i), total[i]));
  }
  return largest;
}
