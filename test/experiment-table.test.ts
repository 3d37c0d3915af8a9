// The table of an experiment: what its figures and changes are means of.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { experimentTable } from '../src/cli/experiment-table.ts';
import type { TablePoint } from '../src/cli/experiment-table.ts';
import { withSameSeeds } from '../src/cli/same-seeds.ts';
import { tableFigures } from '../src/cli/table-figures.ts';

const point = (policy: string, seed: number, wait: number): TablePoint => ({
  point: { workload: 'w', cluster: 'c', policy, seed },
  summary: {
    policy,
    digest: '',
    oracle: false,
    jobs: { completed: 10 },
    metrics: { wait: { unit: 's', better: 'lower', value: wait, figures: { mean: { value: wait, unit: 's' } } } },
  },
});

const table = (points: readonly TablePoint[]) => experimentTable({ baseline: 'a', figures: ['wait.mean'] }, points);

test('means over all seeds', () => {
  expect(table([point('a', 1, 100), point('a', 2, 300), point('b', 1, 150), point('b', 2, 350)])).toBe(
    'policy  wait.mean [s]\n' + 'a                 200\n' + 'b                 250  +25.0 %\n' + 'means over 2 seeds\n',
  );
});

test('an experiment that measures nothing of what fits most shows what it does', () => {
  const { point: what, summary } = point('a', 1, 7);
  const metrics = {
    'visible-stretch': {
      unit: 'ratio',
      better: 'lower' as const,
      figures: { max: { value: 9, unit: 'ratio' }, mean: { value: 2, unit: 'ratio' } },
    },
    events: { unit: 'count', better: 'neither' as const, value: 12 },
  };
  expect(experimentTable({ baseline: 'a' }, [{ point: what, summary: { ...summary, metrics } }])).toBe(
    'policy  visible-stretch.mean    events [count]\n' + 'a                          2                12\n',
  );
});

const summaryOf = (metrics: readonly string[]): TablePoint['summary'] => ({
  ...point('a', 1, 1).summary,
  metrics: Object.fromEntries(
    metrics.map((name) => {
      const figures = { p95: { value: 2, unit: 'x' }, ...(name !== 'total' && { mean: { value: 1, unit: 'x' } }) };
      if (name.includes('-by-'))
        return [name, { unit: 'x', better: 'lower' as const, groups: [{ name: 'g', jobs: 1, figures }] }];
      return [name, { unit: 'x', better: 'lower' as const, value: 1, figures }];
    }),
  ),
});

test.each([
  { what: 'a figure of each metric, in their order', metrics: ['total', 'b'], shown: ['total', 'b.mean'], left: [] },
  { what: 'what fits most of it', metrics: ['total', 'wait'], shown: ['total', 'wait.mean', 'wait.p95'], left: [] },
  { what: 'no column of a pure breakdown', metrics: ['wait-by-size', 'b'], shown: ['b.mean'], left: ['wait-by-size'] },
  {
    what: 'second figures go first where there are many',
    metrics: ['wait', 'b', 'c', 'd', 'e', 'f', 'g', 'total'],
    shown: ['wait.mean', 'b.mean', 'c.mean', 'd.mean', 'e.mean', 'f.mean', 'g.mean', 'total'],
    left: [],
  },
  {
    what: 'then the last metrics',
    metrics: ['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'total'],
    shown: ['b.mean', 'c.mean', 'd.mean', 'e.mean', 'f.mean', 'g.mean', 'h.mean', 'i.mean'],
    left: ['total'],
  },
])('metrics that were asked for: $what', ({ metrics, shown, left }) => {
  expect(tableFigures([summaryOf(metrics)], { metrics })).toEqual({ shown, left });
});

test('figures that were asked for stand in place of metrics; what has no column is named', () => {
  expect(tableFigures([summaryOf(['b', 'c'])], { figures: ['c.p95'], metrics: ['b'] })).toEqual({ shown: ['c.p95'], left: [] });
  const finished = [{ ...point('a', 1, 100), summary: summaryOf(['b', 'b-by-size']) }];
  expect(experimentTable({ baseline: 'a', metrics: ['b', 'b-by-size'] }, finished)).toContain(
    'not in this table: b-by-size; all figures are in results.csv\n',
  );
});

test('a sweep that is not whole is compared on the seeds that both have, and says so', () => {
  expect(table([point('a', 1, 100), point('a', 2, 900), point('b', 1, 150)])).toBe(
    'policy  wait.mean [s]\n' +
      'a                 500\n' +
      'b                 150  +50.0 %\n' +
      'means over 1 to 2 seeds; changes are over the seeds that both have\n',
  );
});

test('the seeds that both have, or all', () => {
  const runs = fc.array(
    fc.nat(3).map((seed) => ({ seed })),
    { maxLength: 4 },
  );
  fc.assert(
    fc.property(runs, runs, (one, other) => {
      const both = [0, 1, 2, 3].filter((seed) => [one, other].every((all) => all.some((run) => run.seed === seed)));
      const kept = [one, other].map((all) => (both.length === 0 ? all : all.filter(({ seed }) => both.includes(seed))));
      expect(withSameSeeds(one, other)).toEqual(kept);
    }),
  );
});
