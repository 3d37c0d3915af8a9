/**
 * SHA-256 of any plain data: what results are filed under. Equal data give equal hashes whatever the order of keys,
 * the machine and the kind of list; what differs in any value differs in its hash.
 */
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';

/** Hex. Objects count by their own keys, of which those that are undefined do not. Throws for functions and symbols. */
export function fingerprint(value: unknown): string {
  const hash = createHash('sha256');
  add(hash, value);
  return hash.digest('hex');
}

/** Every value is preceded by its kind, and every list and text by its length, so that no two are read alike. */
function add(hash: Hash, value: unknown): void {
  if (value === null || value === undefined || typeof value === 'boolean') hash.update(`${String(value)};`);
  else if (typeof value === 'number') hash.update(`n${numberText(value)};`);
  else if (typeof value === 'bigint') hash.update(`i${value};`);
  else if (typeof value === 'string') addText(hash, value);
  else if (typeof value === 'object') addObject(hash, value);
  else throw new Error(`a ${typeof value} has no fingerprint`);
}

/** -0 is 0: nothing we compute with tells them apart. */
function numberText(value: number): string {
  return value === 0 ? '0' : String(value);
}

function addText(hash: Hash, text: string): void {
  hash.update(`t${Buffer.byteLength(text)}:`).update(text);
}

function addObject(hash: Hash, value: object): void {
  if (ArrayBuffer.isView(value)) addColumn(hash, value);
  else if (Array.isArray(value)) addList(hash, value);
  else if (value instanceof Map) addList(hash, [...value].flat(), 'm');
  else if (value instanceof Set) addList(hash, [...value], 's');
  else {
    const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : 1));
    hash.update(`o${entries.length}:`);
    for (const [key, entry] of entries) {
      addText(hash, key);
      add(hash, entry);
    }
  }
}

function addList(hash: Hash, values: readonly unknown[], kind = 'l'): void {
  hash.update(`${kind}${values.length}:`);
  for (const value of values) add(hash, value);
}

/** Bytes of a column that are copied at a time: a hash does not take memory that threads share. */
const PIECE = 1 << 16;

/** Processors of either byte order we run on are little-endian; a machine that is not would only find other hashes. */
function addColumn(hash: Hash, column: ArrayBufferView): void {
  hash.update(`c${column.constructor.name}${column.byteLength}:`);
  const bytes = new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
  for (let from = 0; from < bytes.length; from += PIECE) hash.update(bytes.slice(from, from + PIECE));
}
