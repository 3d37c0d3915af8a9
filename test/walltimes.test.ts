import { expect, test } from 'vitest';
import { processorPool } from '../src/cluster.ts';
import { InputError } from '../src/errors.ts';
import { applyWalltimes } from '../src/experiment/walltimes.ts';
import { extendOverruns, fillWalltimes, parseWalltimeRule } from '../src/trace/walltimes.ts';
import { workloadOf } from './workload-of.ts';

const jobs = workloadOf([
  { submit: 0, runtime: 100, procs: 1 },
  { submit: 0, runtime: 100, walltime: 50, procs: 1 },
  { submit: 0, runtime: 100, walltime: 100, procs: 1 },
  { submit: 0, runtime: 0, procs: 1 },
]);

test.each([
  ['runtime', [100, 50, 100, 0], 2],
  ['none', [Infinity, 50, 100, Infinity], 0],
  ['factor=1.5', [150, 50, 100, 0], 2],
  ['1m', [60_000, 50, 100, 60_000], 2],
])('the rule %s fills in what is missing', (rule, walltimes, changed) => {
  const filled = fillWalltimes(jobs, parseWalltimeRule(rule, 'walltimes'));
  expect([...filled.workload.walltime]).toEqual(walltimes);
  expect(filled.changed).toBe(changed);
  expect(filled.workload.runtime).toBe(jobs.runtime);
});

test('limits that a job ran beyond are raised to its run time', () => {
  const { workload, changed, note } = extendOverruns(jobs);
  expect([...workload.walltime]).toEqual([Infinity, 100, 100, Infinity]);
  expect([changed, note]).toEqual([1, '1 limit that jobs ran beyond: raised to their run time']);
});

test('a service gets no limit, which would be its end', () => {
  const service = workloadOf([{ submit: 0, runtime: Infinity, walltime: Infinity, procs: 1 }]);
  expect(fillWalltimes(service, parseWalltimeRule('1m', 'walltimes')).workload).toBe(service);
});

test('nothing is copied where nothing changes', () => {
  const fine = workloadOf([{ submit: 0, runtime: 1, walltime: 2, procs: 1 }]);
  expect(fillWalltimes(fine, { kind: 'runtime' }).workload).toBe(fine);
  expect(extendOverruns(fine).workload).toBe(fine);
});

test.each(['', 'factor=0.5', 'factor=x', 'soon', '0', 'run time'])('the rule "%s" is refused', (rule) => {
  expect(() => parseWalltimeRule(rule, 'walltimes')).toThrow(InputError);
});

test.each([
  ['some', 'default', '2 jobs without a limit get their run time, a perfect estimate (--estimates)'],
  ['some', 'none', '2 jobs without a limit get none (--estimates)'],
  ['all', 'default', undefined],
  ['all', 'none', 'every job has a limit of its own, and keeps it (--estimates)'],
  ['all', '4h', 'every job has a limit of its own, and keeps it (--estimates)'],
] as const)('what is done to %s limits under %s is told', (which, rule, note) => {
  const limited = workloadOf([{ submit: 0, runtime: 1, walltime: 2, procs: 1 }]);
  const estimates = rule === 'default' ? rule : parseWalltimeRule(rule, 'walltimes');
  const { notes } = applyWalltimes(which === 'all' ? limited : jobs, { estimates, overrun: 'extend' }, processorPool(1));
  expect(notes[0]).toBe(note);
});
