/**
 * Reads MessagePack (github.com/msgpack/msgpack, spec.md) as what JSON would hold: integers beyond 2^53 become texts, binary
 * strings and extensions, which no trace has, are refused. Keys of maps that are no texts are written as JSON.
 */
import { InputError } from '../errors.ts';

/** The value that the bytes hold, which must be all of them. `hint`: what to do about others. */
export function decodeMsgpack(bytes: Uint8Array, file: string, hint: string): unknown {
  const reader = new MsgpackReader(bytes, file, hint);
  const value = reader.value(0);
  if (reader.at < bytes.length)
    throw new InputError('something follows the end of the value', `${file}, byte ${reader.at}`, hint);
  return value;
}

/** Deeper values are no objects of Kubernetes: a file of nothing but beginnings must not exhaust the stack. */
const DEEPEST = 200;

class MsgpackReader {
  at = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #file: string;
  readonly #hint: string;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  constructor(bytes: Uint8Array, file: string, hint: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#file = file;
    this.#hint = hint;
  }

  value(depth: number): unknown {
    if (depth > DEEPEST) throw this.#wrong(`values are nested more than ${DEEPEST} deep`);
    const head = this.#unsigned(1);
    if (head < 0x80) return head;
    if (head < 0x90) return this.#map(head & 0x0f, depth);
    if (head < 0xa0) return this.#array(head & 0x0f, depth);
    if (head < 0xc0) return this.#text(head & 0x1f);
    if (head >= 0xe0) return head - 0x100;
    switch (head) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xca:
        return this.#view.getFloat32(this.#take(4));
      case 0xcb:
        return this.#view.getFloat64(this.#take(8));
      case 0xcf:
        return small(this.#view.getBigUint64(this.#take(8)));
      case 0xd3:
        return small(this.#view.getBigInt64(this.#take(8)));
    }
    // The others come in sizes: 1, 2, 4 bytes for a number or a length.
    if (head >= 0xcc && head <= 0xce) return this.#unsigned(1 << (head - 0xcc));
    if (head >= 0xd0 && head <= 0xd2) return this.#signed(1 << (head - 0xd0));
    if (head >= 0xd9 && head <= 0xdb) return this.#text(this.#unsigned(1 << (head - 0xd9)));
    if (head >= 0xdc && head <= 0xdd) return this.#array(this.#unsigned(2 << (head - 0xdc)), depth);
    if (head >= 0xde) return this.#map(this.#unsigned(2 << (head - 0xde)), depth);
    throw this.#wrong(`there is a value of type 0x${head.toString(16)}`);
  }

  #map(entries: number, depth: number): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    for (let entry = 0; entry < entries; entry++) {
      const key = this.value(depth + 1);
      const value = this.value(depth + 1);
      // A key may have any name, even one that an object has of its own.
      Object.defineProperty(map, typeof key === 'string' ? key : JSON.stringify(key), {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    return map;
  }

  #array(length: number, depth: number): unknown[] {
    const array: unknown[] = [];
    for (let index = 0; index < length; index++) array.push(this.value(depth + 1));
    return array;
  }

  #text(length: number): string {
    const from = this.#take(length);
    try {
      return this.#decoder.decode(this.#bytes.subarray(from, from + length));
    } catch {
      throw this.#wrong('a text is not UTF-8');
    }
  }

  #unsigned(size: number): number {
    const from = this.#take(size);
    return size === 1 ? this.#view.getUint8(from) : size === 2 ? this.#view.getUint16(from) : this.#view.getUint32(from);
  }

  #signed(size: number): number {
    const from = this.#take(size);
    return size === 1 ? this.#view.getInt8(from) : size === 2 ? this.#view.getInt16(from) : this.#view.getInt32(from);
  }

  /** Where so many bytes begin that are read now. */
  #take(size: number): number {
    const from = this.at;
    if (from + size > this.#bytes.length) throw this.#wrong('it ends within a value');
    this.at += size;
    return from;
  }

  #wrong(problem: string): InputError {
    return new InputError(problem, `${this.#file}, byte ${this.at}`, this.#hint);
  }
}

function small(number: bigint): number | string {
  return BigInt.asIntN(54, number) === number ? Number(number) : String(number);
}
