/** Orders about pods, each given once. */
import { isFinished } from './live-pod.ts';
import type { LivePod } from './live-pod.ts';
import type { DeletionReason, Order } from './orders.ts';
import { free } from './tasks.ts';
import type { Task, TaskTable } from './tasks.ts';

export class PodOrders {
  readonly #tasks: TaskTable;
  readonly #order: (order: Order) => void;
  /** Pods whose deletion was ordered: whoever carries it out goes on until it is done. */
  readonly #deleted = new Set<string>();
  /** Tasks whose pods had been asked for when it was last looked. */
  #longComing = new Set<Task>();

  constructor(tasks: TaskTable, order: (order: Order) => void) {
    this.#tasks = tasks;
    this.#order = order;
  }

  /** `grace`: as it says itself if absent [ms]. */
  delete(pod: LivePod, why: DeletionReason, grace?: number): void {
    // What is going already may have to go sooner.
    const isSooner = why === 'orphan' || why === 'limit';
    const key = isSooner ? `${pod.uid} ${why}` : pod.uid;
    if (this.#deleted.has(key) || (pod.terminating && !isSooner)) return;
    this.#deleted.add(key);
    this.#order({ kind: 'delete', pod, why, grace });
  }

  /** Takes a pod off its node. One whose binding is not answered yet follows when it is. */
  takeOff({ state, pod }: Task, why: DeletionReason, grace?: number): void {
    if (state === 'bound' && pod !== undefined && !isFinished(pod)) this.delete(pod, why, grace);
  }

  /** Another pod for a task that had one. The first pod of a task is made when the workload says so. */
  replace(task: Task): void {
    if (task.generation >= 0) this.make(task);
  }

  /** No node is decided on for the task any more; a pod that was on one is made anew. */
  renew(task: Task): void {
    if (task.pod?.nodeName !== undefined) this.delete(task.pod, 'surplus');
    free(task);
    if (task.pod === undefined) this.replace(task);
  }

  /** The next pod of a task, unless it is coming. */
  make(task: Task): void {
    if (task.isComing) return;
    task.isComing = true;
    this.#order({ kind: 'create', task, generation: task.generation + 1 });
  }

  /**
   * Pods that have been waited for since the last call are asked for once more: they may have been gone again before anybody
   * heard of them. Who asks twice for one that is there gets it once.
   */
  askAgain(): void {
    const coming = new Set<Task>();
    this.#tasks.each((task) => {
      if (!task.isComing) return;
      if (this.#longComing.has(task)) this.#order({ kind: 'create', task, generation: task.generation + 1 });
      else coming.add(task);
    });
    this.#longComing = coming;
  }
}
