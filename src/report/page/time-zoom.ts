import type { ChartData, TimeWindow } from '../chart.ts';
import { withTables } from '../chart.ts';
import { wholeTime } from '../charts/utilization.ts';

/** Shortest window that can be looked at [ms]. */
const SHORTEST = 1000;

/** The part of the time axis that all charts of time look at. */
export class TimeZoom {
  /** Undefined = all of it. */
  window: TimeWindow | undefined;
  whole: TimeWindow = { from: 0, until: 1 };
  readonly #listeners: (() => void)[] = [];

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Other runs are shown: the window stays if it lies within them. */
  reset(data: ChartData): void {
    if (withTables(data).length > 0) this.whole = wholeTime(data);
    if (this.window !== undefined && this.window.from >= this.whole.until) this.window = undefined;
  }

  set(window: TimeWindow | undefined): void {
    this.window = window && this.#within(window);
    for (const listener of this.#listeners) listener();
  }

  /** Moves by a share of the window, or makes it so many times as wide around its middle. */
  move(by: number, times = 1): void {
    const { from, until } = this.window ?? this.whole;
    const half = (times * (until - from)) / 2;
    const middle = (from + until) / 2 + by * (until - from);
    this.set({ from: middle - half, until: middle + half });
  }

  #within({ from, until }: TimeWindow): TimeWindow | undefined {
    const whole = this.whole.until - this.whole.from;
    const length = Math.max(SHORTEST, until - from);
    if (length >= whole) return undefined;
    const start = Math.min(Math.max(from, this.whole.from), this.whole.until - length);
    return { from: start, until: start + length };
  }
}
