/**
 * Columns that grow while a reader fills them. They grow by blocks, so that growing copies nothing and the memory of a
 * long column never stands twice; `done` joins the blocks and lets them go. With the right capacity there is one block,
 * and nothing is copied at all.
 */

/** Entries of a block after the first one: a power of two. */
const BLOCK = 8192;
const SHIFT = 13;
/** A column that was given room for all its rows keeps up to this share of it unused rather than be copied. */
const SPARE = 1 / 8;

/** A growing column of doubles. */
export class Float64Column {
  readonly #blocks: Float64Array[];
  #block: Float64Array;
  /** Where the next value goes in the last block. */
  #at = 0;
  length = 0;

  constructor(capacity = 1024) {
    this.#block = new Float64Array(Math.max(1, capacity));
    this.#blocks = [this.#block];
  }

  /** Room for so many values, if there are none yet. */
  reserve(capacity: number): void {
    if (this.length > 0 || capacity <= this.#block.length) return;
    this.#block = new Float64Array(capacity);
    this.#blocks[0] = this.#block;
  }

  push(value: number): void {
    if (this.#at === this.#block.length) this.#grow();
    this.#block[this.#at++] = value;
    this.length++;
  }

  get(row: number): number {
    const first = this.#blocks[0];
    if (row < first.length) return first[row];
    const later = row - first.length;
    return this.#blocks[1 + (later >> SHIFT)][later & (BLOCK - 1)];
  }

  /** The column at its length. The column itself is empty afterwards. */
  done(): Float64Array {
    const { length } = this;
    const [first] = this.#blocks;
    const values = first.length >= length ? trimmed(first, length) : new Float64Array(length);
    if (first.length < length) {
      let row = 0;
      for (const block of this.#blocks) {
        values.set(length - row < block.length ? block.subarray(0, length - row) : block, row);
        row += block.length;
      }
    }
    this.#block = new Float64Array(1);
    this.#blocks.length = 0;
    this.#blocks.push(this.#block);
    this.#at = 0;
    this.length = 0;
    return values;
  }

  /** The first block doubles until it is full size, so that a short column stays small. */
  #grow(): void {
    if (this.#block.length < BLOCK) {
      const larger = new Float64Array(Math.min(BLOCK, 2 * this.#block.length));
      larger.set(this.#block);
      this.#block = larger;
      this.#blocks[0] = larger;
      return;
    }
    this.#block = new Float64Array(BLOCK);
    this.#blocks.push(this.#block);
    this.#at = 0;
  }
}

/** A growing column of 32-bit integers. */
export class Int32Column {
  readonly #blocks: Int32Array[];
  #block: Int32Array;
  /** Where the next value goes in the last block. */
  #at = 0;
  length = 0;

  constructor(capacity = 1024) {
    this.#block = new Int32Array(Math.max(1, capacity));
    this.#blocks = [this.#block];
  }

  /** Room for so many values, if there are none yet. */
  reserve(capacity: number): void {
    if (this.length > 0 || capacity <= this.#block.length) return;
    this.#block = new Int32Array(capacity);
    this.#blocks[0] = this.#block;
  }

  push(value: number): void {
    if (this.#at === this.#block.length) this.#grow();
    this.#block[this.#at++] = value;
    this.length++;
  }

  get(row: number): number {
    const first = this.#blocks[0];
    if (row < first.length) return first[row];
    const later = row - first.length;
    return this.#blocks[1 + (later >> SHIFT)][later & (BLOCK - 1)];
  }

  /** The column at its length. The column itself is empty afterwards. */
  done(): Int32Array {
    const { length } = this;
    const [first] = this.#blocks;
    const values = first.length >= length ? trimmed(first, length) : new Int32Array(length);
    if (first.length < length) {
      let row = 0;
      for (const block of this.#blocks) {
        values.set(length - row < block.length ? block.subarray(0, length - row) : block, row);
        row += block.length;
      }
    }
    this.#block = new Int32Array(1);
    this.#blocks.length = 0;
    this.#blocks.push(this.#block);
    this.#at = 0;
    this.length = 0;
    return values;
  }

  /** The first block doubles until it is full size, so that a short column stays small. */
  #grow(): void {
    if (this.#block.length < BLOCK) {
      const larger = new Int32Array(Math.min(BLOCK, 2 * this.#block.length));
      larger.set(this.#block);
      this.#block = larger;
      this.#blocks[0] = larger;
      return;
    }
    this.#block = new Int32Array(BLOCK);
    this.#blocks.push(this.#block);
    this.#at = 0;
  }
}

/** A growing column that takes no room as long as all its rows hold the usual value, which nobody need tell it of. */
export class SeldomColumn<Column extends Float64Column | Int32Column> {
  readonly #usual: number;
  readonly #make: () => Column;
  #column: Column | undefined;

  constructor(usual: number, make: () => Column) {
    this.#usual = usual;
    this.#make = make;
  }

  /** The value of a row behind all that were set before. Those that are left out hold the usual one. */
  set(row: number, value: number): void {
    this.#column ??= this.#make();
    this.#fill(row);
    this.#column.push(value);
  }

  /** The column, of so many rows; undefined if none was set. It is empty afterwards. */
  done(rows: number): ReturnType<Column['done']> | undefined {
    this.#fill(rows);
    return this.#column?.done() as ReturnType<Column['done']> | undefined;
  }

  #fill(rows: number): void {
    const column = this.#column;
    if (column !== undefined) while (column.length < rows) column.push(this.#usual);
  }
}

/** The first `length` values of a block: the block itself but for little spare room, else a copy. */
function trimmed<Block extends Float64Array | Int32Array>(block: Block, length: number): Block {
  return (length >= (1 - SPARE) * block.length ? block.subarray(0, length) : block.slice(0, length)) as Block;
}

/** The numbers 0 .. count-1. */
export function rowNumbers(count: number): Int32Array {
  const rows = new Int32Array(count);
  for (let row = 0; row < count; row++) rows[row] = row;
  return rows;
}

/** The values of these rows, in this order. */
export function pickFloat64(column: Float64Array, rows: ArrayLike<number>): Float64Array {
  const picked = new Float64Array(rows.length);
  for (let row = 0; row < rows.length; row++) picked[row] = column[rows[row]];
  return picked;
}

/** The same for whole numbers. */
export function pickInt32(column: Int32Array, rows: ArrayLike<number>): Int32Array {
  const picked = new Int32Array(rows.length);
  for (let row = 0; row < rows.length; row++) picked[row] = column[rows[row]];
  return picked;
}
