/** Numbers by topology pair: by label key and the value that a node has for it. */
import type { Snapshot } from './snapshot.ts';
import type { Topology } from './topologies.ts';

interface KeyCounts {
  readonly topology: Topology;
  readonly counts: Float64Array;
}

export class TermCounts {
  readonly #snapshot: Snapshot;
  readonly #keys = new Map<string, KeyCounts>();
  /** Pairs whose number is not 0. */
  #pairs = 0;
  /** Something was added, even if it came to 0. */
  #touched = false;

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
  }

  get empty(): boolean {
    return this.#pairs === 0;
  }

  get touched(): boolean {
    return this.#touched;
  }

  /** Adds to the pair that a node has for the key; nothing if it lacks the label. */
  add(key: string, row: number, amount: number): void {
    let counts = this.#keys.get(key);
    if (counts === undefined) {
      const topology = this.#snapshot.topology(key);
      this.#keys.set(key, (counts = { topology, counts: new Float64Array(topology.size) }));
    }
    const domain = counts.topology.values[row];
    if (domain === 0) return;
    const before = counts.counts[domain];
    counts.counts[domain] += amount;
    this.#touched = true;
    if (before === 0 && amount !== 0) this.#pairs++;
    else if (before !== 0 && counts.counts[domain] === 0) this.#pairs--;
  }

  /** The number of the node's pair for one key; undefined if it lacks the label. */
  of(key: string, row: number): number | undefined {
    const counts = this.#keys.get(key);
    const topology = counts?.topology ?? this.#snapshot.topology(key);
    const domain = topology.values[row];
    return domain === 0 ? undefined : (counts?.counts[domain] ?? 0);
  }

  /** One of the node's pairs has a number above 0. */
  anyAbove0(row: number): boolean {
    for (const { topology, counts } of this.#keys.values()) {
      const domain = topology.values[row];
      if (domain !== 0 && counts[domain] > 0) return true;
    }
    return false;
  }

  /** The sum over all of the node's pairs. */
  sum(row: number): number {
    let sum = 0;
    for (const { topology, counts } of this.#keys.values()) {
      const domain = topology.values[row];
      if (domain !== 0) sum += counts[domain];
    }
    return sum;
  }

  copy(): TermCounts {
    const copy = new TermCounts(this.#snapshot);
    for (const [key, { topology, counts }] of this.#keys) copy.#keys.set(key, { topology, counts: counts.slice() });
    copy.#pairs = this.#pairs;
    copy.#touched = this.#touched;
    return copy;
  }
}
