/** Compression of stored traces, told by the first bytes rather than by the name. */
import { Readable } from 'node:stream';
import type { TransformOptions } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { createGunzip } from 'node:zlib';
import type { ZlibOptions } from 'node:zlib';
import { InputError } from '../errors.ts';

/** Decompressed pieces: large enough that what is done once a piece costs nothing. [bytes] */
const PIECE = 128 * 1024;

/** A piece ahead of the reader, so that it seldom waits for one; each is memory that is free only some time later. */
const GUNZIP: ZlibOptions & TransformOptions = { chunkSize: PIECE, highWaterMark: 2 * PIECE };

/** The most bytes that `compressionOf` looks at, and those that `refuseTar` does. */
export const MAGIC_BYTES = 6;
export const TAR_BYTES = 512;

export type Compression = 'gzip' | 'xz';

interface Refused {
  readonly what: string;
  readonly magic: readonly number[];
  readonly command: string;
}

/** Packings that are not read, and how to take the file out of them. */
const REFUSED: readonly Refused[] = [
  { what: 'bzip2', magic: [0x42, 0x5a, 0x68], command: 'bunzip2 -k' },
  { what: 'Zstandard', magic: [0x28, 0xb5, 0x2f, 0xfd], command: 'zstd -d' },
  { what: 'LZ4', magic: [0x04, 0x22, 0x4d, 0x18], command: 'lz4 -d' },
  { what: 'a zip archive', magic: [0x50, 0x4b, 0x03, 0x04], command: 'unzip' },
  { what: 'a 7z archive', magic: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], command: '7z x' },
];

/** How a file that begins with these bytes is compressed. Throws `InputError` for packings that are not read. */
export function compressionOf(head: Uint8Array, name: string): Compression | undefined {
  if (startsWith(head, [0x1f, 0x8b])) return 'gzip';
  if (startsWith(head, [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])) return 'xz';
  const refused = REFUSED.find(({ magic }) => startsWith(head, magic));
  if (refused) {
    throw new InputError(
      `the file is packed with ${refused.what}, which is not read directly`,
      name,
      `unpack it first: ${refused.command} ${name}`,
    );
  }
  return undefined;
}

/** A tar archive is told by the word at offset 257 of its (decompressed) content. */
export function refuseTar(head: Uint8Array, name: string): void {
  const at = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  if (at.length > 262 && at.toString('latin1', 257, 262) === 'ustar') {
    throw new InputError('the file is a tar archive of several files', name, `unpack it first: tar xf ${name}`);
  }
}

/** The decompressed content of `stored`. `position` tells how many stored bytes have been read, for messages. */
export async function* decompress(
  stored: AsyncIterable<Uint8Array>,
  compression: Compression,
  name: string,
  position: () => number,
): AsyncGenerator<Uint8Array> {
  const broken = (problem: string) =>
    new InputError(
      `the ${compression} data is broken: ${problem}`,
      `${name}, near byte ${position()}`,
      'the file is cut off or damaged: fetch or compress it again',
    );
  if (compression === 'gzip') yield* gunzip(stored, broken);
  else yield* unxz(stored, broken);
}

async function* gunzip(stored: AsyncIterable<Uint8Array>, broken: (problem: string) => InputError): AsyncGenerator<Uint8Array> {
  const source = Readable.from(stored, { objectMode: false });
  const gunzip = createGunzip(GUNZIP);
  source.on('error', (error) => gunzip.destroy(error));
  source.pipe(gunzip);
  try {
    for await (const piece of gunzip) yield piece as Uint8Array;
  } catch (error) {
    if (isZlibError(error)) throw broken(error.message);
    throw error;
  } finally {
    source.destroy();
  }
}

function isZlibError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_');
}

async function* unxz(stored: AsyncIterable<Uint8Array>, broken: (problem: string) => InputError): AsyncGenerator<Uint8Array> {
  let unreadable: unknown;
  async function* watched() {
    try {
      yield* stored;
    } catch (error) {
      unreadable = error;
      throw error;
    }
  }
  // Takes time to load, and few traces need it.
  const { default: xz } = await import('xz-decompress');
  const pieces = new xz.XzReadableStream(ReadableStream.from(watched()));
  try {
    for await (const piece of pieces) yield piece;
  } catch (error) {
    if (unreadable !== undefined) throw unreadable;
    throw broken(xzProblem(error));
  }
}

/** The decoder tells its error as a number (enum xz_ret of XZ Embedded, xz.h). */
function xzProblem(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (message.endsWith('error code 8')) return 'it ends too early, or goes on after its end';
  if (message.endsWith('error code 7')) return 'the data does not match its own checksum';
  return message;
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return bytes.length >= magic.length && magic.every((byte, index) => bytes[index] === byte);
}
