/** Decompression of Parquet pages that never makes more than the page could hold. */
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { CompressionCodec } from 'hyparquet';
import { compressors, decompressZstd } from 'hyparquet-compressors';

/** No writer makes pages of this size; the usual one is a megabyte. [bytes] */
const LARGEST_PAGE = 256 * 1024 * 1024;

type Codec = (input: Uint8Array, length: number) => Uint8Array;

/** How to decompress, and how many bytes one compressed byte can become at most. */
const CODECS: Readonly<Partial<Record<CompressionCodec, { decompress: Codec; ratio: number }>>> = {
  UNCOMPRESSED: { decompress: (input) => input, ratio: 1 },
  SNAPPY: { decompress: (input, length) => library('SNAPPY')(input, length), ratio: 64 },
  GZIP: { decompress: (input, length) => gunzipSync(input, { maxOutputLength: length }), ratio: 1100 },
  BROTLI: { decompress: (input, length) => brotliDecompressSync(input, { maxOutputLength: length }), ratio: 100_000 },
  ZSTD: { decompress: (input, length) => decompressZstd(input, new Uint8Array(length)), ratio: 100_000 },
  LZ4: { decompress: (input, length) => library('LZ4')(input, length), ratio: 256 },
  LZ4_RAW: { decompress: (input, length) => library('LZ4_RAW')(input, length), ratio: 256 },
};

function library(codec: CompressionCodec): Codec {
  const decompress = compressors[codec];
  if (decompress === undefined) throw new Error(`there is no decompressor for ${codec}`);
  return decompress;
}

/** Decompresses a page of this size [bytes]. Throws before it allocates if the size cannot be true. */
export function decompressPage(codec: CompressionCodec, input: Uint8Array, length: number): Uint8Array {
  const known = CODECS[codec];
  if (known === undefined) throw new Error(`the compression ${codec} is not supported`);
  checkPageSize(codec, input.length, length);
  if (length === 0) return new Uint8Array(0);
  const page = known.decompress(input, length);
  if (page.length !== length) throw new Error(`a page has ${page.length} bytes where its header says ${length}`);
  return page;
}

/** Checks the size that a page header declares against what is stored [bytes]. */
export function checkPageSize(codec: CompressionCodec, stored: number, declared: number): void {
  const ratio = CODECS[codec]?.ratio ?? 1;
  if (!Number.isInteger(declared) || declared < 0 || declared > LARGEST_PAGE || declared > (stored + 64) * ratio) {
    throw new Error(`a page of ${stored} stored bytes claims to hold ${declared}`);
  }
}
