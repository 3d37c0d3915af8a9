import { madeOnce } from './known.ts';
import type { PageTable } from './page-table.ts';
import { cpusHeld, gpusHeld, runningSpans } from './run-steps.ts';

/** What happened around one job while it waited: why it waited, as far as the schedule tells. */
export interface Waiting {
  /** [ms]; the end of the run for a job that never started. */
  readonly from: number;
  readonly until: number;
  /** Processors that others held when it was submitted [count]. */
  readonly busyAtSubmit: number;
  /** GPUs that others held then [count]. */
  readonly gpusAtSubmit: number;
  /** Jobs submitted before it that had not started [count]. */
  readonly queuedBefore: number;
  /** Jobs submitted after it that started before it did [count]. */
  readonly overtakers: number;
  /** Those of them that held most processor time while it waited, at most as many as were asked for [rows]. */
  readonly largestOvertakers: readonly number[];
  /** Processor time of the overtakers while it waited [core-hours]. */
  readonly overtakenBy: number;
  /** Jobs that held most processor time while it waited [rows]. */
  readonly holders: readonly number[];
  /** Jobs that ended at the instant it started: what it may have waited for [rows]. */
  readonly freedBy: readonly number[];
}

const CORE_HOUR = 3_600_000;

/** `listed`: how many jobs of a kind are named. */
export function waitingOf(table: PageTable, row: number, runEnd: number, listed: number): Waiting {
  const { submit, start, end, count } = table;
  const from = submit[row];
  const until = Number.isNaN(start[row]) ? (Number.isNaN(end[row]) ? runEnd : end[row]) : start[row];
  const held = heldBy(table, row, from, until);
  const overtakers = new LargestRows(listed, held.hours);
  const holders = new LargestRows(listed, held.hours);
  const freedBy: number[] = [];
  let [queuedBefore, overtaken, overtakenBy] = [0, 0, 0];
  for (let other = 0; other < count; other++) {
    if (other === row) continue;
    const isLater = submit[other] > from || (submit[other] === from && other > row);
    if (isLater && start[other] < until) {
      overtaken++;
      overtakenBy += held.hours[other];
      overtakers.add(other);
    }
    if (held.hours[other] > 0) holders.add(other);
    if (!isLater && (start[other] > from || (Number.isNaN(start[other]) && !(end[other] <= from)))) queuedBefore++;
    if (end[other] === start[row] && start[row] > from) freedBy.push(other);
  }
  return {
    from,
    until,
    busyAtSubmit: held.busyAtFrom,
    gpusAtSubmit: held.gpusAtFrom,
    queuedBefore,
    overtakers: overtaken,
    largestOvertakers: overtakers.rows,
    overtakenBy,
    holders: holders.rows,
    freedBy,
  };
}

/** The rows with the largest values, largest first, ties by row; few of many, so that nothing is sorted. */
class LargestRows {
  readonly rows: number[] = [];
  readonly #most: number;
  readonly #values: Float64Array;

  constructor(most: number, values: Float64Array) {
    this.#most = most;
    this.#values = values;
  }

  /** Rows come in their order. */
  add(row: number): void {
    const { rows } = this;
    const value = this.#values[row];
    if (rows.length === this.#most && !(value > this.#values[rows[rows.length - 1]])) return;
    let place = rows.length;
    while (place > 0 && value > this.#values[rows[place - 1]]) place--;
    rows.splice(place, 0, row);
    if (rows.length > this.#most) rows.pop();
  }
}

/** Processor time that each other job held within the window [core-hours], and what all held as it began. */
function heldBy(table: PageTable, row: number, from: number, until: number) {
  const hours = new Float64Array(table.count);
  let busyAtFrom = 0;
  let gpusAtFrom = 0;
  const spans = spansOf(table);
  for (let at = 0; at < spans.from.length; at++) {
    const job = spans.job[at];
    if (job === row || !(spans.from[at] < until || spans.from[at] <= from)) continue;
    const ends = Number.isNaN(spans.until[at]) ? Infinity : spans.until[at];
    if (spans.from[at] <= from && ends > from) {
      busyAtFrom += cpusHeld(table, spans, at) / 1000;
      gpusAtFrom += gpusHeld(table, spans, at) / 1000;
    }
    const length = Math.min(ends, until) - Math.max(spans.from[at], from);
    if (length > 0) hours[job] += ((cpusHeld(table, spans, at) / 1000) * length) / CORE_HOUR;
  }
  return { hours, busyAtFrom, gpusAtFrom };
}

const spansOf = madeOnce(runningSpans);
