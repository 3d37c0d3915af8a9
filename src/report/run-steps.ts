import { amountOf, piecesOf } from '../holdings.ts';
import { REJECTED } from '../schedule.ts';
import type { Steps } from '../schedule.ts';
import { madeOnce } from './known.ts';
import type { PageTable } from './page-table.ts';
import { orderByTime } from './time-order.ts';

/** Spans of jobs [from, until), as columns. */
export interface Spans {
  /** [row of the job] */
  readonly job: ArrayLike<number>;
  readonly from: Float64Array;
  /** NaN = to the end of the run. */
  readonly until: Float64Array;
  /** What each held [row of the table's resizes]; -1 = what its job asks for. Absent if all did. */
  readonly holding?: Int32Array;
}

/** When jobs held processors: every run of an interrupted job, one run of each other; in pieces, where what they held changed. */
export function runningSpans(table: PageTable): Spans {
  return heldPieces(table, runsOf(table));
}

/** Parts of runs, from their beginnings on, in pieces within each of which the job held the same. */
export function heldPieces({ resizes }: PageTable, runs: Spans): Spans {
  if (resizes === undefined) return runs;
  const until = runs.until.map((time) => (Number.isNaN(time) ? Infinity : time));
  const pieces = piecesOf({ ...runs, count: runs.from.length, until }, resizes);
  return { ...pieces, until: pieces.until.map((time) => (time === Infinity ? NaN : time)) };
}

/** Processors that a row of spans held [millicores]. */
export function cpusHeld({ cpus, resizes }: PageTable, spans: Spans, at: number): number {
  return amountOf({ ofJob: cpus, ofHolding: resizes?.cpus }, spans, at);
}

/** GPUs that it held [thousandths]. */
export function gpusHeld({ gpus, resizes }: PageTable, spans: Spans, at: number): number {
  return amountOf({ ofJob: gpus, ofHolding: resizes?.gpus }, spans, at);
}

function runsOf(table: PageTable): Spans {
  const { start, end, attempts, count } = table;
  if (attempts === undefined) return { job: rowsOf(count), from: start, until: end };
  const interrupted = new Uint8Array(count);
  for (let at = 0; at < attempts.job.length; at++) interrupted[attempts.job[at]] = 1;
  const plain = rowsOf(count).filter((row) => interrupted[row] === 0);
  const job = new Uint32Array(plain.length + attempts.job.length);
  const from = new Float64Array(job.length);
  const until = new Float64Array(job.length);
  plain.forEach((row, at) => {
    job[at] = row;
    from[at] = start[row];
    until[at] = end[row];
  });
  job.set(attempts.job, plain.length);
  from.set(attempts.start, plain.length);
  until.set(attempts.end, plain.length);
  return { job, from, until };
}

/** Processors held over time [count]. */
export function busySteps(table: PageTable): Steps {
  const spans = runningSpans(table);
  return sumOver(spans, (at) => cpusHeld(table, spans, at) / 1000);
}

/** Jobs that have been submitted and hold nothing, over time [count]. */
export function queueSteps(table: PageTable): Steps {
  const { submit, start, end, state, attempts, count } = table;
  // A job that never started leaves the queue when it ends, if it does; one that was rejected was never in it.
  const leaves = start.map((time, row) => (state[row] === REJECTED ? submit[row] : Number.isNaN(time) ? end[row] : time));
  if (attempts === undefined) return sumOver({ job: rowsOf(count), from: submit, until: leaves }, () => 1);
  const gaps = gapsBetween(attempts);
  const from = new Float64Array(count + gaps.from.length);
  const until = new Float64Array(from.length);
  from.set(submit);
  until.set(leaves);
  from.set(gaps.from, count);
  until.set(gaps.until, count);
  return sumOver({ job: rowsOf(from.length), from, until }, () => 1);
}

/** From the end of each interrupted run to the next run of the same job. */
function gapsBetween({ job, start, end }: NonNullable<PageTable['attempts']>): { from: Float64Array; until: Float64Array } {
  const lastEnd = new Map<number, number>();
  const from: number[] = [];
  const until: number[] = [];
  // Rows come in the order of time within each job; the run that ended it comes last.
  for (let at = 0; at < job.length; at++) {
    const ended = lastEnd.get(job[at]);
    if (ended !== undefined) {
      from.push(ended);
      until.push(start[at]);
    }
    lastEnd.set(job[at], end[at]);
  }
  return { from: Float64Array.from(from), until: Float64Array.from(until) };
}

/** The sum of an amount over the spans that cover each instant. */
export function sumOver({ from, until }: Spans, amount: (at: number) => number): Steps {
  const begins = orderByTime(from);
  const ends = orderByTime(until);
  const time = new Float64Array(begins.length + ends.length);
  const value = new Float64Array(time.length);
  let steps = 0;
  let sum = 0;
  for (let begun = 0, ended = 0; begun < begins.length || ended < ends.length;) {
    const nextBegin = begun < begins.length ? from[begins[begun]] : Infinity;
    const nextEnd = ended < ends.length ? until[ends[ended]] : Infinity;
    const now = Math.min(nextBegin, nextEnd);
    if (nextEnd === now) sum -= Number.isNaN(from[ends[ended]]) ? 0 : amount(ends[ended]);
    else sum += amount(begins[begun]);
    if (nextEnd === now) ended++;
    else begun++;
    if (steps === 0 || time[steps - 1] !== now) time[steps++] = now;
    value[steps - 1] = sum;
  }
  return { time: time.subarray(0, steps), value: value.subarray(0, steps) };
}

function rowsOf(count: number): Uint32Array {
  const rows = new Uint32Array(count);
  for (let row = 0; row < count; row++) rows[row] = row;
  return rows;
}

/** The last time at which anything happened [ms]. */
export const lastTime = madeOnce(({ submit, start, end }: PageTable): number => {
  let last = 0;
  for (const column of [submit, start, end]) {
    for (let row = 0; row < column.length; row++) if (column[row] > last) last = column[row];
  }
  return last;
});

/** What each job with a place held of it last, and from when on [ms]; until then it held something else on nodes that are not known. */
export function lastHeld(table: PageTable): { from: Float64Array; cpus: Float64Array; gpus: Float64Array } {
  const from = lastStarts(table);
  const { resizes } = table;
  if (resizes === undefined) return { from, cpus: table.cpus, gpus: table.gpus };
  const [cpus, gpus] = [table.cpus.slice(), table.gpus.slice()];
  for (let at = 0; at < resizes.job.length; at++) {
    const job = resizes.job[at];
    if (!(resizes.time[at] >= from[job])) continue;
    [from[job], cpus[job], gpus[job]] = [resizes.time[at], resizes.cpus[at], resizes.gpus[at]];
  }
  return { from, cpus, gpus };
}

/** When the last run of each job began: its first one, unless it was interrupted. */
export function lastStarts({ start, attempts }: PageTable): Float64Array {
  const last = start.slice();
  if (attempts === undefined) return last;
  for (let at = 0; at < attempts.job.length; at++) {
    const job = attempts.job[at];
    if (attempts.start[at] > last[job]) last[job] = attempts.start[at];
  }
  return last;
}
