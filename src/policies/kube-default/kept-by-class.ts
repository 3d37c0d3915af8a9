/** What is kept for pods of one class from cycle to cycle, as far as memory allows. */
import type { Snapshot } from './snapshot.ts';

export interface Kept {
  /** The memory it takes, roughly [B]. */
  readonly bytes: number;
}

interface Entry<Value> {
  readonly value: Value;
  lastUsed: number;
}

/** Values by class number. When they take too much, those go that were used least recently. */
export class KeptByClass<Value extends Kept> {
  /** [B] */
  readonly #budget: number;
  readonly #entries = new Map<number, Entry<Value>>();
  #uses = 0;

  constructor(budget: number) {
    this.#budget = budget;
  }

  get count(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    let bytes = 0;
    for (const { value } of this.#entries.values()) bytes += value.bytes;
    return bytes;
  }

  find(classId: number): Value | undefined {
    const entry = this.#entries.get(classId);
    if (entry === undefined) return undefined;
    entry.lastUsed = ++this.#uses;
    return entry.value;
  }

  findOrMake(classId: number, make: () => Value): Value {
    const found = this.find(classId);
    if (found !== undefined) return found;
    const made = make();
    this.keep(classId, made);
    return made;
  }

  keep(classId: number, value: Value): void {
    this.#entries.set(classId, { value, lastUsed: ++this.#uses });
    if (this.bytes > this.#budget) this.#shrink();
  }

  /** Makes room for some more at once, so that not every new class makes others go. */
  #shrink(): void {
    const oldestFirst = [...this.#entries].sort(([, one], [, other]) => one.lastUsed - other.lastUsed);
    let left = this.bytes;
    // The newest stays even if it is too large by itself: it is about to be used.
    for (const [classId, { value }] of oldestFirst.slice(0, -1)) {
      if (left <= this.#budget * 0.75) break;
      left -= value.bytes;
      this.#entries.delete(classId);
    }
  }
}

/** The same for each snapshot. */
export class KeptBySnapshot<Value extends Kept> {
  readonly #budget: number;
  readonly #bySnapshot = new WeakMap<Snapshot, KeptByClass<Value>>();

  /** `budget`: for each snapshot [B]. */
  constructor(budget: number) {
    this.#budget = budget;
  }

  of(snapshot: Snapshot): KeptByClass<Value> {
    let kept = this.#bySnapshot.get(snapshot);
    if (kept === undefined) this.#bySnapshot.set(snapshot, (kept = new KeptByClass<Value>(this.#budget)));
    return kept;
  }
}
