// Dominant resource fairness: the examples of its papers, and whole schedules against its definition.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { simulate } from '../src/engine/simulate.ts';
import { readParameters } from '../src/parameters.ts';
import type { ParameterFiles } from '../src/parameters.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { drf } from '../src/policies/drf/drf.ts';
import type { Cluster } from '../src/cluster.ts';
import type { Cycle, PolicySpec } from '../src/policy.ts';
import type { Workload } from '../src/workload.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';

// Planted, and caught here: the least resource instead of the most; weights multiply; a job that has ended still counts;
// members of an account are added up without scaling; equal shares go to who came last.

const SECOND = 1000;
const GIB = 2 ** 30;

interface Job {
  /** [s] */
  readonly at: number;
  readonly runs: number;
  readonly user: string;
  readonly account?: string;
  readonly cpus: number;
  /** [GiB] */
  readonly memory?: number;
  readonly gpus?: number;
}

/** One node, so that nothing is lost to the places between jobs. */
function machine(cpus: number, memory: number, gpus = 0): Cluster {
  const pool = { name: 'n', count: 1, cpu: cpus * 1000, memory: memory * GIB, gpus };
  return { name: 'one', interchangeable: false, pools: [pool], partitions: [], outages: [] };
}

function workload(jobs: readonly Job[]): Workload {
  const builder = new WorkloadBuilder();
  jobs.forEach(({ at, runs, user, account, cpus, memory = 0, gpus = 0 }, id) => {
    const request = builder.request({ cpu: cpus * 1000, memory: memory * GIB, gpu: gpus * 1000 });
    const times = { submit: at * SECOND, runtime: runs * SECOND, walltime: runs * SECOND };
    builder.add({ id, ...times, tasks: 1, request, user, ...(account === undefined ? {} : { account }) });
  });
  return builder.finish('test');
}

function starts(spec: PolicySpec, jobs: readonly Job[], cluster: Cluster, given: Record<string, unknown> = {}, shares?: string) {
  const parameters = readParameters(spec.parameters ?? {}, given, spec.name);
  const files: ParameterFiles = shares === undefined ? {} : { shares: { path: 'shares', text: shares } };
  const done = simulate(workload(jobs), cluster, spec, { parameters, files, placement: firstFit, audit: true });
  return Array.from(done.start, (time) => time / SECOND);
}

/** How many jobs of each owner run in the first second. */
function running(jobs: readonly Job[], cluster: Cluster, given: Record<string, unknown> = {}, shares?: string) {
  const counts: Record<string, number> = {};
  starts(drf, jobs, cluster, given, shares).forEach((start, job) => {
    const { account, user } = jobs[job];
    const owner = account === undefined ? user : `${account}:${user}`;
    if (start === 0) counts[owner] = (counts[owner] ?? 0) + 1;
  });
  return counts;
}

const many = (count: number, job: Omit<Job, 'at' | 'runs'>): Job[] =>
  Array.from({ length: count }, () => ({ at: 0, runs: 10, ...job }));

describe('the examples of the papers', () => {
  test('9 CPUs and 18 GB: three of <1 CPU, 4 GB>, two of <3 CPUs, 1 GB> (NSDI 2011, section 4.1)', () => {
    const jobs = [...many(9, { user: 'a', cpus: 1, memory: 4 }), ...many(9, { user: 'b', cpus: 3, memory: 1 })];
    expect(running(jobs, machine(9, 18))).toEqual({ a: 3, b: 2 });
    expect(running([...jobs].reverse(), machine(9, 18))).toEqual({ a: 3, b: 2 });
  });

  test('weights: two thirds of what both want for who has two shares of three', () => {
    const jobs = [...many(12, { user: 'a', cpus: 1 }), ...many(12, { user: 'b', cpus: 1 })];
    expect(running(jobs, machine(12, 1), {}, 'x 1\n(none):a 2\n(none):b 1\n')).toEqual({ a: 8, b: 4 });
  });

  test('one who has all of what nobody else wants does not starve his account (SoCC 2013)', () => {
    const jobs = [
      ...many(10, { account: 'n1', user: 'u', cpus: 1 }),
      ...many(10, { account: 'n2', user: 'cpu', cpus: 1 }),
      ...many(10, { account: 'n2', user: 'gpu', cpus: 0, gpus: 1 }),
    ];
    const expected = { 'n1:u': 5, 'n2:cpu': 5, 'n2:gpu': 10 };
    expect(running(jobs, machine(10, 1, 10), { tree: 'accounts' })).toEqual(expected);
  });

  test('nor does one who holds much already, and wants more', () => {
    const early = Array.from({ length: 15 }, (): Job => ({ at: 0, runs: 99, account: 'n2', user: 'gpu', cpus: 0, gpus: 1 }));
    const late = [
      ...many(10, { account: 'n1', user: 'u', cpus: 1 }),
      ...many(10, { account: 'n2', user: 'cpu', cpus: 1 }),
      ...many(3, { account: 'n2', user: 'gpu', cpus: 0, gpus: 1 }),
    ].map((job) => ({ ...job, at: 1 }));
    const started = starts(drf, [...early, ...late], machine(10, 1, 20), { tree: 'accounts' }).slice(15);
    const ofUser = (user: string) => late.filter((job, index) => job.user === user && started[index] === 1).length;
    expect([ofUser('u'), ofUser('cpu'), ofUser('gpu')]).toEqual([5, 5, 3]);
  });

  test('accounts share before their users do', () => {
    const jobs = ['a', 'b', 'c'].flatMap((user) => many(6, { account: user === 'c' ? 'n2' : 'n1', user, cpus: 1 }));
    expect(running(jobs, machine(8, 1), { tree: 'accounts' })).toEqual({ 'n1:a': 2, 'n1:b': 2, 'n2:c': 4 });
    expect(running(jobs, machine(9, 1), { tree: 'users' })).toEqual({ 'n1:a': 3, 'n1:b': 3, 'n2:c': 3 });
  });
});

