import { rowNumbers } from '../columns.ts';

/** Bits of a digit, and where the digits of a 64-bit number begin: in which word, at which bit. Lowest first. */
const DIGIT = 11;
const DIGITS = [
  { high: false, shift: 0 },
  { high: false, shift: DIGIT },
  { high: false, shift: 2 * DIGIT },
  { high: true, shift: 0 },
  { high: true, shift: DIGIT },
  { high: true, shift: 2 * DIGIT },
];
const LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/**
 * Row numbers in ascending order of their keys; rows with equal keys stay in row order, NaN comes last.
 * A radix sort on the bits of the doubles: on a million times, twice as fast as a comparator.
 */
export function orderBy(keys: Float64Array): Int32Array {
  const count = keys.length;
  let rows: Int32Array = rowNumbers(count);
  if (isAscending(keys)) return rows; // submissions mostly are
  const words = sortableWords(keys);
  let next: Int32Array = new Int32Array(count);
  const position = new Int32Array((1 << DIGIT) + 1);
  const mask = (1 << DIGIT) - 1;
  for (const { high, shift } of DIGITS) {
    const word = high === LITTLE_ENDIAN ? 1 : 0;
    position.fill(0);
    for (let row = 0; row < count; row++) position[((words[2 * row + word] >>> shift) & mask) + 1]++;
    if (position.includes(count)) continue; // all rows have the same digit here
    for (let digit = 0; digit < mask; digit++) position[digit + 1] += position[digit];
    for (let i = 0; i < count; i++) {
      const row = rows[i];
      next[position[(words[2 * row + word] >>> shift) & mask]++] = row;
    }
    [rows, next] = [next, rows];
  }
  return rows;
}

/** False if any key but a last one is NaN. */
function isAscending(keys: Float64Array): boolean {
  for (let row = 1; row < keys.length; row++) if (!(keys[row - 1] <= keys[row])) return false;
  return true;
}

/** The bits of doubles, changed so that they sort as unsigned integers: a set sign bit turns the order of the rest round. */
function sortableWords(keys: Float64Array): Uint32Array {
  const copy = new Float64Array(keys.length);
  // Adding 0 makes -0 the same as 0.
  for (let row = 0; row < keys.length; row++) copy[row] = Number.isNaN(keys[row]) ? NaN : keys[row] + 0;
  const words = new Uint32Array(copy.buffer);
  const high = LITTLE_ENDIAN ? 1 : 0;
  for (let row = 0; row < keys.length; row++) {
    const negative = words[2 * row + high] >>> 31 === 1 && !Number.isNaN(copy[row]);
    if (negative) {
      words[2 * row] = ~words[2 * row];
      words[2 * row + 1] = ~words[2 * row + 1];
    } else {
      words[2 * row + high] = words[2 * row + high] | 0x8000_0000;
    }
  }
  return words;
}
