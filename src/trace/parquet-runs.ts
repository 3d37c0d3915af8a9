/** Checks of encoded values: the library writes as many as a run says, whether there is room for them or not. */
import { deltaBinaryUnpack } from 'hyparquet/src/delta.js';
import { varint } from './parquet-thrift.ts';

/** Strings of one page, put together from prefixes [bytes]. */
const MOST_STRING_BYTES = 256 * 1024 * 1024;

/**
 * Walks runs of the run-length and bit-packing hybrid. Returns how many of the values are 1 where they have one bit,
 * as definition levels do; for wider values the number has no meaning.
 */
export function checkRuns(bytes: Uint8Array, from: number, width: number, values: number): number {
  const bytesOfValue = (width + 7) >> 3;
  let at = from;
  let ones = 0;
  let seen = 0;
  while (seen < values) {
    const { value: header, end } = varint(bytes, at);
    // The library holds the header in 32 bits.
    if (header >= 2 ** 31) throw new Error('a run is impossibly long');
    at = end;
    if (header % 2 === 0) {
      const count = header / 2;
      if (count > values - seen) throw new Error(`a run has ${count} values where ${values - seen} are left`);
      if (at + bytesOfValue > bytes.length) throw new Error('a run goes on beyond its page');
      if (bytes[at] === 1) ones += count;
      else if (width === 1 && bytes[at] !== 0) throw new Error('a level is neither 0 nor 1');
      at += bytesOfValue;
      seen += count;
    } else {
      const length = ((header - 1) / 2) * width;
      if (at + length > bytes.length) throw new Error('a run goes on beyond its page');
      if (width === 1) ones += countOnes(bytes, at, Math.min(length * 8, values - seen));
      at += length;
      seen += (header - 1) * 4;
    }
  }
  return ones;
}

function countOnes(bytes: Uint8Array, from: number, bits: number): number {
  let ones = 0;
  for (let bit = 0; bit < bits; bit++) ones += (bytes[from + (bit >> 3)] >> (bit & 7)) & 1;
  return ones;
}

/** Checks the header of delta-packed numbers. */
export function checkDeltas(bytes: Uint8Array, values: number, from = 0): void {
  const block = varint(bytes, from);
  const miniblocks = varint(bytes, block.end);
  const count = varint(bytes, miniblocks.end);
  if (values === 0) return;
  const perMiniblock = block.value / miniblocks.value;
  if (count.value !== values) throw new Error(`a page has ${count.value} values where ${values} are expected`);
  if (!(miniblocks.value <= 1024) || block.value > 2 ** 20 || !(perMiniblock > 0) || perMiniblock % 32 !== 0) {
    throw new Error('blocks of numbers have an impossible size');
  }
}

/** Strings that share prefixes: checks that what they are put together from is there. */
export function checkDeltaStrings(bytes: Uint8Array, values: number): void {
  if (values === 0) return;
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
  const prefixes = new Int32Array(values);
  checkDeltas(bytes, values);
  deltaBinaryUnpack(reader, values, prefixes);
  const suffixes = new Int32Array(values);
  checkDeltas(bytes, values, reader.offset);
  deltaBinaryUnpack(reader, values, suffixes);
  let length = 0;
  let total = 0;
  for (let value = 0; value < values; value++) {
    if (prefixes[value] < 0 || prefixes[value] > length || suffixes[value] < 0)
      throw new Error('a string has an impossible length');
    length = prefixes[value] + suffixes[value];
    total += length;
    if (total > MOST_STRING_BYTES) throw new Error('strings take more room than a page can have');
  }
}
