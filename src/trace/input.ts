/** Traces as they are stored: a file, standard input or bytes in memory; decompressed, hashed and counted on the way. */
import { isAscii } from 'node:buffer';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { InputError, usageError } from '../errors.ts';
import type { TraceInput } from './format.ts';
import { compressionOf, decompress, MAGIC_BYTES, refuseTar, TAR_BYTES } from './input-compression.ts';

/** How much of a file is looked at to find out its format [bytes of decompressed content]. */
export const HEAD_BYTES = 64 * 1024;

/** Told as the stored bytes are read; the total is undefined where it cannot be known, as on standard input. */
export type OnProgress = (bytesRead: number, totalBytes: number | undefined) => void;

/** A trace that can be looked at before it is read, and that knows afterwards what was stored. */
export class StoredTrace implements TraceInput {
  readonly name: string;
  readonly #content: AsyncGenerator<Uint8Array>;
  readonly #stored: StoredBytes;
  /** Pieces that `head` has taken and nobody has been given yet. */
  readonly #ahead: Uint8Array[] = [];
  /** Characters that are not UTF-8 were met and stand as U+FFFD in the text. */
  invalidUtf8 = false;

  constructor(name: string, bytes: AsyncIterable<Uint8Array>, size?: number, onProgress?: OnProgress) {
    this.name = name;
    this.#stored = new StoredBytes(bytes, size, onProgress);
    this.#content = content(this.#stored, name);
  }

  /** The beginning of the text, without using it up. What is not UTF-8 stands as U+FFFD. */
  async head(): Promise<string> {
    let length = 0;
    for (const piece of this.#ahead) length += piece.length;
    while (length < HEAD_BYTES) {
      const { value, done } = await this.#content.next();
      if (done) break;
      this.#ahead.push(value);
      length += value.length;
    }
    const head = Buffer.concat(this.#ahead).subarray(0, HEAD_BYTES);
    return new StringDecoder('utf8').write(startsWithMark(head) ? head.subarray(BYTE_ORDER_MARK.length) : head);
  }

  async *text(): AsyncGenerator<string> {
    const decoder = new StringDecoder('utf8');
    for await (const piece of this.encodedText()) {
      const text = decoder.write(piece);
      if (text !== '') yield text;
    }
    const rest = decoder.end();
    if (rest !== '') yield rest;
  }

  async *encodedText(): AsyncGenerator<Buffer> {
    const check = new Utf8Check();
    let position = 0;
    for await (const piece of this.#pieces()) {
      let bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
      if (position === 0) this.#refuseUtf16(bytes);
      const nul = bytes.indexOf(0);
      if (nul >= 0) throw this.#binary(position + nul);
      if (position === 0 && startsWithMark(bytes)) bytes = bytes.subarray(BYTE_ORDER_MARK.length);
      position += piece.length;
      check.add(bytes);
      if (bytes.length > 0) yield bytes;
    }
    this.invalidUtf8 = check.end();
  }

  async bytes(): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    for await (const piece of this.#pieces()) pieces.push(piece);
    return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
  }

  /** What was stored: reads on to the end if a reader stopped before it. */
  async account(): Promise<{ sha256: string; bytes: number }> {
    for await (const _ of this.#pieces()); // what a reader did not want is hashed all the same
    return await this.#stored.account();
  }

  /** Lets go of the file. */
  async close(): Promise<void> {
    await this.#stored.close();
  }

  async *#pieces(): AsyncGenerator<Uint8Array> {
    while (this.#ahead.length > 0) yield this.#ahead.shift()!;
    // Not `yield*`: leaving a loop over it would close the content for good.
    for (;;) {
      const { value, done } = await this.#content.next();
      if (done) return;
      yield value;
    }
  }

  #refuseUtf16(bytes: Buffer): void {
    if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
      throw new InputError('the text is UTF-16', this.name, `convert it first: iconv -f UTF-16 -t UTF-8 ${this.name}`);
    }
  }

  #binary(position: number): InputError {
    return new InputError(
      'found a NUL byte: this is binary data, not text',
      `${this.name}, byte ${position} of its content`,
      'is this the right file? formats that are not text are chosen by name: --format',
    );
  }
}

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

function startsWithMark(bytes: Uint8Array): boolean {
  return BYTE_ORDER_MARK.every((byte, index) => bytes[index] === byte);
}

/** Finds out whether there is anything in a text that is not UTF-8. */
class Utf8Check {
  readonly #decoder = new StringDecoder('utf8');
  #withinCharacter = false;
  #invalid = false;

