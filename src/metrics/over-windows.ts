import type { Figures } from './metric.ts';
import type { Window } from './window.ts';
import type { Windows } from './windows.ts';

/** The same quantity over each window; that over the whole run stands for it. */
export function overWindows(windows: Windows, quantity: (window: Window) => number): Figures {
  const whole = quantity(windows.whole);
  return {
    value: whole,
    figures: [
      { name: 'whole', value: whole },
      { name: 'submissions', value: quantity(windows.submissions) },
      { name: 'steady', value: quantity(windows.steady) },
    ],
  };
}

/** What metrics that use `overWindows` say of their window. */
export const OVER_WINDOWS =
  'whole: first submission to last end (to the stop of the run if jobs are unfinished); submissions: first to last submission; steady: submissions without warm-up and drain';
