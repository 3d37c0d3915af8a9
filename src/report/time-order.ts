const BITS = 11;
const BUCKETS = 1 << BITS;

/** The rows by ascending time, ties by row; rows without a time (NaN) are left out. Times are whole and not negative. */
export function orderByTime(times: Float64Array): Uint32Array {
  let rows = presentRows(times);
  let largest = 0;
  let sorted = true;
  for (let at = 0; at < rows.length; at++) {
    if (times[rows[at]] < largest) sorted = false;
    else largest = times[rows[at]];
  }
  if (sorted) return rows;
  let spare = new Uint32Array(rows.length);
  // Digit by digit from the last: a million rows take a few passes, where comparing takes twenty million calls.
  for (let weight = 1; weight <= largest; weight *= BUCKETS) {
    distribute(times, rows, spare, weight);
    [rows, spare] = [spare, rows];
  }
  return rows;
}

function presentRows(times: Float64Array): Uint32Array<ArrayBuffer> {
  const rows = new Uint32Array(times.length);
  let count = 0;
  for (let row = 0; row < times.length; row++) if (!Number.isNaN(times[row])) rows[count++] = row;
  return rows.subarray(0, count);
}

function distribute(times: Float64Array, rows: Uint32Array, into: Uint32Array, weight: number): void {
  const next = new Uint32Array(BUCKETS + 1);
  for (let at = 0; at < rows.length; at++) next[1 + (Math.floor(times[rows[at]] / weight) % BUCKETS)]++;
  for (let bucket = 1; bucket <= BUCKETS; bucket++) next[bucket] += next[bucket - 1];
  for (let at = 0; at < rows.length; at++) into[next[Math.floor(times[rows[at]] / weight) % BUCKETS]++] = rows[at];
}