test('a user whose next job does not fit stops all, or is passed over', () => {
  const jobs = [
    { at: 0, runs: 10, user: 'a', cpus: 3 },
    { at: 1, runs: 10, user: 'b', cpus: 2 },
    { at: 1, runs: 10, user: 'a', cpus: 1 },
  ];
  expect(starts(drf, jobs, machine(4, 1), { full: 'stop' })).toEqual([0, 10, 10]);
  expect(starts(drf, jobs, machine(4, 1), { full: 'pass' })).toEqual([0, 10, 1]);
});

test('there may be nobody to serve: a first job that could never fit', () => {
  const jobs = [
    { at: 0, runs: 10, user: 'a', cpus: 5 },
    { at: 1, runs: 10, user: 'b', cpus: 2 },
  ];
  expect(starts(drf, jobs, machine(4, 1))).toEqual([NaN, 1]);
});

test('shares that cannot be divided by are refused', () => {
  expect(() => starts(drf, [{ at: 0, runs: 1, user: 'a', cpus: 1 }], machine(1, 1), {}, 'x parent')).toThrow(
    'x has shares parent',
  );
});

/** The definition of NSDI 2011, Algorithm 1, for users: count everything anew before each start. */
function definition(cluster: Cluster): PolicySpec {
  const [pool] = cluster.pools;
  return {
    ...drf,
    create: ({ jobs, parameters }) => {
      const amounts = (job: number) => {
        const { cpu, memory, gpu } = jobs.requests[jobs.groupRequest[jobs.firstGroup[job]]];
        return [cpu / pool.cpu, memory / pool.memory, pool.gpus === 0 ? 0 : gpu / 1000 / pool.gpus];
      };
      const sum = (some: readonly number[], resource: number) => some.reduce((all, job) => all + amounts(job)[resource], 0);
      const rounded = (share: number) => Math.round(share * 1e9);
      return {
        schedule(cycle: Cycle) {
          const stuck = new Set<number>();
          for (;;) {
            const [waiting, held] = [[...walk(cycle.pending)], [...walk(cycle.running)]];
            const open = [0, 1, 2].filter((resource) => rounded(sum(held, resource)) < rounded(1));
            const shareOf = (user: number) => {
              const own = held.filter((job) => jobs.user.code[job] === user);
              return rounded(Math.max(0, ...open.map((resource) => sum(own, resource))));
            };
            const heads = waiting.filter((job) => {
              const user = jobs.user.code[job];
              return !stuck.has(user) && waiting.find((other) => jobs.user.code[other] === user) === job;
            });
            if (heads.length === 0) return;
            const [head] = heads.sort((a, b) => shareOf(jobs.user.code[a]) - shareOf(jobs.user.code[b]) || a - b);
            if (cycle.free.fits(head)) cycle.start(head);
            else if (parameters.full === 'stop') return;
            else stuck.add(jobs.user.code[head]);
          }
        },
      };
    },
  };
}

function* walk(jobs: Cycle['pending'] | Cycle['running']) {
  for (let job = jobs.first(); job >= 0; job = jobs.after(job)) yield job;
}

test('decides as the definition does', () => {
  const job = fc.record({
    at: fc.nat(3),
    runs: fc.integer({ min: 1, max: 4 }),
    user: fc.constantFrom('a', 'b', 'c'),
    cpus: fc.constantFrom(1, 2, 4),
    memory: fc.constantFrom(0, 1, 3),
    gpus: fc.constantFrom(0, 0, 1),
  });
  fc.assert(
    fc.property(fc.array(job, { maxLength: 14 }), fc.constantFrom('stop', 'pass'), (jobs, full) => {
      const cluster = machine(8, 8, 2);
      expect(starts(drf, jobs, cluster, { full })).toEqual(starts(definition(cluster), jobs, cluster, { full }));
    }),
    { numRuns: 1000 },
  );
});
