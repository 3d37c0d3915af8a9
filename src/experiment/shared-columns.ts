/** Columns in memory that worker threads share: a trace is read once, however many of them there are. */

type Column = Float64Array | Int32Array | Uint8Array;

/** Columns below this are copied to each thread instead [bytes]: sharing has its price too. */
const WORTH_SHARING = 1 << 14;

/** The same data, its large columns in shared memory. */
export function sharedColumns<Data>(data: Data): Data {
  return withColumns(data, (column) => {
    if (column.byteLength < WORTH_SHARING || isShared(column)) return column;
    const shared = new SharedArrayBuffer(column.byteLength);
    const copy = sameKind(column, shared);
    copy.set(column);
    return copy;
  });
}

/** The same data with columns of its own, for those who must not be able to change what others see. */
export function ownColumns<Data>(data: Data): Data {
  return withColumns(data, (column) => (isShared(column) ? column.slice() : column));
}

function isShared(column: Column): boolean {
  return column.buffer instanceof SharedArrayBuffer;
}

function sameKind(column: Column, buffer: SharedArrayBuffer): Column {
  if (column instanceof Float64Array) return new Float64Array(buffer);
  return column instanceof Int32Array ? new Int32Array(buffer) : new Uint8Array(buffer);
}

function withColumns<Data>(data: Data, replace: (column: Column) => Column): Data {
  const walk = (value: unknown): unknown => {
    if (value instanceof Float64Array || value instanceof Int32Array || value instanceof Uint8Array) return replace(value);
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, walk(entry)]));
  };
  // Only columns are replaced, each by one of its own kind.
  return walk(data) as Data;
}
