/**
 * Pods that are being scheduled or bound, and what has happened since they were taken out of the queue.
 * Source: pkg/scheduler/backend/queue/active_queue.go, inFlightPods and inFlightEvents (Kubernetes v1.36.2).
 */
import type { Uid } from '../../../kubernetes.ts';
import type { PodInfo } from '../pod-info.ts';
import type { Incident } from './events.ts';
import type { QueueEntry } from './queued-pod.ts';

export interface Flight {
  readonly entry: QueueEntry;
  /** The number of the first incident that it has not seen. */
  readonly since: number;
  /** Its object as it is by now; undefined if it was deleted, or bound by somebody else. */
  latest: PodInfo | undefined;
}

export class InFlight {
  /** By uid; in the order in which they were taken out. */
  readonly #flights = new Map<Uid, Flight>();
  /** Incidents that some flight has not seen, from number `#first` on. */
  #incidents: Incident[] = [];
  #first = 0;

  get size(): number {
    return this.#flights.size;
  }

  get(uid: Uid): Flight | undefined {
    return this.#flights.get(uid);
  }

  start(entry: QueueEntry): void {
    // Taken out twice at once, it counts from the second time.
    this.#flights.delete(entry.uid);
    this.#flights.set(entry.uid, { entry, since: this.#first + this.#incidents.length, latest: entry.pod });
  }

  record(incident: Incident): void {
    if (this.#flights.size > 0) this.#incidents.push(incident);
  }

  /** What has happened since it was taken out. */
  *seenBy({ since }: Flight): Generator<Incident> {
    for (let i = since - this.#first; i < this.#incidents.length; i++) yield this.#incidents[i];
  }

  end(uid: Uid): void {
    this.#flights.delete(uid);
    const [oldest] = this.#flights.values();
    this.#forget(oldest === undefined ? this.#incidents.length : oldest.since - this.#first);
  }

  /** Copies the rest only when at least as much is given up, so that the cost per incident stays constant. */
  #forget(count: number): void {
    if (count === 0 || 2 * count < this.#incidents.length) return;
    this.#incidents = this.#incidents.slice(count);
    this.#first += count;
  }
}
