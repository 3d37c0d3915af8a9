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
  const bytes = new DataView(new ArrayBuffer(8 * CHUNK));
  for (let from = 0; from < column.length; from += CHUNK) {
    const count = Math.min(CHUNK, column.length - from);
    for (let i = 0; i < count; i++) {
      const value = column[from + i];
      // Processors make NaNs with different bits; -0 + 0 is 0.
      if (value !== value) {
        bytes.setUint32(8 * i, 0, true);
        bytes.setUint32(8 * i + 4, 0x7ff8_0000, true);
      } else bytes.setFloat64(8 * i, value + 0, true);
    }
    hash.update(new Uint8Array(bytes.buffer, 0, 8 * count));
  }
}

function addIntegers(hash: Hash, column: Int32Array | Uint8Array): void {
  addLength(hash, column.length);
  const bytes = new DataView(new ArrayBuffer(4 * CHUNK));
  for (let from = 0; from < column.length; from += CHUNK) {
    const count = Math.min(CHUNK, column.length - from);
    for (let i = 0; i < count; i++) bytes.setInt32(4 * i, column[from + i], true);
    hash.update(new Uint8Array(bytes.buffer, 0, 4 * count));
  }
}

function addLength(hash: Hash, length: number): void {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setFloat64(0, length, true);
  hash.update(new Uint8Array(bytes.buffer));
}
