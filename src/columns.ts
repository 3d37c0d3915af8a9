/** Columns that grow while a reader fills them. Typed arrays, doubled when full; `done` cuts them to size. */

/** A growing column of doubles. */
export class Float64Column {
  #values: Float64Array;
  length = 0;

  constructor(capacity = 1024) {
    this.#values = new Float64Array(capacity);
  }

  push(value: number): void {
    if (this.length === this.#values.length) {
      const larger = new Float64Array(2 * this.length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.length++] = value;
  }

  get(row: number): number {
    return this.#values[row];
  }

  /** The column at its length, as a copy that holds no spare room. */
  done(): Float64Array {
    return this.#values.slice(0, this.length);
  }
}

/** A growing column of 32-bit integers. */
export class Int32Column {
  #values: Int32Array;
  length = 0;

  constructor(capacity = 1024) {
    this.#values = new Int32Array(capacity);
  }

  push(value: number): void {
    if (this.length === this.#values.length) {
      const larger = new Int32Array(2 * this.length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.length++] = value;
  }

  get(row: number): number {
    return this.#values[row];
  }

  /** The column at its length, as a copy that holds no spare room. */
  done(): Int32Array {
    return this.#values.slice(0, this.length);
  }
}

/** The numbers 0 .. count-1. */
export function rowNumbers(count: number): Int32Array {
  const rows = new Int32Array(count);
  for (let row = 0; row < count; row++) rows[row] = row;
  return rows;
}
