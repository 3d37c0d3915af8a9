import type { Cycle } from '../../policy.ts';
import { gpusHeld } from './elastic-jobs.ts';
import type { ElasticJob, ElasticJobs } from './elastic-jobs.ts';

/** GPUs that jobs are to hold, on each node; a job that is not named is to hold none. */
export type Allocations = ReadonlyMap<number, ArrayLike<number>>;

/**
 * Brings jobs to what they are to hold: what they hold too much is taken first, then each gets what it lacks. A job that is to
 * keep less than it needs is stopped with a checkpoint and starts anew. What cannot be had yet is tried again in later cycles.
 */
export class Targets {
  readonly #jobs: ElasticJobs;
  #wanted: Allocations = new Map();

  constructor(jobs: ElasticJobs) {
    this.#jobs = jobs;
  }

  /** From now on these. */
  set(cycle: Cycle, wanted: Allocations): void {
    this.#wanted = wanted;
    for (const one of this.#jobs.active) this.#shrink(cycle, one);
    for (const { job } of this.#jobs.active)
      if (!wanted.has(job) && cycle.pending.has(job)) cycle.explain(job, 'gets no GPUs in this round');
    this.grow(cycle);
  }

  /** Gives jobs what they still lack, as far as it is free. */
  grow(cycle: Cycle): void {
    for (const [job, wanted] of this.#wanted) {
      const one = this.#jobs.get(job);
      if (one !== undefined && (cycle.pending.has(job) || cycle.running.mayPreempt(job))) this.#fill(cycle, one, wanted);
    }
  }

  #shrink(cycle: Cycle, one: ElasticJob): void {
    const { job, held, fewest } = one;
    if (!cycle.running.mayPreempt(job)) return;
    const wanted = this.#wanted.get(job);
    let kept = 0;
    held.forEach((tasks, node) => (kept += Math.min(tasks, wanted?.[node] ?? 0)));
    if (kept < fewest) {
      cycle.preempt(job, { how: 'checkpoint' });
      held.fill(0);
      return;
    }
    let isLess = false;
    held.forEach((tasks, node) => {
      const over = tasks - (wanted?.[node] ?? 0);
      if (over <= 0) return;
      cycle.evict({ job, group: 0, node, tasks: over });
      held[node] -= over;
      isLess = true;
    });
    if (isLess && sum(wanted) === kept) this.#jobs.noteChange(one);
  }

  #fill(cycle: Cycle, one: ElasticJob, wanted: ArrayLike<number>): void {
    const { job, held, fewest } = one;
    const more = Array.from(held, (tasks, node) => {
      const missing = wanted[node] - tasks;
      return missing > 0 ? Math.min(missing, cycle.roomOn(job, 0, node)) : 0;
    });
    const added = sum(more);
    if (added === 0 || gpusHeld(one) + added < fewest) {
      if (cycle.pending.has(job)) cycle.explain(job, sum(wanted) === 0 ? 'gets no GPUs in this round' : 'waits for its GPUs');
      return;
    }
    more.forEach((tasks, node) => {
      if (tasks === 0) return;
      cycle.place(job, 0, node, tasks);
      held[node] += tasks;
    });
    this.#jobs.noteChange(one);
  }
}

function sum(amounts: ArrayLike<number> | undefined): number {
  let all = 0;
  for (let index = 0; index < (amounts?.length ?? 0); index++) all += amounts?.[index] ?? 0;
  return all;
}
