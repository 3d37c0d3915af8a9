import type { PageTable } from './page-table.ts';
import { runningSpans } from './run-steps.ts';

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
  /** Jobs submitted after it that started before it did, those with most processor time first [rows]. */
  readonly overtakers: readonly number[];
  /** Processor time of the overtakers while it waited [core-hours]. */
  readonly overtakenBy: number;
  /** Jobs that held most processor time while it waited [rows], and how much [core-hours]. */
  readonly holders: readonly { readonly job: number; readonly coreHours: number }[];
  /** Jobs that ended at the instant it started: what it may have waited for [rows]. */
  readonly freedBy: readonly number[];
}

const MOST_HOLDERS = 6;
const CORE_HOUR = 3_600_000;

export function waitingOf(table: PageTable, row: number, runEnd: number): Waiting {
  const { submit, start, end } = table;
  const from = submit[row];
  const until = Number.isNaN(start[row]) ? (Number.isNaN(end[row]) ? runEnd : end[row]) : start[row];
  const held = heldBy(table, row, from, until);
  const overtakers: number[] = [];
  const freedBy: number[] = [];
  let queuedBefore = 0;
  for (let other = 0; other < table.count; other++) {
    if (other === row) continue;
    const isLater = submit[other] > from || (submit[other] === from && other > row);
    if (isLater && start[other] < until) overtakers.push(other);
    if (!isLater && (start[other] > from || (Number.isNaN(start[other]) && !(end[other] <= from)))) queuedBefore++;
    if (end[other] === start[row] && start[row] > from) freedBy.push(other);
  }
  const hours = (job: number) => held.hours.get(job) ?? 0;
  overtakers.sort((a, b) => hours(b) - hours(a) || a - b);
  const holders = [...held.hours].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, MOST_HOLDERS);
  return {
    from,
    until,
    busyAtSubmit: held.busyAtFrom,
    gpusAtSubmit: held.gpusAtFrom,
    queuedBefore,
    overtakers,
    overtakenBy: overtakers.reduce((sum, job) => sum + hours(job), 0),
    holders: holders.map(([job, coreHours]) => ({ job, coreHours })),
    freedBy,
  };
}

/** Processor time that each other job held within the window, and what all held as it began. */
function heldBy(table: PageTable, row: number, from: number, until: number) {
  const hours = new Map<number, number>();
  let busyAtFrom = 0;
  let gpusAtFrom = 0;
  const spans = runningSpans(table);
  for (let at = 0; at < spans.from.length; at++) {
    const job = spans.job[at];
    if (job === row) continue;
    const ends = Number.isNaN(spans.until[at]) ? Infinity : spans.until[at];
    if (spans.from[at] <= from && ends > from) {
      busyAtFrom += table.cpus[job] / 1000;
      gpusAtFrom += table.gpus[job] / 1000;
    }
    const length = Math.min(ends, until) - Math.max(spans.from[at], from);
    if (length > 0) hours.set(job, (hours.get(job) ?? 0) + ((table.cpus[job] / 1000) * length) / CORE_HOUR);
  }
  return { hours, busyAtFrom, gpusAtFrom };
}
