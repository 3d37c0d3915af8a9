/** What is free on each node, as the select plugin counts it: resources are back as soon as a job is over. */
import type { Machine } from './machine.ts';
import { addNode, hasNode, isWithin, nodeSetOf, removeNode } from './node-set.ts';
import type { NodeSet } from './node-set.ts';
import type { Share } from './share.ts';
import { Tenants } from './tenants.ts';

export class Books {
  readonly #machine: Machine;
  /** Of each node and resource, as the requests of tasks take them. */
  readonly #free: Float64Array;
  /** Of each node: units that no job has (see `Hardware`). */
  readonly units: Float64Array;
  /** Of each node [bytes]. */
  readonly memory: Float64Array;
  /** Of each node and entry of generic resources [count]. */
  readonly gres: Int32Array;
  /** Jobs on each node [count]. */
  readonly holders: Int32Array;
  /** Nodes without any job. */
  readonly empty: NodeSet;
  tenants: Tenants;
  /** How often anything was written [count]. */
  changes = 0;
  /** Of each node: how often anything had been written when something on it was written last [count]. */
  readonly changedAt: Float64Array;
  /** 1 where a job has the node for itself. */
  readonly #whole: Uint8Array;

  constructor(machine: Machine, from?: Books) {
    this.#machine = machine;
    this.#free = (from === undefined ? machine.capacity : from.#free).slice();
    this.units = (from === undefined ? machine.units : from.units).slice();
    this.memory = (from === undefined ? machine.memory : from.memory).slice();
    this.gres = (from === undefined ? machine.gres : from.gres).slice();
    this.holders = from === undefined ? new Int32Array(machine.nodes) : from.holders.slice();
    this.empty = from === undefined ? nodeSetOf(machine.nodes, machine.numbers()) : from.empty.slice();
    this.tenants = new Tenants(machine.nodes, from?.tenants);
    this.changedAt = new Float64Array(machine.nodes);
    this.#whole = from === undefined ? new Uint8Array(machine.nodes) : from.#whole.slice();
  }

  copy(): Books {
    return new Books(this.#machine, this);
  }

  /** The same as others of this machine from now on: cheaper than another copy. */
  become(other: Books): void {
    this.#free.set(other.#free);
    this.units.set(other.units);
    this.memory.set(other.memory);
    this.gres.set(other.gres);
    this.holders.set(other.holders);
    this.empty.set(other.empty);
    this.tenants = new Tenants(this.#machine.nodes, other.tenants);
    this.#whole.set(other.#whole);
  }

  /** Whether a job could come to the node at all: nobody has it for himself, and who wants it so finds it empty. */
  isOpen(node: number, whole: boolean): boolean {
    return this.#whole[node] === 0 && (!whole || this.holders[node] === 0);
  }

  /** The same of all these nodes. */
  areOpen(nodes: NodeSet, whole: boolean): boolean {
    if (whole) return isWithin(nodes, this.empty);
    return this.#whole.every((kept, node) => kept === 0 || !hasNode(nodes, node));
  }

  /** Tasks of a request that fit on a node by what they ask for, at most `most` [count]. */
  fitting(node: number, request: number, most: number): number {
    if (!this.#machine.opens(node, request)) return 0;
    const { resources, perTask } = this.#machine;
    let tasks = most;
    for (let resource = 0; resource < resources; resource++) {
      const each = perTask[request * resources + resource];
      if (each > 0) tasks = Math.min(tasks, Math.floor(this.#free[node * resources + resource] / each));
    }
    return tasks;
  }

  take(shares: readonly Share[], whole: boolean): void {
    for (const share of shares) this.takeOne(share, whole);
  }

  give(shares: readonly Share[], whole: boolean): void {
    for (const share of shares) this.giveOne(share, whole);
  }

  /** Nothing was taken or given, but these shares will come back at another time. */
  note(shares: readonly Share[]): void {
    for (const { node } of shares) this.changedAt[node] = ++this.changes;
  }

  takeOne(share: Share, whole: boolean): void {
    this.#change(share, -1, whole);
  }

  giveOne(share: Share, whole: boolean): void {
    this.#change(share, 1, whole);
  }

  #change(share: Share, sign: -1 | 1, whole: boolean): void {
    const { node, request, tasks, held } = share;
    this.changedAt[node] = ++this.changes;
    const { resources, perTask, gresSlots } = this.#machine;
    for (let resource = 0; resource < resources; resource++) {
      this.#free[node * resources + resource] += sign * tasks * perTask[request * resources + resource];
    }
    this.units[node] += sign * held.units;
    if (held.memory > 0) this.memory[node] += sign * held.memory;
    held.gres?.forEach((count, slot) => (this.gres[node * gresSlots + slot] += sign * count));
    if (this.#machine.tracksTenants) this.tenants.change(node, held, sign);
    this.holders[node] -= sign;
    if (this.holders[node] === 0) addNode(this.empty, node);
    else removeNode(this.empty, node);
    if (whole) this.#whole[node] = sign < 0 ? 1 : 0;
  }
}
