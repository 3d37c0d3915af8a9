/** Dominant shares. Source: pkg/scheduler/plugins/drf/drf.go (Volcano v1.15.1). */
import type { Job } from '../job.ts';
import { amountOf, has, plus, share, subtract } from '../resource.ts';
import type { Resource } from '../resource.ts';
import type { Session } from '../session.ts';
import type { Task } from '../task.ts';

/** Shares that differ by less are equal. */
const DELTA = 0.000001;

/** The dominant share of each job: of what its tasks hold and what is promised to them. */
export class Shares {
  readonly total: Resource;
  readonly #shares = new Map<Job, number>();

  constructor(session: Session) {
    this.total = session.setup.nodes.total;
  }

  of(job: Job): number {
    let share = this.#shares.get(job);
    if (share === undefined) this.#shares.set(job, (share = dominantShare(this.allocatedOf(job), this.total)));
    return share;
  }

  /** A copy. */
  allocatedOf(job: Job): Resource {
    return plus(job.allocated, job.pipelined);
  }

  /** What the job holds is another now. */
  changed(job: Job): void {
    this.#shares.delete(job);
  }

  /** Tasks whose job has, without them, still as much as the preemptor's has with it. */
  victims(preemptor: Task, candidates: readonly Task[]): Task[] {
    const own = dominantShare(plus(this.allocatedOf(preemptor.job), preemptor.request), this.total);
    const left = new Map<Job, Resource>();
    return candidates.filter(({ job, request }) => {
      const allocated = left.get(job) ?? this.allocatedOf(job);
      left.set(job, subtract(allocated, request));
      const other = dominantShare(allocated, this.total);
      return own < other || Math.abs(own - other) <= DELTA;
    });
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
