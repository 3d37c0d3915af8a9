import type { Run } from './metric.ts';
import { lastRunStarts } from './spans.ts';
import { UNFINISHED } from '../schedule.ts';
import type { Schedule } from '../schedule.ts';
import type { Window } from './window.ts';

/** The times over which a quantity is averaged. They differ most in how much of the filling and the draining they see. */
export interface Windows {
  /** First submission to the last time a processor was given back; to the stop of the run if jobs were unfinished then. */
  readonly whole: Window;
  /** First to last submission: no draining. Empty if all jobs came at once. */
  readonly submissions: Window;
  /** The same without its first `warmUp` and its last `drain`. */
  readonly steady: Window;
}

/** What is cut off the submissions to get the steady state [ms]. */
export interface Trim {
  /** After the first submission, while the machine fills; a tenth of the submission window if absent. */
  readonly warmUp?: number;
  /** Before the last submission; 0 if absent. */
  readonly drain?: number;
}

/** The share of the submission window that is taken for warm-up, if nobody says how long it is. */
const WARM_UP_SHARE = 0.1;

/** The windows of a run. */
export function windowsOf(run: Run, { warmUp, drain = 0 }: Trim = {}): Windows {
  const { schedule } = run;
  let first = Infinity;
  let last = -Infinity;
  let unfinished = false;
  for (let job = 0; job < schedule.count; job++) {
    const submit = schedule.submit[job];
    // A job that never entered the queue is NaN, which is neither smaller nor larger.
    if (submit < first) first = submit;
    if (submit > last) last = submit;
    if (schedule.state[job] === UNFINISHED) unfinished = true;
  }
  if (first > last) return { whole: NEVER, submissions: NEVER, steady: NEVER };
  const over = unfinished ? schedule.until : latest(schedule, first);
  const from = first + (warmUp ?? Math.round(WARM_UP_SHARE * (last - first)));
  return {
    whole: { from: first, until: over },
    submissions: { from: first, until: last },
    // Cut down to nothing, it is empty and not reversed.
    steady: { from, until: Math.max(from, last - drain) },
  };
}

const NEVER: Window = { from: NaN, until: NaN };

/** When processors were given back last, if all jobs are over; `floor` if none ever held any for a while [ms]. */
function latest(schedule: Schedule, floor: number): number {
  const { attempts, end } = schedule;
  const starts = lastRunStarts(schedule);
  let latest = floor;
  for (let job = 0; job < schedule.count; job++) if (end[job] > starts[job] && end[job] > latest) latest = end[job];
  for (let row = 0; row < attempts.count; row++) {
    if (attempts.end[row] > attempts.start[row] && attempts.end[row] > latest) latest = attempts.end[row];
  }
  return latest;
}
