import { DAY, formatDuration, HOUR, MINUTE, SECOND } from '../units.ts';
import { dateTicks } from './calendar.ts';
import type { Tick, Zero } from './calendar.ts';
import type { Theme, TimeWindow } from './chart.ts';

const STEPS = [1, 2, 5, 10, 15, 30]
  .map((seconds) => seconds * SECOND)
  .concat([1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE))
  .concat([1, 2, 3, 6, 12].map((hours) => hours * HOUR))
  .concat([1, 2, 5, 7, 14, 28, 91, 182, 364, 728, 1820].map((days) => days * DAY));

/** Pixels that a label needs. */
const LABEL = 78;

/** Marks of a time axis: dates where they are known, else round times since the first submission. */
export function timeTicks(window: TimeWindow, width: number, zero: Zero): Tick[] {
  const most = Math.max(2, Math.floor(width / LABEL));
  return zero === undefined ? durationTicks(window, most) : dateTicks(window, zero, most);
}

function durationTicks({ from, until }: TimeWindow, most: number): Tick[] {
  const wanted = (until - from) / most;
  const longest = STEPS[STEPS.length - 1];
  const step = STEPS.find((one) => one >= wanted) ?? Math.ceil(wanted / longest) * longest;
  const ticks: Tick[] = [];
  for (let at = Math.ceil(from / step) * step; at <= until; at += step)
    ticks.push(at === 0 ? { at, text: '0', below: 'first submission' } : { at, text: formatDuration(at) });
  return ticks;
}

/** An x axis of time. */
export function timeAxis(window: TimeWindow, width: number, theme: Theme, zero: Zero): Record<string, unknown> {
  const ticks = timeTicks(window, width, zero);
  return {
    range: [window.from, window.until],
    tickvals: ticks.map(({ at }) => at),
    ticktext: ticks.map(({ text, below }) => (below === undefined ? text : `${text}<br>${below}`)),
    gridcolor: theme.grid,
    zeroline: false,
    linecolor: theme.grid,
  };
}

/** Where one or two of DECADES are all that fits. */
const FINER = [1, 2, 5, 10, 20, 30]
  .map((seconds) => seconds * SECOND)
  .concat([1, 2, 5, 10, 20, 30].map((minutes) => minutes * MINUTE))
  .concat([1, 2, 5, 10].map((hours) => hours * HOUR))
  .concat([1, 2, 4, 7, 14, 30, 60, 120, 240, 400, 1000, 4000].map((days) => days * DAY));

const DECADES = [
  SECOND,
  10 * SECOND,
  MINUTE,
  10 * MINUTE,
  HOUR,
  10 * HOUR,
  4 * DAY,
  40 * DAY,
  400 * DAY,
  4000 * DAY,
  40_000 * DAY,
];

/** A logarithmic x axis of durations, from one to another [s]; what is below 1 s is drawn there. */
export function durationAxis(longest: number, theme: Theme, shortest = 1): Record<string, unknown> {
  const isShown = (tick: number) => tick / SECOND <= Math.max(10, longest) * 1.1 && tick / SECOND >= Math.max(1, shortest) * 0.9;
  const ticks =
    DECADES.filter(isShown).length > 2 ? DECADES.filter((tick) => tick / SECOND <= longest * 1.5) : FINER.filter(isShown);
  return {
    type: 'log',
    range: [Math.log10(Math.max(1, shortest)) - 0.05, Math.log10(Math.max(10, longest)) + 0.05],
    tickvals: ticks.map((tick) => tick / SECOND),
    ticktext: ticks.map((tick) => (tick === SECOND ? '≤ 1 s' : formatDuration(tick))),
    gridcolor: theme.grid,
    zeroline: false,
    linecolor: theme.grid,
  };
}
