/** The queues of the cluster, by name. */
import { plainQueue } from './queue-object.ts';
import type { QueueObject } from './queue-object.ts';
import { Queue } from './queue.ts';

/** What the installation calls its own. Source: deployments/kai-scheduler/values.yaml (KAI-Scheduler v0.13.0). */
export const DEFAULT_QUEUE = 'default-queue';
const DEFAULT_PARENT = 'default-parent-queue';

export class QueueTree {
  readonly #byName = new Map<string, Queue>();
  readonly #all: Queue[] = [];
  /** Queues come into being as jobs name them. */
  readonly #isOpen: boolean;

  /** Without objects, each name that a job gives is a queue like the one that the installation makes. */
  constructor(objects: readonly QueueObject[] | undefined) {
    this.#isOpen = objects === undefined;
    if (objects === undefined) this.#add(plainQueue(DEFAULT_PARENT, ''), undefined);
    else for (const object of objects) this.#addWithParents(object, new Map(objects.map((one) => [one.name, one])));
  }

  /** The oldest first. */
  get all(): readonly Queue[] {
    return this.#all;
  }

  get top(): readonly Queue[] {
    return this.#all.filter(({ parent }) => parent === undefined);
  }

  /** Undefined if there is none of this name. */
  find(name: string): Queue | undefined {
    const known = this.#byName.get(name);
    if (known !== undefined || !this.#isOpen) return known;
    return this.#add(plainQueue(name, DEFAULT_PARENT), this.#byName.get(DEFAULT_PARENT));
  }

  /** Parents are made first, wherever they stand; ages are as written. */
  #addWithParents(object: QueueObject, objects: ReadonlyMap<string, QueueObject>): Queue {
    const known = this.#byName.get(object.name);
    if (known !== undefined) return known;
    const parent = objects.get(object.parent);
    return this.#add(object, parent === undefined ? undefined : this.#addWithParents(parent, objects));
  }

  #add(object: QueueObject, parent: Queue | undefined): Queue {
    const queue = new Queue(object, parent, this.#all.length);
    this.#byName.set(object.name, queue);
    this.#all.push(queue);
    return queue;
  }
}
