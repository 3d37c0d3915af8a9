// What a policy can do to a run beyond its verbs: nothing. Policies from outside are not ours to trust.
import { describe, expect, test } from 'vitest';
import { processorPool } from '../src/cluster.ts';
import { simulate } from '../src/engine/simulate.ts';
import { fcfs } from '../src/policies/fcfs.ts';
import type { Cycle, Policy, PolicySetup, PolicySpec } from '../src/policy.ts';
import { workloadOf } from './workload-of.ts';

const jobs = () =>
  workloadOf([
    { submit: 0, runtime: 100, walltime: 200, procs: 4 },
    { submit: 0, runtime: 50, walltime: 100, procs: 2 },
    { submit: 10, runtime: 7, walltime: 20, procs: 1 },
  ]);

/** First come, first served, that does something else as well. */
function hostile(what: (cycle: Cycle, setup: PolicySetup) => void, settings: Partial<Policy> = {}): PolicySpec {
  return {
    ...fcfs,
    create: (setup) => ({
      ...settings,
      schedule(cycle) {
        what(cycle, setup);
        fcfs.create(setup).schedule(cycle);
      },
    }),
  };
}

const run = (spec: PolicySpec, workload = jobs()) => simulate(workload, processorPool(4), spec, { guarded: true, audit: true });

describe('a policy cannot change', () => {
  test.each<[string, (cycle: Cycle, setup: PolicySetup) => void]>([
    ['the time', (cycle) => Reflect.set(cycle, 'now', -1e6)],
    ['what is free', (cycle) => Reflect.set(cycle.free, 'procs', 1e6)],
    ['the columns of the workload', (_, setup) => setup.jobs.procs.fill(1)],
    ['the cluster', (_, setup) => Reflect.set(setup.cluster.pools[0], 'count', 99)],
    ['what has ended', (cycle) => expect(Reflect.get(cycle, 'ended')).toBeUndefined()],
  ])('%s', (_, what) => {
    const workload = jobs();
    expect(run(hostile(what), workload)).toEqual(run(fcfs, workload));
    expect(workload).toEqual(jobs());
  });
});

test.each<[string, Partial<Policy>, string]>([
  ['a scan of limits that is no number', { killScan: NaN }, "the policy's killScan is NaN"],
  ['an unknown first kind', { rhythm: { first: 'bogus' as 'ends', cycle: 'event' } }, '"bogus": one of ends'],
  ['an unknown cycle', { rhythm: { first: 'ends', cycle: 'never' as 'event' } }, '"never": one of instant'],
])('%s is refused', (_, settings, message) => {
  expect(() => run(hostile(() => {}, settings))).toThrow(message);
});

test.each([
  [{ how: 'requeue', grace: -5 }, 'a grace period of -5 ms'],
  [{ how: 'requeue', grace: NaN }, 'a grace period of NaN ms'],
  [{ how: 'obliterate' as 'cancel' }, '"obliterate": one of requeue'],
] as const)('preempting by %o is refused', (preemption, message) => {
  const spec = hostile((cycle) => {
    const job = cycle.running.first();
    if (job >= 0) cycle.preempt(job, preemption);
  });
  expect(() => run(spec)).toThrow(message);
});
