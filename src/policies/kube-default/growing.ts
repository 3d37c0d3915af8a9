/** Number columns that grow by rows. */

export function grownFloats(column: Float64Array, rows: number): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(capacityFor(column.length, rows));
  grown.set(column);
  return grown;
}

export function grownInts(column: Int32Array, rows: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(capacityFor(column.length, rows));
  grown.set(column);
  return grown;
}

function capacityFor(length: number, rows: number): number {
  return rows <= length ? length : Math.max(rows, 2 * length, 16);
}
