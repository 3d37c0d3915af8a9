// How `run` tells how far it is where its lines cannot be rewritten.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PointProgress } from '../src/cli/point-progress.ts';
import type { Point } from '../src/experiment/point.ts';
import type { PointResult } from '../src/experiment/runner.ts';

let written = '';

beforeEach(() => {
  written = '';
  vi.stubEnv('CI', '');
  vi.stubEnv('TERM', 'xterm');
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written += String(text);
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  vi.useRealTimers();
});

const finish = (progress: PointProgress, points: number) => {
  for (let i = 0; i < points; i++) progress.result({} as Point, { state: 'done' } as PointResult);
};

test('off a terminal there is a line every 30 s, also while no point comes to its end', () => {
  const progress = new PointProgress(30, { isTTY: false });
  vi.advanceTimersByTime(29_000);
  expect(written).toBe('');
  vi.advanceTimersByTime(2000);
  expect(written).toBe('0 of 30 points after 30 s\n');
  finish(progress, 12);
  expect(written).toBe('0 of 30 points after 30 s\n');
  vi.advanceTimersByTime(89_000);
  expect(written.split('\n').slice(1, -1)).toEqual([
    '12 of 30 points, 1 min 30 s left',
    '12 of 30 points, 2 min 15 s left',
    '12 of 30 points, 3 min left',
  ]);
});

test('and none once all are over, or it was told to stop', () => {
  const over = new PointProgress(2, { isTTY: false });
  const stopped = new PointProgress(2, { isTTY: false });
  finish(over, 2);
  stopped.clear();
  vi.advanceTimersByTime(90_000);
  expect(written).toBe('');
});

test('on a terminal the line is rewritten, and nothing is logged', () => {
  const progress = new PointProgress(4, { isTTY: true });
  vi.advanceTimersByTime(8000);
  finish(progress, 1);
  expect(written).toContain('1 of 4 points, 24 s left');
  expect(written).not.toContain('\n');
  vi.advanceTimersByTime(60_000);
  expect(written).not.toContain('\n');
});
