/** Time and work along a speed that changes with the work that is done. */
import type { SpeedCurve } from '../speeds.ts';

/** How long it takes from this work on to the end of it all [ms]; Infinity if it comes to a standstill before. */
export function timeAlong({ until, rates }: SpeedCurve, all: number, from: number): number {
  let [time, at] = [0, from];
  for (let piece = 0; piece < rates.length && at < all; piece++) {
    const end = piece === rates.length - 1 ? all : Math.min(all, until[piece] * all);
    if (end <= at) continue;
    time += (end - at) / rates[piece];
    at = end;
  }
  return time;
}

/** All work that is done after so much time from this work on [ms]; not more than there is. */
export function workAlong({ until, rates }: SpeedCurve, all: number, from: number, time: number): number {
  let [left, at] = [time, from];
  for (let piece = 0; piece < rates.length && at < all; piece++) {
    const end = piece === rates.length - 1 ? all : Math.min(all, until[piece] * all);
    if (end <= at) continue;
    const needed = (end - at) / rates[piece];
    if (needed >= left) return at + left * rates[piece];
    left -= needed;
    at = end;
  }
  return Math.min(all, at);
}
