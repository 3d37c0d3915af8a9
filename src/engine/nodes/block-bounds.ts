/** Nodes in a block, as a shift: 64. */
export const BLOCK = 6;

/**
 * For each block of nodes the most that is free of each resource on one of them, so that a search for room passes over
 * full stretches of the cluster. An upper bound: it is raised with every gift, and measured anew when it has misled a search
 * after something was taken. Most searches end where they begin, and would pay for a measurement that nobody needs.
 */
export class BlockBounds {
  readonly #free: Float64Array;
  readonly #resources: number;
  readonly #perTask: Float64Array;
  /** Of each block and resource. */
  readonly #most: Float64Array;
  /** Of each block: 1 if something has been taken since it was measured. */
  readonly #stale: Uint8Array;

  /** Reads what is free of each node and resource, and what each request takes of each resource. */
  constructor(free: Float64Array, perTask: Float64Array, resources: number) {
    const nodes = free.length / resources;
    const blocks = (nodes + (1 << BLOCK) - 1) >> BLOCK;
    this.#free = free;
    this.#perTask = perTask;
    this.#resources = resources;
    // A fresh block claims everything, until a search has found out.
    this.#most = new Float64Array(blocks * resources).fill(Infinity);
    this.#stale = new Uint8Array(blocks).fill(1);
  }

  copyFrom(other: BlockBounds): void {
    this.#most.set(other.#most);
    this.#stale.set(other.#stale);
  }

  /** Something was taken from the node. */
  lower(node: number): void {
    this.#stale[node >> BLOCK] = 1;
  }

  /** The node now has this much of the resource. */
  raise(node: number, resource: number, amount: number): void {
    const index = (node >> BLOCK) * this.#resources + resource;
    if (amount > this.#most[index]) this.#most[index] = amount;
  }

  /** Whether some node of the block may have room for one task. */
  mayFit(block: number, request: number): boolean {
    const first = block * this.#resources;
    const asked = request * this.#resources;
    for (let resource = 0; resource < this.#resources; resource++) {
      if (this.#most[first + resource] < this.#perTask[asked + resource]) return false;
    }
    return true;
  }

  /** A search has found no room in the block, or not from where it began. */
  measure(block: number): void {
    if (this.#stale[block] === 0) return;
    const resources = this.#resources;
    const end = Math.min(this.#free.length, ((block + 1) << BLOCK) * resources);
    for (let resource = 0; resource < resources; resource++) {
      let most = 0;
      for (let index = (block << BLOCK) * resources + resource; index < end; index += resources) {
        if (this.#free[index] > most) most = this.#free[index];
      }
      this.#most[block * resources + resource] = most;
    }
    this.#stale[block] = 0;
  }

  /** Throws if the node has more than its block admits. */
  audit(node: number, resource: number): void {
    const free = this.#free[node * this.#resources + resource];
    const most = this.#most[(node >> BLOCK) * this.#resources + resource];
    if (free > most) throw new Error(`node ${node} has ${free} of resource ${resource} free, but its block admits only ${most}`);
  }
}
