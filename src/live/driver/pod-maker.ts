/** Makes the pods of jobs when the workload says that they are submitted. */
import type { Workload } from '../../workload.ts';
import type { Order } from './orders.ts';
import type { Session } from './session.ts';

export class PodMaker {
  readonly #submit: Float64Array;
  readonly #session: Session;
  readonly #count: number;
  #next = 0;

  constructor(workload: Workload, session: Session) {
    this.#submit = workload.submit;
    this.#count = workload.count;
    this.#session = session;
  }

  /** When the next job comes [ms]. */
  get nextTime(): number {
    return this.#next < this.#count ? this.#submit[this.#next] : Infinity;
  }

  /** The pods of jobs whose time has come, but for those that are there already. */
  due(now: number): Order[] {
    const orders: Order[] = [];
    for (; this.#next < this.#count && this.#submit[this.#next] <= now; this.#next++) {
      const job = this.#next;
      if (this.#session.life.states.of(job).isOver) continue;
      for (const task of this.#session.tasks.of(job)) {
        // What was there before this driver began is the session's matter.
        if (task.pod !== undefined || task.isComing || task.generation >= 0) continue;
        task.isComing = true;
        orders.push({ kind: 'create', task, generation: 0 });
      }
    }
    return orders;
  }
}
