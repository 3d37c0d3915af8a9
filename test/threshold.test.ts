// Limits that results are held against.
import { expect, test } from 'vitest';
import type { TablePoint } from '../src/cli/experiment-table.ts';
import { brokenThresholds, parseThreshold, unfinishedOf } from '../src/cli/threshold.ts';

const point = (policy: string, wait: number, unfinished: number): TablePoint => ({
  point: { workload: 'w', cluster: 'c', policy },
  summary: {
    policy,
    digest: '',
    oracle: false,
    jobs: { completed: 10, unfinished },
    metrics: { wait: { unit: 's', better: 'lower', value: wait, figures: { mean: { value: wait, unit: 's' } } } },
  },
});

test.each([
  { what: 'a change within the limit', wait: 104, unfinished: 0, broken: [] },
  { what: 'a change beyond it', wait: 110, unfinished: 0, broken: [/is broken: it is 110 against 100/] },
  {
    what: 'a shorter wait of those that started, while more wait for ever',
    wait: 50,
    unfinished: 3,
    broken: [/cannot be kept: it leaves 3 jobs more unfinished than a/],
  },
])('$what', ({ wait, unfinished, broken }) => {
  const points = [point('a', 100, 0), point('b', wait, unfinished)];
  const found = brokenThresholds(parseThreshold('wait.mean<=+5%'), points, 'a');
  expect(found).toEqual(broken.map((text) => expect.stringMatching(text) as string));
});

test('points whose jobs were not over are named', () => {
  expect(unfinishedOf([point('a', 1, 0), point('b', 1, 2)])).toEqual([
    'w, c, b: 2 jobs were not over; waits and slowdowns are of those that started',
  ]);
});
