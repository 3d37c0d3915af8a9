import { attemptTime } from '../attempt-time.ts';
import { rowNumbers } from '../columns.ts';
import { amountOf, piecesOf } from '../holdings.ts';
import type { Amount, Spans } from '../holdings.ts';
import { UNFINISHED } from '../schedule.ts';
import type { Schedule } from '../schedule.ts';
import type { Run } from './metric.ts';
import { orderBy } from './order.ts';
import type { Window } from './window.ts';

/** Several metrics read them, and for a large log they are large. */
const runningOf = new WeakMap<Schedule, Spans>();

/** When jobs held their processors: their attempts, and the last run up to its end or to the stop of the run; in pieces, where what they held changed. */
export function runningSpans({ schedule }: Run): Spans {
  const spans = runningOf.get(schedule) ?? findRunning(schedule);
  runningOf.set(schedule, spans);
  return spans;
}

/** See `recordedSpans`. */
const recordedOf = new WeakMap<Schedule, Spans>();

/**
 * The same for sums over spans, which skip rows that are none: without length, or NaN. Where nothing was interrupted they
 * are the columns of the schedule, which are not copied then: for a large log they are large.
 */
export function recordedSpans(run: Run): Spans {
  const { schedule } = run;
  const { count, attempts, state, lastStart, end } = schedule;
  if (attempts.count > 0 || schedule.holdings !== undefined || state.includes(UNFINISHED)) return runningSpans(run);
  const spans = recordedOf.get(schedule) ?? { count, job: rowNumbers(count), from: lastStart, until: end };
  recordedOf.set(schedule, spans);
  return spans;
}

function findRunning(schedule: Schedule): Spans {
  const { attempts } = schedule;
  const spans = new SpanList(attempts.count + schedule.count);
  for (let row = 0; row < attempts.count; row++) spans.add(attempts.job[row], attempts.start[row], attempts.end[row]);
  addLastRuns(schedule, spans);
  return piecesOf(spans.done(), schedule.holdings);
}

/** The same without work that was lost: what an attempt lost is the end of it, after its last checkpoint. */
export function usefulSpans(run: Run): Spans {
  const { workload, schedule } = run;
  const { attempts } = schedule;
  if (attempts.count === 0) return runningSpans(run);
  const spans = new SpanList(attempts.count + schedule.count);
  const { usefulFor } = attemptTime(workload, schedule);
  for (let row = 0; row < attempts.count; row++) {
    spans.add(attempts.job[row], attempts.start[row], attempts.start[row] + usefulFor[row]);
  }
  addLastRuns(schedule, spans);
  return piecesOf(spans.done(), schedule.holdings);
}

/** When jobs were in the system: from submission until they were over, or until the run stopped. Rejected ones never were. */
export function presentSpans({ schedule }: Run): Spans {
  const spans = new SpanList(schedule.count);
  for (let job = 0; job < schedule.count; job++) spans.add(job, schedule.submit[job], leaves(schedule, job));
  return spans.done();
}

/** When jobs were in the system and held no processors: queued, requeued or suspended. */
export function waitingSpans({ schedule }: Run): Spans {
  const { attempts } = schedule;
  const lastStart = lastRunStarts(schedule);
  const spans = new SpanList(attempts.count + schedule.count);
  const since = schedule.submit.slice();
  const byStart = orderBy(attempts.start.subarray(0, attempts.count));
  for (let i = 0; i < byStart.length; i++) {
    const attempt = byStart[i];
    const job = attempts.job[attempt];
    spans.add(job, since[job], attempts.start[attempt]);
    since[job] = attempts.end[attempt];
  }
  for (let job = 0; job < schedule.count; job++) {
    spans.add(job, since[job], Number.isNaN(lastStart[job]) ? leaves(schedule, job) : lastStart[job]);
  }
  return spans.done();
}

/** Sum over the spans of an amount, times the length that lies in the window [amount x ms]. */
export function heldIn(window: Window, spans: Spans, amount: Amount): number {
  const { from, until } = spans;
  let held = 0;
  for (let row = 0; row < spans.count; row++) {
    // As `overlap` does, without its calls: each job of a log comes by here, for each window. NaN stays what it is.
    const begins = from[row] < window.from ? window.from : from[row];
    const ends = until[row] > window.until ? window.until : until[row];
    if (ends > begins) held += amountOf(amount, spans, row) * (ends - begins);
  }
  return held;
}

/**
 * When the last run of each job began, if that run ended the job or still went on when all stopped [ms]; NaN if it
 * has none: `Schedule.lastStart` may also be the start of a run that was interrupted and stands among the attempts.
 */
export function lastRunStarts({ attempts, lastStart }: Schedule): Float64Array {
  if (attempts.count === 0) return lastStart;
  const starts = lastStart.slice();
  for (let row = 0; row < attempts.count; row++) {
    const job = attempts.job[row];
    // Runs of one job do not overlap, so one that began before an attempt was over is that attempt or an earlier one.
    if (attempts.end[row] > lastStart[job]) starts[job] = NaN;
  }
  return starts;
}

function addLastRuns(schedule: Schedule, spans: SpanList): void {
  const starts = lastRunStarts(schedule);
  for (let job = 0; job < schedule.count; job++) spans.add(job, starts[job], leaves(schedule, job));
}

/** When the job left the system [ms]; NaN if it was never in it. */
function leaves({ end, state, until }: Schedule, job: number): number {
  return state[job] === UNFINISHED ? until : end[job];
}

/** Collects spans; those without length, or with an end that is NaN, are none. */
class SpanList {
  readonly #job: Int32Array;
  readonly #from: Float64Array;
  readonly #until: Float64Array;
  #count = 0;

  constructor(capacity: number) {
    this.#job = new Int32Array(capacity);
    this.#from = new Float64Array(capacity);
    this.#until = new Float64Array(capacity);
  }

  add(job: number, from: number, until: number): void {
    if (!(until > from)) return;
    const row = this.#count++;
    this.#job[row] = job;
    this.#from[row] = from;
    this.#until[row] = until;
  }

  done(): Spans {
    const count = this.#count;
    return {
      count,
      job: this.#job.subarray(0, count),
      from: this.#from.subarray(0, count),
      until: this.#until.subarray(0, count),
    };
  }
}
