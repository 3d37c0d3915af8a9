/**
 * The queue of a job. A job names a LocalQueue of its namespace; one that names none gets the LocalQueue "default" if its
 * namespace has one. Without LocalQueues among the objects, jobs name ClusterQueues, and if there is only one, all are
 * its.
 * Source: pkg/controller/jobframework/defaults.go, pkg/controller/core/workload_controller.go (Kueue v0.19.2).
 */
import type { ClusterQueue } from './cluster-queue.ts';
import type { KueueObjects, LocalQueueObject } from './objects.ts';

export type QueueFound =
  | { readonly queue: ClusterQueue }
  /** The job waits for good. */
  | { readonly waits: string }
  /** Kueue has nothing to do with the job. */
  | 'unmanaged';

const DEFAULT_QUEUE = 'default';

export class LocalQueues {
  readonly #local: readonly LocalQueueObject[];
  readonly #queues: ReadonlyMap<string, ClusterQueue>;
  readonly #managesAll: boolean;

  constructor({ localQueues }: KueueObjects, queues: readonly ClusterQueue[], managesAll: boolean) {
    this.#local = localQueues;
    this.#queues = new Map(queues.map((queue) => [queue.name, queue]));
    this.#managesAll = managesAll;
  }

  /** `namespace`: undefined if the job is of no namespace; then the first queue of that name is its. */
  find(name: string | undefined, namespace: string | undefined): QueueFound {
    if (this.#local.length === 0) return this.#findClusterQueue(name);
    const local = this.#local.find(
      (one) => one.name === (name ?? DEFAULT_QUEUE) && (namespace === undefined || one.namespace === namespace),
    );
    if (local === undefined) return name === undefined ? this.#unnamed() : { waits: `LocalQueue ${name} doesn't exist` };
    if (local.stopped) return { waits: `LocalQueue ${local.name} is inactive` };
    return this.#active(this.#queues.get(local.clusterQueue), local.clusterQueue);
  }

  #findClusterQueue(name: string | undefined): QueueFound {
    const [[only, first]] = this.#queues;
    if (this.#queues.size === 1) return this.#active(first, only);
    return name === undefined ? this.#unnamed() : this.#active(this.#queues.get(name), name);
  }

  #active(queue: ClusterQueue | undefined, name: string): QueueFound {
    if (queue === undefined) return { waits: `ClusterQueue ${name} doesn't exist` };
    return queue.isStopped ? { waits: `ClusterQueue ${name} is inactive` } : { queue };
  }

  #unnamed(): QueueFound {
    return this.#managesAll ? { waits: 'the job names no queue, and jobs without one are managed' } : 'unmanaged';
  }
}
