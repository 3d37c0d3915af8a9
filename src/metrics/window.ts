/** A stretch of time [from, until) [ms]. NaN if there were no submissions; empty if the two are equal. */
export interface Window {
  readonly from: number;
  readonly until: number;
}

/** How long it is [ms]. */
export function lengthOf({ from, until }: Window): number {
  return until - from;
}

/** How much of [from, until) lies in the window [ms]. */
export function overlap(window: Window, from: number, until: number): number {
  return Math.max(0, Math.min(until, window.until) - Math.max(from, window.from));
}
