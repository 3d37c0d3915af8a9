/**
 * Whether the pods of admitted workloads are ready, and for how long they have not been.
 * Source: pkg/controller/core/workload_controller.go, reconcileNotReadyTimeout; pkg/controller/jobframework/reconciler.go,
 * generatePodsReadyCondition (Kueue v0.19.2). A pod is ready as soon as it is bound.
 */
import type { PodsReadySettings } from './configuration.ts';
import type { Workload } from './workload.ts';

/** An admitted workload whose pods are counted. */
interface Watched {
  readonly workload: Workload;
  readonly wanted: number;
  bound: number;
  wasReady: boolean;
  /** When it is evicted unless it is ready by then [ms]. */
  deadline: number;
}

export class Readiness {
  readonly #settings: PodsReadySettings | undefined;
  readonly #watched = new Map<number, Watched>();
  /** Those that are not ready. */
  readonly #waiting = new Set<Watched>();

  constructor(settings: PodsReadySettings | undefined) {
    this.#settings = settings;
  }

  get allReady(): boolean {
    return this.#waiting.size === 0;
  }

  /** When the next one is to be evicted [ms]; Infinity if none. */
  get next(): number {
    let next = Infinity;
    for (const { deadline } of this.#waiting) next = Math.min(next, deadline);
    return next;
  }

  /** Those that are to be evicted by now. */
  late(now: number): Workload[] {
    return [...this.#waiting].filter(({ deadline }) => deadline <= now).map(({ workload }) => workload);
  }

  admitted(workload: Workload, now: number): void {
    if (this.#settings === undefined) return;
    const wanted = workload.grants.reduce((sum, { count }) => sum + count, 0);
    const watched = { workload, wanted, bound: 0, wasReady: false, deadline: now + this.#settings.timeout };
    this.#watched.set(workload.job, watched);
    this.#waiting.add(watched);
  }

  /** It is evicted, or its job is over. */
  released(job: number): void {
    const watched = this.#watched.get(job);
    if (watched === undefined) return;
    this.#watched.delete(job);
    this.#waiting.delete(watched);
  }

  /** A pod of the job is there. Answers whether this made its workload ready. */
  podBound(job: number): boolean {
    const watched = this.#watched.get(job);
    if (watched === undefined || ++watched.bound < watched.wanted) return false;
    watched.wasReady = true;
    return this.#waiting.delete(watched);
  }

  /** A pod of the job that was there is not there any more. */
  podGone(job: number, now: number): void {
    const watched = this.#watched.get(job);
    if (watched === undefined || watched.bound === 0 || this.#settings === undefined) return;
    watched.bound--;
    if (!watched.wasReady || this.#waiting.has(watched)) return;
    watched.deadline = now + this.#settings.recoveryTimeout;
    this.#waiting.add(watched);
  }
}

/** How long a workload waits after its how-manieth eviction [ms]. Kueue adds up to 0.01 % by chance. */
export function backoffAfter(requeues: number, { backoffBase, backoffMax }: PodsReadySettings): number {
  return Math.min(backoffMax, backoffBase * 2 ** (requeues - 1));
}
