/**
 * A table of two coordinates that answers: the largest value at or below both of them. Values only grow. A binary
 * indexed tree in each direction (Fenwick 1994): both verbs take logarithmic time in rows and in columns.
 */
export class MaximumTable {
  readonly #rows: number;
  readonly #columns: number;
  readonly #largest: Float64Array;

  constructor(rows: number, columns: number) {
    this.#rows = rows;
    this.#columns = columns;
    this.#largest = new Float64Array((rows + 1) * (columns + 1)).fill(-Infinity);
  }

  /** Puts the value there unless a larger one is there already. */
  raise(row: number, column: number, value: number): void {
    for (let i = row + 1; i <= this.#rows; i += i & -i) {
      for (let j = column + 1; j <= this.#columns; j += j & -j) {
        const cell = i * (this.#columns + 1) + j;
        if (value > this.#largest[cell]) this.#largest[cell] = value;
      }
    }
  }

  /** The largest value in rows 0 .. row and columns 0 .. column; -Infinity if there is none. */
  maximum(row: number, column: number): number {
    let maximum = -Infinity;
    for (let i = row + 1; i > 0; i -= i & -i) {
      for (let j = column + 1; j > 0; j -= j & -j) {
        const value = this.#largest[i * (this.#columns + 1) + j];
        if (value > maximum) maximum = value;
      }
    }
    return maximum;
  }
}
