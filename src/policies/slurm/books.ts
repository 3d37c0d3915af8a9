/** What is free on each node, as the select plugin counts it: resources are back as soon as a job is over. */
import type { Machine } from './machine.ts';
import { addNode, hasNode, isWithin, nodeSetOf, removeNode } from './node-set.ts';
import type { NodeSet } from './node-set.ts';
import type { Share } from './share.ts';
import { Tenants } from './tenants.ts';

/** Changes of which the nodes are known [count]. */
const RECENT = 64;

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
  readonly tenants: Tenants;
  /** How often anything was written [count]. */
  changes = 0;
  /** Of each node: how often anything had been written when something on it was written last [count]. */
  readonly changedAt: Float64Array;
  /** The nodes of the last changes, each at its number. */
  readonly #recent = new Int32Array(RECENT);
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

  /** One node is as in other books of this machine from now on. */
  becomeOn(node: number, other: Books): void {
    const { resources, gresSlots, tracksTenants } = this.#machine;
    for (let at = node * resources; at < (node + 1) * resources; at++) this.#free[at] = other.#free[at];
    for (let at = node * gresSlots; at < (node + 1) * gresSlots; at++) this.gres[at] = other.gres[at];
    this.units[node] = other.units[node];
    this.memory[node] = other.memory[node];
    this.holders[node] = other.holders[node];
    this.#whole[node] = other.#whole[node];
    if (hasNode(other.empty, node)) addNode(this.empty, node);
    else removeNode(this.empty, node);
    if (tracksTenants) this.tenants.becomeOn(node, other.tenants);
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

  /** Whether something on one of these nodes was written after that many changes. */
  hasChanged(nodes: NodeSet, changes: number): boolean {
    for (let word = 0; word < nodes.length; word++) {
      for (let bits = nodes[word]; bits !== 0; bits &= bits - 1) {
        if (this.changedAt[word * 32 + 31 - Math.clz32(bits & -bits)] > changes) return true;
      }
    }
    return false;
  }

  /** Nothing was taken or given, but these shares will come back at another time. */
  note(shares: readonly Share[]): void {
    for (const { node } of shares) this.#note(node);
  }

  #note(node: number): void {
    this.changedAt[node] = ++this.changes;
    this.#recent[this.changes % RECENT] = node;
  }

  /** Tells of each node on which something was written after that many changes. */
  forChangedSince(changes: number, tell: (node: number) => void): void {
    if (changes < 0 || this.changes - changes > RECENT) {
      for (let node = 0; node < this.changedAt.length; node++) if (this.changedAt[node] > changes) tell(node);
      return;
    }
    for (let change = changes + 1; change <= this.changes; change++) {
      const node = this.#recent[change % RECENT];
      // Later changes of the same node tell of it, too.
      if (this.changedAt[node] === change) tell(node);
    }
  }

  takeOne(share: Share, whole: boolean): void {
    this.#change(share, -1, whole);
  }

  giveOne(share: Share, whole: boolean): void {
    this.#change(share, 1, whole);
  }

  #change(share: Share, sign: -1 | 1, whole: boolean): void {
    const { node, request, tasks, held } = share;
    this.#note(node);
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
