/** Runs points side by side, and knows when to stop. Who runs one, and where, is handed in. */
import type { Point } from './point.ts';

/** What became of a point. `missing`: it was not run, or not to its end; `altered`: its files are not those that were written. */
export type PointState = 'done' | 'failed' | 'timed-out' | 'out-of-memory' | 'missing' | 'altered';

export interface PointResult {
  readonly state: PointState;
  readonly problem?: string;
  /** Whose: absent for what is our own bug. */
  readonly mistake?: 'usage' | 'data';
}

/** Runs one point to its end; answers soon after `dropped` is aborted. */
export type Execute = (point: Point, dropped: AbortSignal) => Promise<PointResult>;

export interface RunnerOptions {
  readonly execute: Execute;
  /** Points that run at a time [count]. */
  readonly workers: number;
  /** Aborted: what runs is dropped. */
  readonly dropped: AbortSignal;
  /** Aborted: what runs is finished, and nothing else is begun. */
  readonly drained: AbortSignal;
  readonly onResult?: (point: Point, result: PointResult, running: number) => void;
}

/** The result of every point, by key. They are begun in their order. */
export async function runPoints(points: readonly Point[], options: RunnerOptions): Promise<Map<string, PointResult>> {
  const { execute, workers, dropped, drained, onResult } = options;
  const results = new Map<string, PointResult>(points.map(({ key }) => [key, { state: 'missing' }]));
  let next = 0;
  let running = 0;
  const work = async () => {
    while (next < points.length && !dropped.aborted && !drained.aborted) {
      const point = points[next++];
      running++;
      const result = await execute(point, dropped);
      running--;
      results.set(point.key, result);
      // A point that was dropped is none that is over.
      if (result.state !== 'missing') onResult?.(point, result, running);
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, points.length) }, work));
  return results;
}

/** Every N-th point from the I-th on: neighbours take about as long, so that parts do too. */
export function shardOf<Item>(points: readonly Item[], { index, count }: Shard): Item[] {
  return points.filter((_, position) => position % count === index - 1);
}

/** Part `index` (from 1) of `count`. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}
