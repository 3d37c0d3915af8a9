/**
 * Kinds of events, in the order in which those of one instant are applied: all ends, then changes of nodes, then
 * submissions, then timers.
 */
export const END = 0;
/** The grace period of a preempted job is over. */
export const STOP = 1;
/** The grace period of evicted tasks is over. */
export const EVICTION = 2;
/** An ended job's resources are clean again. */
export const RELEASE = 3;
export const NODE_FAILS = 4;
export const NODE_REPAIRED = 5;
export const OUTAGE_BEGINS = 6;
export const OUTAGE_ENDS = 7;
export const SUBMIT = 8;
export const TIMER = 9;

/**
 * A binary heap of events, as three parallel arrays. Order: time, then kind, then row (job, node or outage). The
 * order is total, so a run never depends on the order in which events were pushed.
 */
export class EventQueue {
  #time: Float64Array;
  #kind: Uint8Array;
  #row: Int32Array;
  size = 0;

  constructor(capacity = 1024) {
    const room = Math.max(1, capacity);
    this.#time = new Float64Array(room);
    this.#kind = new Uint8Array(room);
    this.#row = new Int32Array(room);
  }

  get nextTime(): number {
    return this.size === 0 ? Infinity : this.#time[0];
  }

  get nextKind(): number {
    return this.#kind[0];
  }

  get nextRow(): number {
    return this.#row[0];
  }

  push(time: number, kind: number, row: number): void {
    if (this.size === this.#time.length) this.#grow();
    const times = this.#time;
    let hole = this.size++;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (times[parent] < time || (times[parent] === time && !this.#winsTie(kind, row, parent))) break;
      this.#move(parent, hole);
      hole = parent;
    }
    this.#set(hole, time, kind, row);
  }

  /** Drops the next event. */
  pop(): void {
    const last = --this.size;
    const times = this.#time;
    const time = times[last];
    const kind = this.#kind[last];
    const row = this.#row[last];
    let hole = 0;
    for (let child = 1; child < last; child = 2 * hole + 1) {
      const right = child + 1;
      if (right < last && !(times[child] < times[right]) && this.#isBefore(right, child)) child = right;
      if (time < times[child] || (time === times[child] && this.#winsTie(kind, row, child))) break;
      this.#move(child, hole);
      hole = child;
    }
    this.#set(hole, time, kind, row);
  }

  /** The first time of an event of this kind and row; Infinity if there is none. Looks at all of them. */
  timeOf(kind: number, row: number): number {
    let time = Infinity;
    for (let event = 0; event < this.size; event++) {
      if (this.#row[event] === row && this.#kind[event] === kind) time = Math.min(time, this.#time[event]);
    }
    return time;
  }

  #isBefore(event: number, other: number): boolean {
    if (this.#time[event] !== this.#time[other]) return this.#time[event] < this.#time[other];
    return this.#winsTie(this.#kind[event], this.#row[event], other);
  }

  /** Between events of one time. */
  #winsTie(kind: number, row: number, other: number): boolean {
    if (kind !== this.#kind[other]) return kind < this.#kind[other];
    return row < this.#row[other];
  }

  #move(from: number, to: number): void {
    this.#time[to] = this.#time[from];
    this.#kind[to] = this.#kind[from];
    this.#row[to] = this.#row[from];
  }

  #set(at: number, time: number, kind: number, row: number): void {
    this.#time[at] = time;
    this.#kind[at] = kind;
    this.#row[at] = row;
  }

  #grow(): void {
    const time = new Float64Array(2 * this.size);
    const kind = new Uint8Array(2 * this.size);
    const row = new Int32Array(2 * this.size);
    time.set(this.#time);
    kind.set(this.#kind);
    row.set(this.#row);
    this.#time = time;
    this.#kind = kind;
    this.#row = row;
  }
}
