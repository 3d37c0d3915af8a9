import { amountOf } from '../holdings.ts';
import type { Spans } from '../holdings.ts';
import { REJECTED } from '../schedule.ts';
import type { Category } from '../workload.ts';
import { heldMillicores, millicoresOf, undisturbedRuntime } from './job-area.ts';
import { JAIN, jainIndex } from './jain.ts';
import type { Figures, Run, RunMetric } from './metric.ts';
import { OVER_WINDOWS, overWindows } from './over-windows.ts';
import { usefulSpans } from './spans.ts';
import { overlap } from './window.ts';
import type { Window } from './window.ts';
import type { Windows } from './windows.ts';

/**
 * Does each user get the same share of what they ask for, when they ask for it? Over the whole run every job that
 * ends has got all it asked for, so it is the windows that end before the queue is empty which tell.
 */
export const jainProcessorTime: RunMetric = {
  name: 'jain-processor-time',
  summary:
    "Jain's index of the users' x = min(1, got / asked): got = processor time held in the window without lost work; asked = what it would be if every job ran at once when submitted, undisturbed. Users who asked for nothing in the window, and jobs that were rejected, are not in it.",
  unit: 'ratio',
  better: 'higher',
  source: `${JAIN} (allocation relative to demand)`,
  window: OVER_WINDOWS,
  figures: (run, windows) => jainOfShares(run, windows, run.workload.user),
};

/** The index over each window; owners are users or accounts. */
export function jainOfShares(run: Run, windows: Windows, owner: Category): Figures {
  const millicores = millicoresOf(run.workload);
  const useful = usefulSpans(run);
  return overWindows(windows, (window) => jainIndex(sharesGranted(run, owner, { window, useful, millicores })));
}

interface Held {
  readonly window: Window;
  readonly useful: Spans;
  readonly millicores: Float64Array;
}

/** What each owner got of what they asked for in the window, at most 1; NaN = asked for nothing. */
function sharesGranted(
  { workload, schedule }: Run,
  { code, names }: Category,
  { window, useful, millicores }: Held,
): Float64Array {
  const held = heldMillicores({ workload, schedule });
  const asked = new Float64Array(names.length);
  const got = new Float64Array(names.length);
  for (let job = 0; job < schedule.count; job++) {
    const submit = schedule.submit[job];
    if (code[job] < 0 || Number.isNaN(submit) || schedule.state[job] === REJECTED) continue;
    asked[code[job]] += millicores[job] * overlap(window, submit, submit + undisturbedRuntime(workload, job));
  }
  for (let row = 0; row < useful.count; row++) {
    const job = useful.job[row];
    if (code[job] >= 0) got[code[job]] += amountOf(held, useful, row) * overlap(window, useful.from[row], useful.until[row]);
  }
  return asked.map((area, owner) => (area > 0 ? Math.min(1, got[owner] / area) : NaN));
}
