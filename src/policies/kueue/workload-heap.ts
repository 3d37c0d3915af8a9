import type { Workload } from './workload.ts';

/** A binary heap of workloads, each of which knows its index. A workload is in one heap at most. */
export class WorkloadHeap {
  readonly #items: Workload[] = [];
  readonly #before: (one: Workload, other: Workload) => boolean;

  constructor(before: (one: Workload, other: Workload) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#items.length;
  }

  /** In no particular order. */
  all(): Workload[] {
    return [...this.#items];
  }

  push(workload: Workload): void {
    if (workload.heapIndex >= 0) throw new Error(`${workload.name} is in a heap already`);
    this.#items.push(workload);
    this.#rise(workload, this.#items.length - 1);
  }

  pop(): Workload | undefined {
    const first = this.#items.at(0);
    if (first !== undefined) this.remove(first);
    return first;
  }

  remove(workload: Workload): void {
    const hole = workload.heapIndex;
    if (this.#items[hole] !== workload) throw new Error(`${workload.name} is not in this heap`);
    const last = this.#items.pop();
    workload.heapIndex = -1;
    if (last === undefined || last === workload) return;
    if (!this.#sink(last, hole)) this.#rise(last, hole);
  }

  #rise(workload: Workload, from: number): void {
    let hole = from;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (!this.#before(workload, this.#items[parent])) break;
      this.#put(this.#items[parent], hole);
      hole = parent;
    }
    this.#put(workload, hole);
  }

  /** Answers whether it has moved. */
  #sink(workload: Workload, from: number): boolean {
    let hole = from;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= this.#items.length) break;
      if (child + 1 < this.#items.length && this.#before(this.#items[child + 1], this.#items[child])) child++;
      if (!this.#before(this.#items[child], workload)) break;
      this.#put(this.#items[child], hole);
      hole = child;
    }
    this.#put(workload, hole);
    return hole !== from;
  }

  #put(workload: Workload, index: number): void {
    this.#items[index] = workload;
    workload.heapIndex = index;
  }
}
