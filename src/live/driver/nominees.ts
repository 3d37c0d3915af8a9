/** Which nodes are being emptied for which pods: orders that their status says so, once for each change. */
import type { Nomination } from '../../policy.ts';
import type { NominateOrder } from './orders.ts';
import type { Task, TaskTable } from './tasks.ts';

export class Nominees {
  readonly #tasks: TaskTable;
  /** What the pods' status says, as far as it was ordered. */
  readonly #said = new Map<Task, { readonly uid: string; readonly node: string }>();

  constructor(tasks: TaskTable) {
    this.#tasks = tasks;
  }

  /** What the status of pods says that wait: a driver before has written it. */
  found(): Nomination[] {
    const found: Nomination[] = [];
    this.#tasks.each((task) => {
      const { job, group, index, pod, state } = task;
      if (pod?.nominatedNodeName === undefined || pod.nodeName !== undefined || state !== 'free') return;
      this.#said.set(task, { uid: pod.uid, node: pod.nominatedNodeName });
      found.push({ job, group, index, node: pod.nominatedNodeName });
    });
    return found;
  }

  /** After a cycle. A pod that is bound loses its nomination by that: the API server clears it. */
  *changes(nominations: Iterable<Nomination>): Generator<NominateOrder> {
    const left = new Set(this.#said.keys());
    for (const { node, ...mark } of nominations) {
      const task = this.#tasks.find({ ...mark, generation: 0 });
      if (task?.pod === undefined || task.state !== 'free') continue;
      left.delete(task);
      const { pod } = task;
      const said = this.#said.get(task);
      if (said?.uid === pod.uid && said.node === node) continue;
      this.#said.set(task, { uid: pod.uid, node });
      yield { kind: 'nominate', pod, nodeName: node };
    }
    for (const task of left) {
      const said = this.#said.get(task);
      this.#said.delete(task);
      if (task.state === 'free' && task.pod?.uid === said?.uid && task.pod !== undefined) {
        yield { kind: 'nominate', pod: task.pod, nodeName: '' };
      }
    }
  }
}
