import type { KubernetesObjects } from '../../kubernetes-workload.ts';

/** Controllers that let only so many of their jobs be there at once: a Job's parallelism. */
export class Throttles {
  readonly #ofJob: Int32Array | undefined;
  readonly #free: number[];
  /** Of each controller: jobs that wait for their turn, in the order of their submissions. */
  readonly #waiting: number[][];
  readonly #admitted = new Set<number>();

  constructor(objects: KubernetesObjects | undefined) {
    this.#ofJob = objects?.throttleOfJob;
    this.#free = [...(objects?.parallelism ?? [])];
    this.#waiting = this.#free.map(() => []);
  }

  /** Whether the job may be there; if not, it waits for its turn. One that comes back keeps its place. */
  admit(job: number): boolean {
    const throttle = this.#ofJob?.[job] ?? -1;
    if (throttle < 0 || this.#admitted.has(job)) return true;
    if (this.#free[throttle] === 0) {
      if (!this.#waiting[throttle].includes(job)) this.#waiting[throttle].push(job);
      return false;
    }
    this.#free[throttle]--;
    this.#admitted.add(job);
    return true;
  }

  /** The job is over. Answers the job whose turn it is then, which is admitted; -1 if there is none. */
  release(job: number): number {
    const throttle = this.#ofJob?.[job] ?? -1;
    if (throttle < 0 || !this.#admitted.delete(job)) return -1;
    const next = this.#waiting[throttle].shift();
    if (next === undefined) this.#free[throttle]++;
    else this.#admitted.add(next);
    return next ?? -1;
  }
}
