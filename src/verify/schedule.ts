/** Compares two schedules of the same jobs, start by start. */
import { rowNumbers } from '../columns.ts';
import { countInversions } from '../inversions.ts';
import type { ScheduleTable } from './schedule-table.ts';

export interface ComparisonOptions {
  /** Added to all times of the actual schedule [ms]; `auto` = what makes the most starts equal. 0 if absent. */
  readonly offset?: number | 'auto';
  /** Starts that differ by at most this count as equal [ms]; 0 if absent. */
  readonly within?: number;
}

/** Over the absolute differences [ms]; NaN if nothing was compared. */
export interface Spread {
  readonly median: number;
  readonly p95: number;
  readonly max: number;
}

/** One quantity in both schedules. `error` = actual - expected, `share` = error / expected; NaN where there is none. */
export interface Deviation {
  readonly expected: number;
  readonly actual: number;
  readonly error: number;
  readonly share: number;
}

export interface Comparison {
  /** Jobs that are in both [count]. */
  readonly compared: number;
  /** Of these, the jobs that start at the same time, or in neither schedule [count]. */
  readonly identical: number;
  /** Of these, the jobs that start in one schedule only [count]. */
  readonly startedInOne: number;
  /** Ids that are in one file only. */
  readonly missing: readonly string[];
  readonly extra: readonly string[];
  /** What was added to the actual times [ms]. */
  readonly offset: number;
  /** Of the starts, over jobs that start in both. */
  readonly difference: Spread;
  /** Pairs of jobs that start in one order in one schedule and in the other order in the other [count]. */
  readonly inversions: number;
  /** All pairs of jobs that start in both [count]. */
  readonly pairs: number;
  /** Over jobs that start in both [ms]; absent without submissions. */
  readonly meanWait?: Deviation;
  /** From the first submission (first start, without submissions) to the last end of compared jobs [ms]; absent without ends. */
  readonly makespan?: Deviation;
  /** The jobs whose starts differ most, largest difference first, at most ten. */
  readonly worst: readonly StartDifference[];
}

export interface StartDifference {
  readonly id: string;
  /** [ms]; NaN = did not start. */
  readonly expected: number;
  readonly actual: number;
}

const WORST = 10;

/** Compares `actual` with `expected`, job by job; jobs are matched by id (the n-th of an id with the n-th of that id). */
export function compareSchedules(expected: ScheduleTable, actual: ScheduleTable, options: ComparisonOptions = {}): Comparison {
  const { pairs, missing, extra } = matchById(expected, actual);
  const starts = pick(pairs, expected.start, actual.start);
  const offset = options.offset === 'auto' ? commonestDifference(starts) : (options.offset ?? 0);
  const startsThere = shift(starts, offset);
  const submits = expected.submit && actual.submit && pick(pairs, expected.submit, actual.submit);
  const ends = expected.end && actual.end && shift(pick(pairs, expected.end, actual.end), offset);
  const submitsThere = submits && shift(submits, submitOffset(submits, offset));
  const both = startedInBoth(startsThere);
  const differences = Float64Array.from(both, (pair) => Math.abs(startsThere.actual[pair] - startsThere.expected[pair])).sort();
  const within = options.within ?? 0;
  const neither = countNeither(startsThere);
  return {
    compared: pairs.count,
    identical: neither + differences.filter((difference) => difference <= within).length,
    startedInOne: pairs.count - neither - both.length,
    missing,
    extra,
    offset,
    difference: { median: quantile(differences, 0.5), p95: quantile(differences, 0.95), max: quantile(differences, 1) },
    inversions: countInversions(at(startsThere.expected, both), at(startsThere.actual, both)),
    pairs: (both.length * (both.length - 1)) / 2,
    meanWait:
      submitsThere &&
      deviation(meanWait(both, 'expected', startsThere, submitsThere), meanWait(both, 'actual', startsThere, submitsThere)),
    makespan:
      ends &&
      deviation(makespan('expected', ends, submitsThere ?? startsThere), makespan('actual', ends, submitsThere ?? startsThere)),
    worst: worstDifferences(pairs, expected, startsThere),
  };
}

/** Rows of the same job in both tables. */
interface Pairs {
  readonly count: number;
  readonly expected: Int32Array;
  readonly actual: Int32Array;
}

/** One time of each pair [ms]. */
interface PairTimes {
  readonly expected: Float64Array;
  readonly actual: Float64Array;
}

