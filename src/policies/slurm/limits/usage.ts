/** What runs and waits under an association, a QoS, or a user or account within a QoS. */
import { NODE } from '../priority/trackable.ts';
import type { Amounts } from './limit-set.ts';

export class Usage {
  /** Running jobs [count]. */
  jobs = 0;
  /** Jobs that wait or run [count]. */
  submitted = 0;
  /** What running jobs hold; a node that several of them share counts once. */
  readonly held: Amounts;
  /** What running jobs may still use of their limits [count × s]. */
  readonly promised: Amounts;
  readonly #jobsOnNode = new Map<number, number>();

  /** `resources`: how many there are. */
  constructor(resources: number) {
    this.held = new Float64Array(resources);
    this.promised = new Float64Array(resources);
  }

  begin(amounts: Amounts, nodes: readonly number[]): void {
    this.jobs++;
    for (let tres = 0; tres < amounts.length; tres++) this.held[tres] += amounts[tres];
    for (const node of nodes) this.#jobsOnNode.set(node, (this.#jobsOnNode.get(node) ?? 0) + 1);
    this.held[NODE] = this.#jobsOnNode.size;
  }

  end(amounts: Amounts, nodes: readonly number[]): void {
    this.jobs--;
    for (let tres = 0; tres < amounts.length; tres++) this.held[tres] = Math.max(0, this.held[tres] - amounts[tres]);
    for (const node of nodes) {
      const left = (this.#jobsOnNode.get(node) ?? 1) - 1;
      if (left > 0) this.#jobsOnNode.set(node, left);
      else this.#jobsOnNode.delete(node);
    }
    this.held[NODE] = this.#jobsOnNode.size;
  }

  /** So many more seconds of these resources; fewer if negative, but never less than none. */
  promise(amounts: Amounts, seconds: number): void {
    for (let tres = 0; tres < amounts.length; tres++) {
      this.promised[tres] = Math.max(0, this.promised[tres] + amounts[tres] * seconds);
    }
  }

  /** Nodes of these on which nothing of it runs yet [count]. */
  newNodes(nodes: readonly number[]): number {
    if (this.#jobsOnNode.size === 0) return nodes.length;
    return nodes.reduce((count, node) => (this.#jobsOnNode.has(node) ? count : count + 1), 0);
  }
}

/** A QoS, and each user and account in it. */
export class QosUsage extends Usage {
  readonly #resources: number;
  readonly #users = new Map<string, Usage>();
  readonly #accounts = new Map<string, Usage>();

  constructor(resources: number) {
    super(resources);
    this.#resources = resources;
  }

  ofUser(name: string): Usage {
    return this.#of(this.#users, name);
  }

  ofAccount(name: string): Usage {
    return this.#of(this.#accounts, name);
  }

  #of(known: Map<string, Usage>, name: string): Usage {
    let usage = known.get(name);
    if (usage === undefined) {
      usage = new Usage(this.#resources);
      known.set(name, usage);
    }
    return usage;
  }
}
