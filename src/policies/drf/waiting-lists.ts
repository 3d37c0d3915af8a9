/** Of each user, the jobs that wait, in the order of their submission. */
import type { PendingJobs } from '../../policy.ts';

export class WaitingLists {
  readonly #lists = new Map<number, number[]>();

  /** `user`: whose it is. */
  add(user: number, job: number, pending: PendingJobs): void {
    let list = this.#lists.get(user);
    if (list === undefined) this.#lists.set(user, (list = []));
    let at = list.length;
    // One that was requeued goes back to its place.
    while (at > 0 && pending.isBefore(job, list[at - 1])) at--;
    list.splice(at, 0, job);
  }

  /** The first that still waits; -1 if none does. */
  first(user: number, pending: PendingJobs): number {
    const list = this.#lists.get(user);
    while (list !== undefined && list.length > 0 && !pending.has(list[0])) list.shift();
    return list?.[0] ?? -1;
  }
}