function matchById(expected: ScheduleTable, actual: ScheduleTable): { pairs: Pairs; missing: string[]; extra: string[] } {
  const rowsOf = new Map<string, number[]>();
  actual.ids.forEach((id, row) => {
    const rows = rowsOf.get(id);
    if (rows) rows.push(row);
    else rowsOf.set(id, [row]);
  });
  const seen = new Map<string, number>();
  const rows = { expected: new Int32Array(expected.ids.length), actual: new Int32Array(expected.ids.length) };
  const matched = new Uint8Array(actual.ids.length);
  const missing: string[] = [];
  let count = 0;
  expected.ids.forEach((id, row) => {
    const nth = seen.get(id) ?? 0;
    seen.set(id, nth + 1);
    const other = rowsOf.get(id)?.[nth];
    if (other === undefined) {
      missing.push(id);
      return;
    }
    matched[other] = 1;
    rows.expected[count] = row;
    rows.actual[count++] = other;
  });
  const extra = actual.ids.filter((_, row) => matched[row] === 0);
  return { pairs: { count, expected: rows.expected.subarray(0, count), actual: rows.actual.subarray(0, count) }, missing, extra };
}

function pick(pairs: Pairs, expected: Float64Array, actual: Float64Array): PairTimes {
  return { expected: at(expected, pairs.expected), actual: at(actual, pairs.actual) };
}

function at(column: Float64Array, rows: Int32Array): Float64Array {
  return Float64Array.from(rows, (row) => column[row]);
}

function shift({ expected, actual }: PairTimes, offset: number): PairTimes {
  return { expected, actual: actual.map((time) => time + offset) };
}

/** What must be added to the actual times so that most of them are as expected; of several the least. */
function commonestDifference({ expected, actual }: PairTimes): number {
  const times = new Map<number, number>();
  let best = 0;
  for (let pair = 0; pair < expected.length; pair++) {
    const difference = expected[pair] - actual[pair];
    if (Number.isNaN(difference)) continue;
    const count = (times.get(difference) ?? 0) + 1;
    times.set(difference, count);
  }
  let most = 0;
  for (const [difference, count] of times) {
    if (count > most || (count === most && Math.abs(difference) < Math.abs(best))) {
      most = count;
      best = difference;
    }
  }
  return best;
}

/** Whether the offset is one of the whole time base, submissions included, or of the starts and ends only. */
function submitOffset({ expected, actual }: PairTimes, offset: number): number {
  let asTheyAre = 0;
  let moved = 0;
  for (let pair = 0; pair < expected.length; pair++) {
    if (expected[pair] === actual[pair]) asTheyAre++;
    if (expected[pair] === actual[pair] + offset) moved++;
  }
  return moved >= asTheyAre ? offset : 0;
}

function startedInBoth({ expected, actual }: PairTimes): Int32Array {
  return rowNumbers(expected.length).filter((pair) => !Number.isNaN(expected[pair]) && !Number.isNaN(actual[pair]));
}

function countNeither({ expected, actual }: PairTimes): number {
  let neither = 0;
  for (let pair = 0; pair < expected.length; pair++) {
    if (Number.isNaN(expected[pair]) && Number.isNaN(actual[pair])) neither++;
  }
  return neither;
}

/** The value that at least this share of the sorted values does not exceed; NaN of nothing. */
function quantile(sorted: Float64Array, share: number): number {
  return sorted.length === 0 ? NaN : sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

function meanWait(both: Int32Array, side: keyof PairTimes, starts: PairTimes, submits: PairTimes): number {
  let sum = 0;
  for (const pair of both) sum += starts[side][pair] - submits[side][pair];
  return sum / both.length;
}

function makespan(side: keyof PairTimes, ends: PairTimes, begins: PairTimes): number {
  let first = Infinity;
  let last = -Infinity;
  for (let pair = 0; pair < ends[side].length; pair++) {
    if (begins[side][pair] < first) first = begins[side][pair];
    if (ends[side][pair] > last) last = ends[side][pair];
  }
  return last >= first ? last - first : NaN;
}

function deviation(expected: number, actual: number): Deviation {
  const error = actual - expected;
  return { expected, actual, error, share: error === 0 ? 0 : error / expected };
}

function worstDifferences(pairs: Pairs, table: ScheduleTable, { expected, actual }: PairTimes): StartDifference[] {
  // A start that is missing on one side is further away than any other.
  const distance = (pair: number) => {
    const difference = Math.abs(actual[pair] - expected[pair]);
    if (!Number.isNaN(difference)) return difference;
    return Number.isNaN(actual[pair]) && Number.isNaN(expected[pair]) ? 0 : Infinity;
  };
  return rowsByDistance(pairs.count, distance).map((pair) => ({
    id: table.ids[pairs.expected[pair]],
    expected: expected[pair],
    actual: actual[pair],
  }));
}

function rowsByDistance(count: number, distance: (pair: number) => number): number[] {
  const distances = Float64Array.from({ length: count }, (_, pair) => distance(pair));
  const differing = Array.from(rowNumbers(count).filter((pair) => distances[pair] > 0));
  return differing.sort((a, b) => (distances[a] === distances[b] ? a - b : distances[b] - distances[a])).slice(0, WORST);
}
