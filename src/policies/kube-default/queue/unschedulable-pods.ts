/** Pods that were rejected or gated, found by the plugins that did so. */
import { PodHeap } from './pod-heap.ts';
import { byAge } from './queue-order.ts';
import type { QueueEntry } from './queued-pod.ts';

/** Stands for the plugin where no plugin has rejected the pod. */
export const NOBODY = '';

export class UnschedulablePods {
  readonly #byRejector = new Map<string, Set<QueueEntry>>();
  readonly #ungated = new PodHeap(byAge);
  readonly #gated = new PodHeap(byAge);

  get ungatedCount(): number {
    return this.#ungated.size;
  }

  get gatedCount(): number {
    return this.#gated.size;
  }

  /** Plugins with the pods that they have rejected; a pod may be there more than once. Pods may be removed meanwhile. */
  get byRejector(): ReadonlyMap<string, ReadonlySet<QueueEntry>> {
    return this.#byRejector;
  }

  /** The one that came or failed first. */
  get oldestUngated(): QueueEntry | undefined {
    return this.#ungated.head;
  }

  get oldestGated(): QueueEntry | undefined {
    return this.#gated.head;
  }

  add(pod: QueueEntry): void {
    (pod.gatedBy === undefined ? this.#ungated : this.#gated).push(pod);
    for (const plugin of rejectorsOf(pod)) {
      const others = this.#byRejector.get(plugin);
      if (others === undefined) this.#byRejector.set(plugin, new Set([pod]));
      else others.add(pod);
    }
  }

  /** What has rejected or gated it must not have changed since it was added. */
  remove(pod: QueueEntry): void {
    (pod.gatedBy === undefined ? this.#ungated : this.#gated).remove(pod);
    for (const plugin of rejectorsOf(pod)) this.#byRejector.get(plugin)?.delete(pod);
  }

  /** The pods that came or failed before an instant. */
  olderThan(time: number, which: 'ungated' | 'gated'): Iterable<QueueEntry> {
    const heap = which === 'gated' ? this.#gated : this.#ungated;
    return heap.first((pod) => pod.timestamp < time);
  }
}

function* rejectorsOf({ rejectors, pending }: QueueEntry): Generator<string> {
  if (rejectors.size + pending.size === 0) yield NOBODY;
  yield* rejectors;
  yield* pending;
}
