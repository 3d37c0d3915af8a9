const BITS = 11;
const BUCKETS = 1 << BITS;
const WORD = 2 ** 32;

/** The rows by ascending time, ties by row; rows without a time (NaN) are left out. Times are whole and not negative. */
export function orderByTime(times: Float64Array): Uint32Array {
  const rows = presentRows(times);
  let largest = 0;
  let sorted = true;
  let scale = 1000;
  for (let at = 0; at < rows.length; at++) {
    const time = times[rows[at]];
    if (time < largest) sorted = false;
    else largest = time;
    if (time % scale !== 0) scale = 1;
  }
  if (sorted) return rows;
  // Digit by digit from the last: a million rows take a few passes, where comparing takes twenty million calls.
  const lowKeys = keysOf(rows, times, (time) => (time / scale) % WORD);
  const low = sortByKeys({ rows, keys: lowKeys }, Math.min(largest / scale, WORD - 1)).rows;
  if (largest / scale < WORD) return low;
  const highKeys = keysOf(low, times, (time) => time / scale / WORD);
  return sortByKeys({ rows: low, keys: highKeys }, largest / scale / WORD).rows;
}

/** Whether the first word of a number in memory is its low one. */
const LOW_FIRST = new Uint32Array(Float64Array.of(1).buffer)[0] === 0;

/** Sorts values in place, ascending; none may be NaN. The bits of numbers that are not negative stand in their order. */
export function sortValues(values: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  for (const value of values) if (value < 0 || Object.is(value, -0)) return values.sort();
  const words = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);
  const [lowAt, highAt] = LOW_FIRST ? [0, 1] : [1, 0];
  const byLow = sortByKeys({ rows: everySecond(words, highAt), keys: everySecond(words, lowAt) }, WORD - 1);
  const { rows: low, keys: high } = sortByKeys({ rows: byLow.keys, keys: byLow.rows }, WORD - 1);
  for (let at = 0; at < values.length; at++) {
    words[2 * at + lowAt] = low[at];
    words[2 * at + highAt] = high[at];
  }
  return values;
}

function everySecond(words: Uint32Array, offset: number): Uint32Array<ArrayBuffer> {
  const found = new Uint32Array(words.length / 2);
  for (let at = 0; at < found.length; at++) found[at] = words[2 * at + offset];
  return found;
}

function presentRows(times: Float64Array): Uint32Array<ArrayBuffer> {
  const rows = new Uint32Array(times.length);
  let count = 0;
  for (let row = 0; row < times.length; row++) if (!Number.isNaN(times[row])) rows[count++] = row;
  return rows.subarray(0, count);
}

/** 32 bits of each time, in the order of the rows. */
function keysOf(rows: Uint32Array, times: Float64Array, keyOf: (time: number) => number): Uint32Array<ArrayBuffer> {
  const keys = new Uint32Array(rows.length);
  for (let at = 0; at < rows.length; at++) keys[at] = keyOf(times[rows[at]]);
  return keys;
}

/** Stable. Keys travel with their rows, so that memory is read in its order. */
function sortByKeys(given: Keyed, largest: number): Keyed {
  const { length } = given.rows;
  let [from, into]: Keyed[] = [given, { rows: new Uint32Array(length), keys: new Uint32Array(length) }];
  for (let shift = 0; shift < 32 && largest >= 2 ** shift; shift += BITS) {
    distribute(from, into, shift);
    [from, into] = [into, from];
  }
  return from;
}

interface Keyed {
  readonly rows: Uint32Array<ArrayBuffer>;
  readonly keys: Uint32Array<ArrayBuffer>;
}

function distribute(from: Keyed, into: Keyed, shift: number): void {
  const { rows, keys } = from;
  const next = new Uint32Array(BUCKETS + 1);
  for (let at = 0; at < keys.length; at++) next[1 + ((keys[at] >>> shift) & (BUCKETS - 1))]++;
  for (let bucket = 1; bucket <= BUCKETS; bucket++) next[bucket] += next[bucket - 1];
  for (let at = 0; at < keys.length; at++) {
    const place = next[(keys[at] >>> shift) & (BUCKETS - 1)]++;
    into.rows[place] = rows[at];
    into.keys[place] = keys[at];
  }
}
