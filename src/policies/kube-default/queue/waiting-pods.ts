/** The pods that wait, each in its place. */
import type { Uid } from '../../../kubernetes.ts';
import { PodHeap } from './pod-heap.ts';
import { byBackoffEnd } from './queue-order.ts';
import type { Before } from './queue-order.ts';
import type { Place, QueueEntry } from './queued-pod.ts';
import { UnschedulablePods } from './unschedulable-pods.ts';

export class WaitingPods {
  /** Those that can be tried, in order. */
  readonly active: PodHeap;
  /** Those that plugins rejected, and that have been woken since; whose backoff ends first comes first. */
  readonly backoff: PodHeap;
  /** The same for those that are not tried before their time, even if there is nothing else to do. */
  readonly resting: PodHeap;
  /** The same for those that failed for another reason. */
  readonly errorBackoff: PodHeap;
  /** All who back off. */
  readonly backoffs: readonly PodHeap[];
  readonly unschedulable = new UnschedulablePods();
  readonly #byUid = new Map<Uid, QueueEntry>();

  constructor(order: Before) {
    this.active = new PodHeap(order);
    this.backoff = new PodHeap(byBackoffEnd(order));
    this.resting = new PodHeap(byBackoffEnd(order));
    this.errorBackoff = new PodHeap(byBackoffEnd(order));
    this.backoffs = [this.backoff, this.resting, this.errorBackoff];
  }

  get(uid: Uid): QueueEntry | undefined {
    return this.#byUid.get(uid);
  }

  put(pod: QueueEntry, place: Exclude<Place, 'out'>): void {
    this.#byUid.set(pod.uid, pod);
    pod.place = place;
    if (place === 'unschedulable') this.unschedulable.add(pod);
    else this.#heapOf(place).push(pod);
  }

  takeOut(pod: QueueEntry): QueueEntry {
    const { place } = pod;
    if (place === 'out') throw new Error(`pod ${pod.pod.pod.name} does not wait`);
    if (place === 'unschedulable') this.unschedulable.remove(pod);
    else this.#heapOf(place).remove(pod);
    this.#byUid.delete(pod.uid);
    pod.place = 'out';
    return pod;
  }

  /** Pods that rest back off like any others. */
  rouse(): void {
    for (let pod = this.resting.head; pod !== undefined; pod = this.resting.head) this.put(this.takeOut(pod), 'backoff');
  }

  /** Its object has changed, and so may have its order. */
  changed(pod: QueueEntry): void {
    if (pod.place !== 'out' && pod.place !== 'unschedulable') this.#heapOf(pod.place).moved(pod);
  }

  #heapOf(place: Exclude<Place, 'out' | 'unschedulable'>): PodHeap {
    if (place === 'active') return this.active;
    if (place === 'resting') return this.resting;
    return place === 'backoff' ? this.backoff : this.errorBackoff;
  }
}
