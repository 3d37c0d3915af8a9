/**
 * A heap as Go's container/heap keeps it. What stands on top when keys change inside, or are equal, depends on how the
 * heap was built: so it is built in the same way.
 * Source: pkg/scheduler/util/priority_queue.go (Volcano v1.15.1).
 */
export class PriorityQueue<Item> {
  readonly #items: Item[] = [];
  readonly #before: (one: Item, other: Item) => boolean;

  constructor(before: (one: Item, other: Item) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#items.length;
  }

  push(item: Item): void {
    this.#items.push(item);
    this.#rise(this.#items.length - 1);
  }

  pop(): Item | undefined {
    const last = this.#items.length - 1;
    if (last < 0) return undefined;
    this.#swap(0, last);
    this.#sink(0, last);
    return this.#items.pop();
  }

  #rise(from: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#before(this.#items[at], this.#items[parent])) break;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #sink(from: number, size: number): void {
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && this.#before(this.#items[child + 1], this.#items[child])) child++;
      if (!this.#before(this.#items[child], this.#items[at])) break;
      this.#swap(at, child);
      at = child;
    }
  }

  #swap(one: number, other: number): void {
    const item = this.#items[one];
    this.#items[one] = this.#items[other];
    this.#items[other] = item;
  }
}
