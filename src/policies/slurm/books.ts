/** What is free on each node, as the select plugin counts it: resources are back as soon as a job is over. */
import type { Machine } from './machine.ts';
import { addNode, nodeSetOf, removeNode } from './node-set.ts';
import type { NodeSet } from './node-set.ts';
import type { Share } from './selection.ts';

export class Books {
  readonly #machine: Machine;
  /** Of each node and resource. */
  readonly #free: Float64Array;
  /** Jobs on each node [count]. */
  readonly holders: Int32Array;
  /** Nodes without any job. */
  readonly empty: NodeSet;
  /** 1 where a job has the node for itself. */
  readonly #whole: Uint8Array;

  constructor(machine: Machine, from?: Books) {
    this.#machine = machine;
    this.#free = from === undefined ? machine.capacity.slice() : from.#free.slice();
    this.holders = from === undefined ? new Int32Array(machine.nodes) : from.holders.slice();
    this.empty = from === undefined ? nodeSetOf(machine.nodes, machine.numbers()) : from.empty.slice();
    this.#whole = from === undefined ? new Uint8Array(machine.nodes) : from.#whole.slice();
  }

  copy(): Books {
    return new Books(this.#machine, this);
  }

  /** Tasks of a request that fit on a node, at most `most`; whole nodes must be empty [count]. */
  fitting(node: number, request: number, most: number, whole: boolean): number {
    if (this.#whole[node] === 1 || (whole && this.holders[node] > 0) || !this.#machine.opens(node, request)) return 0;
    const { resources, perTask } = this.#machine;
    let tasks = most;
    for (let resource = 0; resource < resources; resource++) {
      const each = perTask[request * resources + resource];
      if (each > 0) tasks = Math.min(tasks, Math.floor(this.#free[node * resources + resource] / each));
    }
    return tasks;
  }

  take(shares: readonly Share[], whole: boolean): void {
    for (const share of shares) this.#change(share, -1, whole);
  }

  give(shares: readonly Share[], whole: boolean): void {
    for (const share of shares) this.#change(share, 1, whole);
  }

  #change({ node, request, tasks }: Share, sign: number, whole: boolean): void {
    const { resources, perTask } = this.#machine;
    for (let resource = 0; resource < resources; resource++) {
      this.#free[node * resources + resource] += sign * tasks * perTask[request * resources + resource];
    }
    this.holders[node] -= sign;
    if (this.holders[node] === 0) addNode(this.empty, node);
    else removeNode(this.empty, node);
    if (whole) this.#whole[node] = sign < 0 ? 1 : 0;
  }
}
