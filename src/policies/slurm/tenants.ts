/**
 * Who is on which node, where that matters: nodes that are kept for one user (--exclusive=user, ExclusiveUser), and what
 * each partition has taken of a node (MaxCPUsPerNode). Source: Slurm 22.05, node_scheduler.c, filter_by_node_owner.
 */
import type { Held } from './share.ts';

export class Tenants {
  /** Of each node that has any: the users of its jobs. */
  readonly #users: Map<number, readonly Held[]>;
  readonly #units: Map<number, Float64Array>;
  readonly #nodes: number;
  /** Of all nodes: jobs that may not be with those of other users [count]. */
  #keepers: number;

  constructor(nodes: number, from?: Tenants) {
    this.#nodes = nodes;
    this.#keepers = from === undefined ? 0 : from.#keepers;
    this.#users = new Map();
    this.#units = new Map();
    if (from === undefined) return;
    for (const [node, held] of from.#users) this.#users.set(node, held);
    for (const [partition, taken] of from.#units) this.#units.set(partition, taken.slice());
  }

  change(node: number, held: Held, sign: -1 | 1): void {
    const before = this.#users.get(node) ?? [];
    if (held.forUser) this.#keepers -= sign;
    if (sign < 0) this.#users.set(node, [...before, held]);
    else {
      const gone = before.findIndex(({ user, forUser, partition }) => {
        return user === held.user && forUser === held.forUser && partition === held.partition;
      });
      const after = before.filter((_, index) => index !== gone);
      if (after.length === 0) this.#users.delete(node);
      else this.#users.set(node, after);
    }
    let units = this.#units.get(held.partition);
    if (units === undefined) this.#units.set(held.partition, (units = new Float64Array(this.#nodes)));
    units[node] -= sign * held.units;
  }

  /** One node has the same ones as there from now on. */
  becomeOn(node: number, other: Tenants): void {
    const theirs = other.#users.get(node);
    this.#keepers += keepersAmong(theirs) - keepersAmong(this.#users.get(node));
    if (theirs === undefined) this.#users.delete(node);
    else this.#users.set(node, theirs);
    for (const [partition, units] of this.#units) units[node] = other.unitsOf(partition, node);
    for (const [partition, units] of other.#units) if (!this.#units.has(partition)) this.#units.set(partition, units.slice());
  }

  /** Whether some node is kept for one user. */
  get keepNodes(): boolean {
    return this.#keepers > 0;
  }

  /** Whether a job of the user may come to the node; `forUser`: it will not be with jobs of others. */
  admits(node: number, user: number, forUser: boolean): boolean {
    const tenants = this.#users.get(node);
    return tenants?.every((tenant) => tenant.user === user || (!forUser && !tenant.forUser)) ?? true;
  }

  /** Units of a node that jobs of a partition hold [count]. */
  unitsOf(partition: number, node: number): number {
    return this.#units.get(partition)?.[node] ?? 0;
  }
}

function keepersAmong(tenants: readonly Held[] = []): number {
  return tenants.filter(({ forUser }) => forUser).length;
}
