/**
 * Pods that fit nowhere, by class: as long as nothing changes in the cluster, what was found for one holds for all of its
 * class. A queue of equal pods that is woken by every pod that ends is tried at the price of one of them.
 */
import type { PodInfo } from './pod-info.ts';
import type { PostFilter } from './post-filter.ts';
import type { CycleSetup, Outcome } from './schedule-pod.ts';

/** Why pods of a class fit nowhere, and what preemption came to. */
export interface Misfit {
  readonly outcome: Outcome;
  readonly postFilter: PostFilter;
  readonly message: string;
  /** By how much the search moved on. */
  readonly shift: number;
}

export class Misfits {
  readonly #byClass = new Map<number, Misfit>();

  /** Something has changed that verdicts on nodes depend on. */
  forget(): void {
    if (this.#byClass.size > 0) this.#byClass.clear();
  }

  /** What was found for pods of its class, if that holds for this one. */
  of(pod: PodInfo, { profile: { filters } }: CycleSetup): Misfit | undefined {
    if (this.#byClass.size === 0 || pod.pod.nominatedNodeName !== undefined) return undefined;
    const known = this.#byClass.get(pod.class.id);
    if (known === undefined) return undefined;
    return filters.some(({ isForPodAlone }) => isForPodAlone?.(pod) === true) ? undefined : known;
  }

  /** Keeps what was found, unless it is about this pod alone or changes something itself. */
  keep(pod: PodInfo, found: Misfit, { profile: { filters } }: CycleSetup): void {
    if (found.postFilter.candidate !== undefined || pod.pod.nominatedNodeName !== undefined) return;
    if (filters.some(({ isForPodAlone }) => isForPodAlone?.(pod) === true)) return;
    this.#byClass.set(pod.class.id, found);
  }
}
