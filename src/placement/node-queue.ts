/** Nodes by a key, the lowest first, ties to the lowest node number: a binary heap in two columns that are used again. */
export class NodeQueue {
  readonly #key: Float64Array;
  readonly #node: Int32Array;
  size = 0;

  constructor(nodes: number) {
    this.#key = new Float64Array(nodes);
    this.#node = new Int32Array(nodes);
  }

  clear(): void {
    this.size = 0;
  }

  /** Adds a node out of order: `sort` must be called before the first one is asked for. */
  append(node: number, key: number): void {
    this.#key[this.size] = key;
    this.#node[this.size++] = node;
  }

  sort(): void {
    for (let index = (this.size >> 1) - 1; index >= 0; index--) this.#sink(index, this.#node[index], this.#key[index]);
  }

  /** The node with the lowest key. */
  first(): number {
    return this.#node[0];
  }

  removeFirst(): void {
    this.size--;
    if (this.size > 0) this.#sink(0, this.#node[this.size], this.#key[this.size]);
  }

  /** Gives the first node another key, which is not lower than its old one. */
  raiseFirst(key: number): void {
    this.#sink(0, this.#node[0], key);
  }

  #sink(from: number, node: number, key: number): void {
    let index = from;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= this.size) break;
      if (child + 1 < this.size && this.#isBefore(child + 1, this.#node[child], this.#key[child])) child++;
      if (!this.#isBefore(child, node, key)) break;
      this.#node[index] = this.#node[child];
      this.#key[index] = this.#key[child];
      index = child;
    }
    this.#node[index] = node;
    this.#key[index] = key;
  }

  #isBefore(index: number, node: number, key: number): boolean {
    return this.#key[index] < key || (this.#key[index] === key && this.#node[index] < node);
  }
}