  add(bytes: Buffer): void {
    if (this.#invalid || (!this.#withinCharacter && isAscii(bytes))) return;
    this.#note(this.#decoder.write(bytes));
    this.#withinCharacter = bytes[bytes.length - 1] >= 0x80;
  }

  end(): boolean {
    this.#note(this.#decoder.end());
    return this.#invalid;
  }

  #note(text: string): void {
    if (text.includes('\uFFFD')) this.#invalid = true;
  }
}

/** Opens a file, or standard input for `-`. */
export async function openTrace(path: string, onProgress?: OnProgress): Promise<StoredTrace> {
  if (path === '-') return new StoredTrace('standard input', process.stdin, undefined, onProgress);
  const size = await sizeOf(path);
  return new StoredTrace(path, readFile(path), size, onProgress);
}

/** Bytes or text in memory as a trace. */
export function traceInMemory(content: string | Uint8Array, name = 'memory'): StoredTrace {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return new StoredTrace(name, inPieces(bytes), bytes.length);
}

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += HEAD_BYTES) yield bytes.subarray(at, at + HEAD_BYTES);
}

/** The size of a regular file [bytes]; undefined for pipes and devices. Throws a usage error if it cannot be read. */
async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) throw usageError('this is a folder, not a trace', path, 'name one of the files in it');
    return stats.isFile() ? stats.size : undefined;
  } catch (error) {
    throw unreadable(error, path);
  }
}

async function* readFile(path: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of createReadStream(path, { highWaterMark: HEAD_BYTES })) yield piece as Uint8Array;
  } catch (error) {
    throw unreadable(error, path);
  }
}

const REMEDIES: Record<string, readonly [problem: string, hint: string]> = {
  ENOENT: ['there is no such file', 'check the path; "-" reads standard input'],
  ENOTDIR: ['there is no such file: a part of its path is not a folder', 'check the path'],
  EACCES: ['there is no permission to read it', 'chmod +r, or copy it to where you may read it'],
  EPERM: ['there is no permission to read it', 'chmod +r, or copy it to where you may read it'],
  EISDIR: ['this is a folder, not a trace', 'name one of the files in it'],
};

/** Failures of the file system as mistakes of the user; our own bugs stay what they are. */
function unreadable(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || error instanceof InputError) return error;
  const [problem, hint] = REMEDIES[String(error.code)] ?? [`cannot be read: ${error.message}`, 'check the path and the disk'];
  return usageError(problem, path, hint);
}

/** The bytes as stored: hashed and counted as they pass. May be iterated again to get what is left. */
class StoredBytes implements AsyncIterable<Uint8Array> {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #size: number | undefined;
  readonly #onProgress: OnProgress | undefined;
  readonly #hash = createHash('sha256');
  position = 0;

  constructor(bytes: AsyncIterable<Uint8Array>, size: number | undefined, onProgress: OnProgress | undefined) {
    this.#source = bytes[Symbol.asyncIterator]();
    this.#size = size;
    this.#onProgress = onProgress;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const { value, done } = await this.#source.next();
      if (done) return;
      this.#hash.update(value);
      this.position += value.length;
      this.#onProgress?.(this.position, this.#size);
      yield value;
    }
  }

  async account(): Promise<{ sha256: string; bytes: number }> {
    for await (const _ of this); // such as garbage after the end of compressed data
    return { sha256: this.#hash.digest('hex'), bytes: this.position };
  }

  async close(): Promise<void> {
    await this.#source.return?.();
  }
}

/** What is in the file when it has been decompressed. */
async function* content(stored: StoredBytes, name: string): AsyncGenerator<Uint8Array> {
  const pieces = withHead(stored, MAGIC_BYTES);
  const { value: head = Buffer.alloc(0) } = await pieces.next();
  const compression = compressionOf(head, name);
  const whole = again(head, pieces);
  const plain = withHead(compression ? decompress(whole, compression, name, () => stored.position) : whole, TAR_BYTES);
  let first = true;
  for await (const piece of plain) {
    if (first) refuseTar(piece, name);
    first = false;
    yield piece;
  }
}

/** Pieces of which the first has at least so many bytes, if there are as many: pipes may hand over one at a time. */
async function* withHead(pieces: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array> {
  let head: Uint8Array = Buffer.alloc(0);
  let whole = false;
  for await (const piece of pieces) {
    if (whole) {
      yield piece;
      continue;
    }
    head = head.length === 0 ? piece : Buffer.concat([head, piece]);
    if (head.length < bytes) continue;
    whole = true;
    yield head;
  }
  if (!whole && head.length > 0) yield head;
}

async function* again(head: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (head.length > 0) yield head;
  yield* rest;
}
