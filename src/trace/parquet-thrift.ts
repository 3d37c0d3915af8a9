/**
 * Checks structures in Thrift's compact protocol before the Parquet library builds them: it believes the length of
 * every list, so that a few corrupt bytes could ask for gigabytes.
 * Protocol: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */

/** Parquet's own structures are nested less than ten deep. */
const DEEPEST = 32;

const STOP = 0;
const TRUE = 1;
const FALSE = 2;
const BYTE = 3;
const I16 = 4;
const I32 = 5;
const I64 = 6;
const DOUBLE = 7;
const BINARY = 8;
const LIST = 9;
const STRUCT = 12;

/** Where the structure that begins at `offset` ends. Throws if it does not fit into the bytes. */
export function endOfStruct(bytes: Uint8Array, offset: number, depth = 0): number {
  if (depth > DEEPEST) throw new Error(`structures are nested more than ${DEEPEST} deep`);
  let at = offset;
  for (;;) {
    const header = byteAt(bytes, at++);
    const type = header & 0x0f;
    if (type === STOP) return at;
    if (header >> 4 === 0) at = varint(bytes, at).end;
    at = endOfValue(bytes, at, type, depth);
  }
}

function endOfValue(bytes: Uint8Array, at: number, type: number, depth: number): number {
  switch (type) {
    case TRUE:
    case FALSE:
      return at;
    case BYTE:
      return within(bytes, at + 1);
    case I16:
    case I32:
    case I64:
      return varint(bytes, at).end;
    case DOUBLE:
      return within(bytes, at + 8);
    case BINARY: {
      const { value, end } = varint(bytes, at);
      return within(bytes, end + value);
    }
    case LIST:
      return endOfList(bytes, at, depth);
    case STRUCT:
      return endOfStruct(bytes, at, depth + 1);
    default:
      throw new Error(`a value has type ${type}, which Parquet does not use`);
  }
}

function endOfList(bytes: Uint8Array, offset: number, depth: number): number {
  const header = byteAt(bytes, offset);
  const type = header & 0x0f;
  let count = header >> 4;
  let at = offset + 1;
  if (count === 15) {
    const { value, end } = varint(bytes, at);
    count = value;
    at = end;
  }
  // Every element takes at least one byte.
  if (count > bytes.length - at) throw new Error(`a list has ${count} elements but only ${bytes.length - at} bytes`);
  const element = type === TRUE || type === FALSE ? BYTE : type;
  for (let index = 0; index < count; index++) at = endOfValue(bytes, at, element, depth + 1);
  return at;
}

/** An unsigned LEB128 number, and where it ends. */
export function varint(bytes: Uint8Array, offset: number): { value: number; end: number } {
  let value = 0;
  for (let index = 0; index < 10; index++) {
    const byte = byteAt(bytes, offset + index);
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, end: offset + index + 1 };
  }
  throw new Error('a number has more than ten bytes');
}

function byteAt(bytes: Uint8Array, at: number): number {
  if (at >= bytes.length) throw new Error('a structure goes on beyond the end of its bytes');
  return bytes[at];
}

function within(bytes: Uint8Array, end: number): number {
  if (end > bytes.length) throw new Error('a structure goes on beyond the end of its bytes');
  return end;
}
