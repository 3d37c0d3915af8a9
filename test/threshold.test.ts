// Limits that results are held against.
import { expect, test } from 'vitest';
import type { TablePoint } from '../src/cli/experiment-table.ts';
import { brokenThresholds, checkThresholds, parseThreshold, unfinishedOf } from '../src/cli/threshold.ts';

const point = (policy: string, wait: number, unfinished: number, seed = 1): TablePoint => ({
  point: { workload: 'w', cluster: 'c', policy, seed },
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

test('a change is over the seeds that both have, and the figure itself over all', () => {
  const points = [point('a', 100, 0, 1), point('a', 900, 2, 2), point('b', 104, 0, 1)];
  expect(brokenThresholds(parseThreshold('wait.mean<=+5%'), points, 'a')).toEqual([]);
  expect(brokenThresholds(parseThreshold('wait.mean>=+5%'), points, 'a')).toEqual([
    expect.stringMatching(/it is 104 against 100$/),
  ]);
  expect(brokenThresholds(parseThreshold('wait.mean<=400'), points, 'a')).toEqual([expect.stringMatching(/c, a: .* it is 500$/)]);
});

test('nor do seeds count that only the other one has', () => {
  const points = [point('a', 100, 0, 1), point('b', 104, 0, 1), point('b', 900, 3, 2)];
  expect(brokenThresholds(parseThreshold('wait.mean<=+5%'), points, 'a')).toEqual([]);
});

test('a figure is told without the noise of binary fractions', () => {
  expect(brokenThresholds(parseThreshold('wait.mean<=1h'), [point('a', 4000.1 + 0.2, 0)], 'a')).toEqual([
    expect.stringMatching(/it is 4000\.3$/),
  ]);
});

test.each([
  ['wait.mean<=1e9', { figure: 'wait.mean', bound: 'most', limit: 1e9, of: 'value' }],
  ['wait.mean <= 1_000_000', { limit: 1e6 }],
  ['utilization>=.85', { bound: 'least', limit: 0.85 }],
  ['utilization ≥ 5.E-1', { bound: 'least', limit: 0.5 }],
  ['wait.mean<=1h30m', { limit: 5400, isDuration: true }],
  ['wait.mean<=1-00:00:00', { limit: 86400, isDuration: true }],
  ['wait.mean<=-2.5 %', { limit: -0.025, of: 'change' }],
  ['wait.mean<=+1e1%', { limit: 0.1, of: 'change' }],
  ['wait-by-size.2-8.mean<=3', { figure: 'wait-by-size.2-8.mean', limit: 3 }],
  ['wait-by-account.ä b.mean<=3', { figure: 'wait-by-account.ä b.mean', limit: 3 }],
] as const)('%s', (text, threshold) => {
  expect(parseThreshold(text)).toMatchObject(threshold);
});

test.each([
  'wait',
  'wait<3',
  'wait==3',
  'wait<=',
  '<=3',
  'wait<=x',
  'wait<=1__0',
  'wait<=1h%',
  'wait<=0x10',
  'wait<=1e',
  'wait<=Infinity',
])('%s is refused', (text) => expect(() => parseThreshold(text)).toThrow(/hint: write for example/));

test('figures that nobody has, and durations of what is no time, are refused before anything is said', () => {
  const points = [point('a', 100, 0)];
  expect(() => checkThresholds([parseThreshold('wait.maen<=3')], points)).toThrow(/did you mean "wait.mean"/);
  expect(() => checkThresholds([parseThreshold('jobs.unfinished<=3h')], points)).toThrow(/its unit is jobs/);
  checkThresholds([parseThreshold('wait.mean<=3h'), parseThreshold('jobs.completed>=3')], points);
});

test('points whose jobs were not over are named', () => {
  expect(unfinishedOf([point('a', 1, 0), point('b', 1, 2)])).toEqual([
    'w, c, b: 2 jobs were not over; waits and slowdowns are of those that started',
  ]);
});
