/** What is to be done at later instants. Things of one instant are done in the order in which they were entered. */
interface Entry {
  readonly at: number;
  readonly serial: number;
  readonly action: () => void;
}

export class Agenda {
  /** A binary heap. */
  readonly #entries: Entry[] = [];
  #serial = 0;

  /** When the next thing is to be done [ms]; Infinity if there is none. */
  get next(): number {
    return this.#entries.length === 0 ? Infinity : this.#entries[0].at;
  }

  add(at: number, action: () => void): void {
    const entries = this.#entries;
    const entry = { at, serial: this.#serial++, action };
    let hole = entries.push(entry) - 1;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (!isBefore(entry, entries[parent])) break;
      entries[hole] = entries[parent];
      hole = parent;
    }
    entries[hole] = entry;
  }

  /** Does everything that is due, also what is entered meanwhile. */
  carryOut(now: number): void {
    while (this.next <= now) this.#pop().action();
  }

  #pop(): Entry {
    const entries = this.#entries;
    const [first] = entries;
    const last = entries.pop();
    if (last === undefined || last === first) return first;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= entries.length) break;
      if (child + 1 < entries.length && isBefore(entries[child + 1], entries[child])) child++;
      if (!isBefore(entries[child], last)) break;
      entries[hole] = entries[child];
      hole = child;
    }
    entries[hole] = last;
    return first;
  }
}

function isBefore(one: Entry, other: Entry): boolean {
  return one.at < other.at || (one.at === other.at && one.serial < other.serial);
}
