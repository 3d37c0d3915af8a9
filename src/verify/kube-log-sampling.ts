/**
 * A search that stops when enough nodes have passed, as it may go in a real scheduler: 16 workers take chunks of nodes in
 * order and are stopped where they are, so which nodes are found is not certain, nor where the next search begins.
 * Source: pkg/scheduler/schedule_one.go (findNodesThatPassFilters), framework/parallelize, client-go
 * util/workqueue/parallelizer.go (Kubernetes v1.26.5 and v1.36.2).
 */
const WORKERS = 16;

/**
 * What is known of the order in which a scheduler looks at nodes. `fresh`: it is that of the record, and the first search
 * begins with the first node; `running`: the same, but the scheduler has searched before, nobody knows how often;
 * `unknown`: it may be any order, as after it was started anew.
 */
export type KnownOrder = 'fresh' | 'running' | 'unknown';

export class SampledSearch {
  readonly #nodes: number;
  readonly #enough: number;
  readonly #known: KnownOrder;
  readonly #chunk: number;
  /** By place in the order of nodes: 1 if the next search may begin there. */
  #starts: Uint8Array;

  constructor(nodes: number, enough: number, known: KnownOrder) {
    this.#nodes = nodes;
    this.#enough = enough;
    this.#known = known;
    this.#chunk = Math.max(1, Math.min(Math.trunc(Math.sqrt(nodes)), Math.trunc(nodes / WORKERS) + 1));
    this.#starts = new Uint8Array(nodes);
    this.#starts.fill(1, 0, known === 'fresh' ? 1 : nodes);
  }

  /**
   * May the real scheduler have found nodes among which this one is the best? `rows`: those that pass, with their totals;
   * it takes scores not to depend on which others were found. If it may, the places where the next search begins are kept.
   */
  allows(order: Int32Array, rows: Int32Array, totals: Float64Array, real: number): boolean {
    const notBetter = totals.reduce((count, total) => count + (total <= totals[real] ? 1 : 0), 0);
    if (notBetter < Math.min(this.#enough, rows.length)) return false;
    if (rows.length <= this.#enough || this.#known === 'unknown') return true;
    const totalOf = new Map(Array.from(rows, (row, index) => [row, totals[index]]));
    const values = Float64Array.from(order, (row) => totalOf.get(row) ?? NaN);
    const place = order.indexOf(rows[real]);
    const next = new Uint8Array(this.#nodes);
    let allowed = false;
    for (let start = 0; start < this.#nodes; start++) {
      if (this.#starts[start] === 0) continue;
      if (!this.#allowsFrom(start, values, place)) continue;
      allowed = true;
      this.#markNext(start, values, next);
    }
    if (allowed) this.#starts = next;
    return allowed;
  }

  /** `values`: by place, NaN for nodes that do not pass. */
  #allowsFrom(start: number, values: Float64Array, real: number): boolean {
    let least = 0;
    let most = 0;
    /** Of chunks that need not be looked through to their end: how many pass beyond what must be found. */
    const slack: number[] = [];
    let cut = 0;
    let isIn = false;
    for (let from = 0; from < this.#nodes; from += this.#chunk) {
      const chunk = this.#look(start, from, values, real);
      if (chunk.isReal && chunk.must === 0) return false;
      isIn ||= chunk.isReal;
      if (chunk.isCut) cut++;
      most += chunk.may;
      if (chunk.isCut) least += chunk.must;
      else {
        least += chunk.may;
        slack.push(chunk.may - chunk.must);
      }
      if (cut > WORKERS) return false;
      if (!isIn || most < this.#enough) continue;
      const free = WORKERS - cut;
      const spare = slack.toSorted((a, b) => b - a).slice(0, free);
      if (least - spare.reduce((sum, one) => sum + one, 0) <= this.#enough) return true;
    }
    return false;
  }

  /** How many nodes of a chunk may be found before a better one than the real one, and must be so that it is found. */
  #look(start: number, from: number, values: Float64Array, real: number) {
    let passed = 0;
    let must = 0;
    let isCut = false;
    let isReal = false;
    for (let i = from; i < Math.min(this.#nodes, from + this.#chunk); i++) {
      const place = (start + i) % this.#nodes;
      if (place === real) isReal = true;
      if (Number.isNaN(values[place])) continue;
      if (values[place] > values[real]) isCut = true;
      if (isCut) continue;
      passed++;
      if (place === real) must = passed;
    }
    return { may: passed, must, isCut, isReal };
  }

  /** The next search begins behind as many nodes as were looked at: all that were found, and those that failed. */
  #markNext(start: number, values: Float64Array, next: Uint8Array): void {
    let passed = 0;
    let inOrder = 0;
    for (; inOrder < this.#nodes && passed <= this.#enough; inOrder++) {
      if (!Number.isNaN(values[(start + inOrder) % this.#nodes])) passed++;
    }
    const failedInAll = this.#nodes - values.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0);
    const width = WORKERS * this.#chunk;
    const least = Math.max(this.#enough, inOrder - width);
    const most = Math.min(this.#enough + failedInAll, inOrder + width);
    for (let looked = least; looked <= most; looked++) next[(start + looked) % this.#nodes] = 1;
  }
}
