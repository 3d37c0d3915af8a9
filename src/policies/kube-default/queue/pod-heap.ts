import type { QueueEntry } from './queued-pod.ts';

/** A binary heap of pods, each of which knows its index, so that any can be taken out. A pod is in one heap at most. */
export class PodHeap {
  readonly #pods: QueueEntry[] = [];
  readonly #before: (one: QueueEntry, other: QueueEntry) => boolean;

  constructor(before: (one: QueueEntry, other: QueueEntry) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#pods.length;
  }

  get head(): QueueEntry | undefined {
    return this.#pods[0];
  }

  /** All that `wanted` accepts, if it accepts none behind one that it refuses. */
  *first(wanted: (pod: QueueEntry) => boolean, index = 0): Generator<QueueEntry> {
    const pod = this.#pods.at(index);
    if (pod === undefined || !wanted(pod)) return;
    yield pod;
    yield* this.first(wanted, 2 * index + 1);
    yield* this.first(wanted, 2 * index + 2);
  }

  push(pod: QueueEntry): void {
    this.#pods.push(pod);
    this.#rise(pod, this.#pods.length - 1);
  }

  remove(pod: QueueEntry): void {
    const hole = pod.heapIndex;
    if (this.#pods[hole] !== pod) throw new Error(`pod ${pod.pod.pod.name} is not in this heap`);
    const last = this.#pods.pop();
    pod.heapIndex = -1;
    if (last === undefined || last === pod) return;
    this.#settle(last, hole);
  }

  /** Puts a pod whose order has changed where it belongs. */
  moved(pod: QueueEntry): void {
    this.#settle(pod, pod.heapIndex);
  }

  #settle(pod: QueueEntry, hole: number): void {
    if (!this.#sink(pod, hole)) this.#rise(pod, hole);
  }

  #rise(pod: QueueEntry, hole: number): void {
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (!this.#before(pod, this.#pods[parent])) break;
      this.#put(this.#pods[parent], hole);
      hole = parent;
    }
    this.#put(pod, hole);
  }

  /** Says whether it moved. */
  #sink(pod: QueueEntry, start: number): boolean {
    const pods = this.#pods;
    let hole = start;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= pods.length) break;
      if (child + 1 < pods.length && this.#before(pods[child + 1], pods[child])) child++;
      if (!this.#before(pods[child], pod)) break;
      this.#put(pods[child], hole);
      hole = child;
    }
    this.#put(pod, hole);
    return hole !== start;
  }

  #put(pod: QueueEntry, index: number): void {
    this.#pods[index] = pod;
    pod.heapIndex = index;
  }
}
