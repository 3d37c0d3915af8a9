import type { Eviction } from '../policy.ts';

/** Tasks that are about to be taken off their nodes while the job keeps the rest. */
export class LeavingTasks {
  readonly #ofJob = new Map<number, Eviction[]>();

  has(eviction: Eviction): boolean {
    return this.#ofJob.get(eviction.job)?.includes(eviction) === true;
  }

  /** Tasks of the group that are about to leave the node; any node if absent [count]. */
  count(job: number, group: number, node?: number): number {
    let tasks = 0;
    for (const leaving of this.#ofJob.get(job) ?? [])
      if (leaving.group === group && (node === undefined || leaving.node === node)) tasks += leaving.tasks;
    return tasks;
  }

  add(eviction: Eviction): void {
    const others = this.#ofJob.get(eviction.job);
    if (others === undefined) this.#ofJob.set(eviction.job, [eviction]);
    else others.push(eviction);
  }

  remove(eviction: Eviction): void {
    const left = this.#ofJob.get(eviction.job)!.filter((other) => other !== eviction);
    if (left.length > 0) this.#ofJob.set(eviction.job, left);
    else this.#ofJob.delete(eviction.job);
  }

  /** The job gives back everything. */
  forget(job: number): void {
    // Mostly there is none, and this is called for every job that ends.
    if (this.#ofJob.size > 0) this.#ofJob.delete(job);
  }
}
