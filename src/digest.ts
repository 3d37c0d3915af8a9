/**
 * The digest of a schedule: what "same inputs and seed, same result" is checked with. SHA-256 over a canonical
 * encoding that does not depend on the machine: little-endian whatever the processor, one NaN, one zero.
 */
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import type { Schedule } from './schedule.ts';

/** Stands first in the encoding; changes whenever the encoding does. */
const ENCODING = 'yardmaster schedule 1\n';
/** Values that are encoded at a time, so that the encoding of a large schedule is never held whole [count]. */
const CHUNK = 8192;
/** The bits of the NaN that stands for all of them. */
const NOT_A_NUMBER = 0x7ff8_0000_0000_0000n;
const IS_BIG_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;

type Digested = Pick<Schedule, 'submit' | 'start' | 'end' | 'state' | 'lastStart' | 'placements'>;

/**
 * SHA-256 of a schedule (hex): submit, start, end, state and lastStart of every row, then, where there are
 * placements, their first, node, group and tasks, and the GPUs of each if they were told apart. Each column is preceded by its length.
 */
export function scheduleDigest({ submit, start, end, state, lastStart, placements }: Digested): string {
  const hash = createHash('sha256').update(ENCODING);
  addDoubles(hash, submit);
  addDoubles(hash, start);
  addDoubles(hash, end);
  addIntegers(hash, state);
  addDoubles(hash, lastStart);
  if (placements) {
    addIntegers(hash, placements.first);
    addIntegers(hash, placements.node);
    addIntegers(hash, placements.group);
    addIntegers(hash, placements.tasks);
    if (placements.devices) {
      addIntegers(hash, placements.devices.first);
      addIntegers(hash, placements.devices.device);
    }
  }
  return hash.digest('hex');
}

function addDoubles(hash: Hash, column: Float64Array): void {
  addLength(hash, column.length);
  const doubles = new Float64Array(Math.min(CHUNK, column.length));
  const bits = new BigUint64Array(doubles.buffer);
  for (let from = 0; from < column.length; from += CHUNK) {
    const count = Math.min(CHUNK, column.length - from);
    doubles.set(column.subarray(from, from + count));
    for (let i = 0; i < count; i++) {
      // Processors make NaNs with different bits.
      if (doubles[i] !== doubles[i]) bits[i] = NOT_A_NUMBER;
      else if (doubles[i] === 0) doubles[i] = 0; // was -0, perhaps
    }
    const bytes = Buffer.from(doubles.buffer, 0, 8 * count);
    hash.update(IS_BIG_ENDIAN ? bytes.swap64() : bytes);
  }
}

function addIntegers(hash: Hash, column: Int32Array | Uint8Array): void {
  addLength(hash, column.length);
  const integers = new Int32Array(Math.min(CHUNK, column.length));
  for (let from = 0; from < column.length; from += CHUNK) {
    const count = Math.min(CHUNK, column.length - from);
    integers.set(column.subarray(from, from + count));
    const bytes = Buffer.from(integers.buffer, 0, 4 * count);
    hash.update(IS_BIG_ENDIAN ? bytes.swap32() : bytes);
  }
}

function addLength(hash: Hash, length: number): void {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setFloat64(0, length, true);
  hash.update(new Uint8Array(bytes.buffer));
}
