/** Numbers by topology pair: by label key and the value that a node has for it. */
import type { Snapshot } from './snapshot.ts';
import type { Topology } from './topologies.ts';

/** The numbers of one label key. */
export class KeyCounts {
  readonly key: string;
  readonly #topology: Topology;
  #counts: Float64Array;

  constructor(topology: Topology) {
    this.key = topology.key;
    this.#topology = topology;
    this.#counts = new Float64Array(topology.size);
  }

  /** [B] */
  get bytes(): number {
    return this.#counts.byteLength;
  }

  /** The number of the node's pair; undefined if it lacks the label. */
  of(row: number): number | undefined {
    const domain = this.#topology.values[row];
    return domain === 0 ? undefined : this.#counts[domain];
  }

  /** The same with 0 for a node that lacks the label: nothing is ever added there. */
  orZero(row: number): number {
    return this.#counts[this.#topology.values[row]];
  }

  /** Adds to the node's pair, if it has the label; tells what was there before. */
  add(row: number, amount: number): number | undefined {
    const domain = this.#topology.values[row];
    if (domain === 0) return undefined;
    const before = this.#counts[domain];
    this.#counts[domain] = before + amount;
    return before;
  }

  clear(): void {
    this.#counts = new Float64Array(this.#topology.size);
  }
}

export class TermCounts {
  readonly #snapshot: Snapshot;
  readonly #keys: KeyCounts[] = [];
  /** Pairs whose number is not 0. */
  #pairs = 0;
  /** How many things were added and not taken away again, even if they come to 0. */
  #parts = 0;

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
  }

  /** All numbers are 0. */
  get empty(): boolean {
    return this.#pairs === 0;
  }

  /** Something was added, even if it came to 0. */
  get touched(): boolean {
    return this.#parts > 0;
  }

  /** [B] */
  get bytes(): number {
    return this.#keys.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** The numbers of one key. They stay the same object. */
  of(key: string): KeyCounts {
    for (const counts of this.#keys) if (counts.key === key) return counts;
    const made = new KeyCounts(this.#snapshot.topology(key));
    this.#keys.push(made);
    return made;
  }

  /** Adds so much, or takes it away again (`by` -1), for the pair that a node has; nothing if it lacks the label. */
  add(key: string, row: number, amount: number, by: 1 | -1): void {
    const before = this.of(key).add(row, amount * by);
    if (before === undefined) return;
    this.#parts += by;
    const after = before + amount * by;
    if (before === 0 && after !== 0) this.#pairs++;
    else if (before !== 0 && after === 0) this.#pairs--;
  }

  /** One of the node's pairs has a number above 0. */
  anyAbove0(row: number): boolean {
    for (const counts of this.#keys) if (counts.orZero(row) > 0) return true;
    return false;
  }

  /** The sum over all of the node's pairs. */
  sum(row: number): number {
    let sum = 0;
    for (const counts of this.#keys) sum += counts.orZero(row);
    return sum;
  }

  /** Forgets all numbers, after nodes have changed. */
  clear(): void {
    for (const counts of this.#keys) counts.clear();
    this.#pairs = 0;
    this.#parts = 0;
  }
}
