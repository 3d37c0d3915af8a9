// The table of an experiment: what its figures and changes are means of.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { experimentTable } from '../src/cli/experiment-table.ts';
import type { TablePoint } from '../src/cli/experiment-table.ts';
import { withSameSeeds } from '../src/cli/same-seeds.ts';

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
