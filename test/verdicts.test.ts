// Which runs are samples of what: runs under settings that were varied on purpose are no more data than one of them.
import { expect, test } from 'vitest';
import { askedFigures, comparedFigure } from '../src/report/asked-figures.ts';
import { figuresFor, verdictsOf } from '../src/report/verdicts.ts';
import type { Results, Run } from '../src/results/read.ts';

const WAIT = { name: 'wait', figure: 'mean', unit: 's', better: 'lower' } as const;

/** As far as verdicts of several runs read it. */
function run(label: string, workload: string, cluster: string, seed: number, wait: number, rejected = 0): Run {
  const metrics = { wait: { unit: 's', better: 'lower', figures: { mean: { value: wait, unit: 's' } } } };
  return {
    label,
    workload,
    cluster,
    seed,
    settings: {},
    summary: { metrics, jobs: { completed: 10 - rejected, rejected } },
  } as unknown as Run;
}

/** Half the wait everywhere, give or take some chance. */
const pair = (workload: string, cluster: string, seed: number) => [
  run('a', workload, cluster, seed, 100 + seed),
  run('b', workload, cluster, seed, 50 + (seed % 3)),
];

test('one trace on four clusters is one sample', async () => {
  const runs = ['c1', 'c2', 'c3', 'c4'].flatMap((cluster) => pair('w', cluster, 1));
  const [verdict] = await verdictsOf(runs, ['a', 'b'], [WAIT]);
  expect(verdict).toMatchObject({ conclusion: 'undecided', change: { low: null, high: null } });
  expect(verdict.change.value).toBeCloseTo(51 / 101 - 1);
});

test('so is one under four loads', async () => {
  const runs = [0.4, 0.6, 0.8, 1].flatMap((load) => pair(`w @ load=${load}`, 'c', 1));
  const [{ conclusion }] = await verdictsOf(runs, ['a', 'b'], [WAIT]);
  expect(conclusion).toBe('undecided');
});

test('six seeds under two loads are six', async () => {
  const seeds = [1, 2, 3, 4, 5, 6];
  const runs = [0.4, 0.8].flatMap((load) => seeds.flatMap((seed) => pair(`w @ load=${load}`, 'c', seed)));
  const [{ conclusion, detail }] = await verdictsOf(runs, ['a', 'b'], [WAIT]);
  expect(conclusion).toBe('better');
  expect(detail).toMatch(/^6 pairs/);
});

test('conditions that one policy lacks are left out of both', async () => {
  const whole = [1, 2, 3, 4, 5, 6].flatMap((seed) => pair('w @ load=0.4', 'c', seed));
  const [{ change }] = await verdictsOf([...whole, run('a', 'w @ load=2', 'c', 1, 1e9)], ['a', 'b'], [WAIT]);
  const [{ change: expected }] = await verdictsOf(whole, ['a', 'b'], [WAIT]);
  expect(change).toEqual(expected);
});

test('a verdict says where one has turned more jobs away', async () => {
  const runs = [1, 2, 3].flatMap((seed) => [run('a', 'w', 'c', seed, 100 + seed), run('b', 'w', 'c', seed, 50, seed)]);
  const lone = run('b', 'w @ load=2', 'c', 1, 1, 10);
  for (const all of [runs, [...runs, lone]]) {
    const [{ sentence }] = await verdictsOf(all, ['a', 'b'], [WAIT]);
    expect(sentence).toMatch(/; these are not the same jobs: b rejected 6 of 30, a none of 30\.$/);
  }
  const alike = runs.map(({ label, seed }) => run(label, 'w', 'c', seed, seed, seed));
  expect((await verdictsOf(alike, ['a', 'b'], [WAIT]))[0].sentence).not.toMatch(/rejected/);
});

/** Results of a scenario that is about these figures. */
function asking(figures: readonly string[], runs: readonly Run[]): Results[] {
  return [{ manifest: { document: { scenario: { report: { figures } } } }, runs } as unknown as Results];
}

test('verdicts are on what the scenario is about, where that can be compared', () => {
  const runs = [1, 2].flatMap((seed) => pair('w', 'c', seed));
  const names = askedFigures(asking(['wait.mean', 'jobs.rejected', 'wait.services.mean', 'makespan'], runs)) ?? [];
  const asked = names.flatMap((name) => comparedFigure(name, runs));
  expect(asked).toEqual([WAIT]);
  expect(figuresFor(runs, asked)).toEqual(asked);
});

test('a figure of which less is better stays so in a metric of which more is', () => {
  const figures = { idle: { value: 3, unit: 'GPU-hours', better: 'lower' }, 'useful-share': { value: 0.5, unit: 'ratio' } };
  const metrics = { 'gpu-hours': { unit: 'GPU-hours', better: 'higher', value: 3, figures } };
  const runs = [{ summary: { metrics } } as unknown as Run];
  const read = (name: string) => comparedFigure(name, runs).map(({ unit, better }) => `${unit}, ${better}`);
  expect(read('gpu-hours.idle')).toEqual(['GPU-hours, lower']);
  expect(read('gpu-hours.useful-share')).toEqual(['ratio, higher']);
  expect(read('gpu-hours')).toEqual(['GPU-hours, higher']);
});

test('and on the usual figures if it names none that can be: of one trace, waits and slowdowns alone', () => {
  const runs = pair('w', 'c', 1);
  const named = (figures: readonly { readonly name: string; readonly figure?: string }[]) => figures.map(({ name }) => name);
  const usual = named(figuresFor(runs, []));
  expect(usual.slice(0, 2)).toEqual(['wait', 'wait']);
  expect(named(figuresFor(runs, [{ name: 'turnaround', figure: 'mean', unit: 's', better: 'lower' }]))).toEqual(usual);
});
