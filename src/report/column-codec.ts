/**
 * Columns of whole numbers as bytes: each value is a variable-length number, of its difference to the row before or
 * to another column where that is smaller. Compressed well by gzip afterwards: about 1 to 4 bytes a value.
 */

/** How a column was written. */
export interface CodedColumn {
  /** Where its bytes begin, and how many there are. */
  readonly at: number;
  readonly bytes: number;
  readonly count: number;
  /** What values were divided by. */
  readonly scale: number;
  /** `previous`: differences to the row before. A number: to the column of that index. */
  readonly from: 'zero' | 'previous' | number;
}

/** Stands for a value that is missing. Others follow it: 0 is coded as 1, -1 as 2, 1 as 3. */
const MISSING = 0;
const LONGEST = 8;

/** Bytes that grow. */
export class ByteColumn {
  #bytes = new Uint8Array(1 << 12);
  length = 0;

  /** 7 bits a byte, the lowest first; the highest bit says that more follow. */
  pushNumber(value: number): void {
    if (this.length + LONGEST > this.#bytes.length) this.#grow();
    let rest = value;
    while (rest >= 128) {
      this.#bytes[this.length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.length++] = rest;
  }

  done(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  #grow(): void {
    const larger = new Uint8Array(2 * this.#bytes.length);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** The largest of 1000 and 1 that divides all values. */
export function scaleOf(values: ArrayLike<number>): number {
  for (let row = 0; row < values.length; row++) if (values[row] % 1000 !== 0 && !Number.isNaN(values[row])) return 1;
  return 1000;
}

/** The bytes of a column. `base` holds, row by row, what differences are taken to. */
export function encodeColumn(
  values: ArrayLike<number>,
  scale: number,
  from: 'zero' | 'previous' | ArrayLike<number>,
): Uint8Array {
  const bytes = new ByteColumn();
  let previous = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (Number.isNaN(value)) {
      bytes.pushNumber(MISSING);
      continue;
    }
    const base = from === 'zero' ? 0 : from === 'previous' ? previous : present(from[row]);
    const difference = Math.round((value - base) / scale);
    bytes.pushNumber(1 + (difference >= 0 ? 2 * difference : -2 * difference - 1));
    previous = value;
  }
  return bytes.done();
}

/** The column back from its bytes. `base`: the column that it was written from, if there is one. */
export function decodeColumn(
  bytes: Uint8Array,
  { at, count, scale, from }: CodedColumn,
  base: Float64Array | undefined,
): Float64Array {
  const values = new Float64Array(count);
  let previous = 0;
  let next = at;
  for (let row = 0; row < count; row++) {
    let byte = bytes[next++];
    let coded = byte & 127;
    for (let weight = 128; byte >= 128; weight *= 128) {
      byte = bytes[next++];
      coded += (byte & 127) * weight;
    }
    if (coded === MISSING) {
      values[row] = NaN;
      continue;
    }
    const difference = coded % 2 === 1 ? (coded - 1) / 2 : -coded / 2;
    previous = (base === undefined ? (from === 'zero' ? 0 : previous) : present(base[row])) + difference * scale;
    values[row] = previous;
  }
  return values;
}

/** A job that never started has no start to count its end from. */
function present(value: number): number {
  return Number.isNaN(value) ? 0 : value;
}
