import { DAY, formatDuration, HOUR, MINUTE, SECOND } from '../units.ts';
import type { Theme, TimeWindow } from './chart.ts';

const STEPS = [1, 2, 5, 10, 15, 30]
  .map((seconds) => seconds * SECOND)
  .concat([1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE))
  .concat([1, 2, 3, 6, 12].map((hours) => hours * HOUR))
  .concat([1, 2, 5, 7, 14, 28, 91, 182, 364, 728, 1820].map((days) => days * DAY));

/** Pixels that a label needs. */
const LABEL = 78;

/** An x axis of time since the first submission, with round numbers of minutes, hours or days. */
export function timeAxis({ from, until }: TimeWindow, width: number, theme: Theme): Record<string, unknown> {
  const wanted = (until - from) / Math.max(2, Math.floor(width / LABEL));
  const step = STEPS.find((one) => one >= wanted) ?? STEPS[STEPS.length - 1];
  const tickvals: number[] = [];
  for (let tick = Math.ceil(from / step) * step; tick <= until; tick += step) tickvals.push(tick);
  return {
    range: [from, until],
    tickvals,
    ticktext: tickvals.map((tick) => (tick === 0 ? '0' : formatDuration(tick))),
    gridcolor: theme.grid,
    zeroline: false,
    linecolor: theme.grid,
  };
}

const DECADES = [SECOND, 10 * SECOND, MINUTE, 10 * MINUTE, HOUR, 10 * HOUR, 4 * DAY, 40 * DAY, 400 * DAY];

/** A logarithmic x axis of durations, from one to another [s]; what is below 1 s is drawn there. */
export function durationAxis(longest: number, theme: Theme, shortest = 1): Record<string, unknown> {
  const ticks = DECADES.filter((tick) => tick / SECOND <= longest * 1.5);
  return {
    type: 'log',
    range: [Math.log10(Math.max(1, shortest)) - 0.05, Math.log10(Math.max(10, longest)) + 0.05],
    tickvals: ticks.map((tick) => tick / SECOND),
    ticktext: ticks.map((tick, index) => (index === 0 ? '≤ 1 s' : formatDuration(tick))),
    gridcolor: theme.grid,
    zeroline: false,
    linecolor: theme.grid,
  };
}
