import type { Steps } from '../schedule.ts';
import { amountOf } from '../holdings.ts';
import type { Amount, Spans } from '../holdings.ts';
import { sweep } from './sweep.ts';
import { overlap } from './window.ts';
import type { Window } from './window.ts';

/**
 * How much was held over time: the sum of the amounts of the spans that cover the instant. All changes of one
 * instant make one step. Amounts must be integers, so that the sum comes back to exactly 0; it is divided by `scale`.
 */
export function stepsOf(spans: Spans, amount: Amount, scale = 1): Steps {
  const time = new Float64Array(2 * spans.count);
  const value = new Float64Array(2 * spans.count);
  let steps = 0;
  let sum = 0;
  sweep([spans.from, spans.until], (list, row, now) => {
    sum += (list === 0 ? 1 : -1) * amountOf(amount, spans, row);
    if (steps === 0 || time[steps - 1] !== now) time[steps++] = now;
    value[steps - 1] = sum / scale;
    // What comes and goes at one instant was no step.
    if (value[steps - 1] === (steps > 1 ? value[steps - 2] : 0)) steps--;
  });
  return { time: time.subarray(0, steps), value: value.subarray(0, steps) };
}

/** The integral over the window [value x ms]. Before its first step a quantity is 0. */
export function integrate({ time, value }: Steps, window: Window): number {
  if (Number.isNaN(window.from)) return NaN;
  let integral = 0;
  for (let step = 0; step < time.length; step++) {
    const until = step + 1 < time.length ? time[step + 1] : Infinity;
    const length = overlap(window, time[step], until);
    if (length > 0) integral += value[step] * length;
  }
  return integral;
}

/** How long a quantity was at each of its levels within the window [level -> ms]. Before its first step it is 0. */
export function timeAtLevels({ time, value }: Steps, window: Window): Map<number, number> {
  const lengths = new Map<number, number>();
  const add = (level: number, from: number, until: number) => {
    const length = overlap(window, from, until);
    if (length > 0) lengths.set(level, (lengths.get(level) ?? 0) + length);
  };
  add(0, -Infinity, time.length > 0 ? time[0] : Infinity);
  for (let step = 0; step < time.length; step++) {
    add(value[step], time[step], step + 1 < time.length ? time[step + 1] : Infinity);
  }
  return lengths;
}
