/** Turns what a cycle has decided into calls: which pod goes to which node, once all pods of a decision are there. */
import type { LiveCore } from '../../engine/live-core.ts';
import type { JobStates } from './job-states.ts';
import type { Bind, Order } from './orders.ts';
import type { Task, TaskTable } from './tasks.ts';

export interface DispatchParts {
  readonly core: LiveCore;
  readonly tasks: TaskTable;
  readonly states: JobStates;
  readonly nodeNames: readonly string[];
  order(order: Order): void;
}

export class Dispatch {
  readonly #parts: DispatchParts;
  /** Jobs with decisions that are not carried out yet, in the order in which they were made. */
  readonly #undone = new Set<number>();

  constructor(parts: DispatchParts) {
    this.#parts = parts;
  }

  get isWaiting(): boolean {
    return this.#undone.size > 0;
  }

  /** After a cycle: gives the nodes of the ledger to tasks that have none. */
  assign(): void {
    const { core } = this.#parts;
    for (const job of core.takePlaced()) {
      this.#assignJob(job);
      this.#undone.add(job);
    }
  }

  /** Orders the calls for which all pods are there. */
  send(): void {
    for (const job of this.#undone) if (this.#sendJob(job)) this.#undone.delete(job);
  }

  #assignJob(job: number): void {
    const { core, tasks } = this.#parts;
    const given = new Map<string, number>();
    for (const { group, node } of tasks.of(job)) if (node >= 0) add(given, `${group} ${node}`, 1);
    const free = tasks.of(job).filter(({ node }) => node < 0);
    core.eachPart(job, (node, group, count) => {
      const key = `${group} ${node}`;
      const there = Math.min(count, given.get(key) ?? 0);
      add(given, key, -there);
      for (let missing = count - there; missing > 0; missing--) decide(free, group, node);
    });
  }

  /** Answers whether there is nothing left to be done for the job. */
  #sendJob(job: number): boolean {
    const { tasks, states, nodeNames, order } = this.#parts;
    const { halt, isOver, failures } = states.of(job);
    if (halt !== undefined || isOver) return true;
    const decided = tasks.of(job).filter(({ state, isLeaving }) => state === 'decided' && !isLeaving);
    const binds: Bind[] = [];
    for (const task of decided) {
      const { pod, node } = task;
      if (pod === undefined || pod.terminating || pod.nodeName !== undefined) return false;
      binds.push({ task, pod, nodeName: nodeNames[node] });
    }
    for (const { task } of binds) task.state = 'binding';
    if (binds.length > 0) order({ kind: 'bind', job, binds, failures });
    return true;
  }
}

function add(counts: Map<string, number>, key: string, more: number): void {
  counts.set(key, (counts.get(key) ?? 0) + more);
}

/** The first free task of the group: which of them it is makes no difference. */
function decide(free: Task[], group: number, node: number): void {
  const at = free.findIndex((task) => task.group === group);
  if (at < 0) throw new Error(`node ${node} was decided on for a task of group ${group} that does not exist`);
  const [task] = free.splice(at, 1);
  task.state = 'decided';
  task.node = node;
}
