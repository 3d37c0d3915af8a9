// Policies that share GPUs out among trainings: what each round decides, against slow definitions on tiny cases, and whole runs.
//
// Planted, and seen to be caught: a programme without the row of one configuration a job; one whose types may each give out what
// all have; interference that is not avoided; GPUs that are thought to be held still by a job that has lost its node.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Cluster } from '../src/cluster.ts';
import { scheduleDigest } from '../src/digest.ts';
import { simulate } from '../src/engine/simulate.ts';
import { loadLinearSolver } from '../src/linear-program.ts';
import { readParameters } from '../src/parameters.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { configurationsOf } from '../src/policies/elastic/sia-configurations.ts';
import { pick } from '../src/policies/elastic/sia.ts';
import { optimus } from '../src/policies/elastic/optimus.ts';
import { PolluxSearch } from '../src/policies/elastic/pollux-search.ts';
import type { PolluxProblem } from '../src/policies/elastic/pollux-search.ts';
import { pollux } from '../src/policies/elastic/pollux.ts';
import { sia } from '../src/policies/elastic/sia.ts';
import { randomStream } from '../src/random.ts';
import { COMPLETED } from '../src/schedule.ts';
import type { Training } from '../src/training.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';
import type { Workload } from '../src/workload.ts';

await loadLinearSolver();

describe('sia', () => {
  const types = [
    { model: 'A', nodes: [0, 1], gpus: 4, perNode: 2 },
    { model: 'B', nodes: [2], gpus: 2, perNode: 2 },
  ];
  const configurations = types.flatMap((type, index) => configurationsOf(type, index));
  const aims = { p: -0.5, unallocated: 1.1, capacity: types.map(({ gpus }) => gpus) };

  test('may give parts of a node, or whole nodes', () => {
    expect(configurations).toEqual([
      { type: 0, gpus: 1, nodes: 1 },
      { type: 0, gpus: 2, nodes: 1 },
      { type: 0, gpus: 4, nodes: 2 },
      { type: 1, gpus: 1, nodes: 1 },
      { type: 1, gpus: 2, nodes: 1 },
    ]);
  });

  /** Every choice for every job. */
  function leastCost(gains: readonly (readonly number[])[], free: readonly number[], row = 0): number {
    if (row === gains.length) return 0;
    let least = aims.unallocated + leastCost(gains, free, row + 1);
    configurations.forEach(({ type, gpus }, index) => {
      if (gains[row][index] === 0 || free[type] < gpus) return;
      const cost = Math.min(3000, Math.round(gains[row][index] ** aims.p * 100) / 100);
      least = Math.min(least, cost + leastCost(gains, free.with(type, free[type] - gpus), row + 1));
    });
    return least;
  }

  test('finds the best choice of all', () => {
    const gain = fc.constantFrom(0, 0.5, 1, 2, 4);
    const rows = fc.array(fc.array(gain, { minLength: 5, maxLength: 5 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(rows, (gains) => {
        const jobs = gains.map((_, job) => ({ job }));
        const picked = pick(jobs, configurations, gains, aims);
        const used = [0, 0];
        let cost = 0;
        for (const { job } of jobs) {
          const configuration = picked.get(job);
          if (configuration === undefined) cost += aims.unallocated;
          else {
            used[configuration.type] += configuration.gpus;
            cost += Math.round(gains[job][configurations.indexOf(configuration)] ** aims.p * 100) / 100;
          }
        }
        used.forEach((gpus, type) => expect(gpus).toBeLessThanOrEqual(aims.capacity[type]));
        expect(cost).toBeCloseTo(leastCost(gains, aims.capacity), 6);
      }),
      { numRuns: 100 },
    );
  });
});

describe('the search of pollux', () => {
  /** Two nodes of two GPUs, three jobs that gain from GPUs by these roots, and less when spread. */
  function problemOf(roots: readonly number[], base: Int16Array): PolluxProblem {
    const value = (state: Int16Array) => {
      let sum = 0;
      roots.forEach((root, job) => {
        const [a, b] = [state[2 * job], state[2 * job + 1]];
        sum += 1 / ((a + b) ** root * (a > 0 && b > 0 ? 0.8 : 1) + 1e-3);
      });
      return roots.length / sum;
    };
    const every = (count: number) => roots.map(() => count);
    return {
      jobs: roots.length,
      nodes: 2,
      capacity: [2, 2],
      fewest: every(0),
      most: every(3),
      base,
      forbids: () => false,
      value,
    };
  }

  function isAllowed(state: Int16Array, avoid: boolean): boolean {
    const jobs = state.length / 2;
    let [first, second, spread] = [0, 0, 0];
    for (let job = 0; job < jobs; job++) {
      const [a, b] = [state[2 * job], state[2 * job + 1]];
      if (a + b > 3) return false;
      if (a > 0 && b > 0) spread++;
      first += a;
      second += b;
    }
    return first <= 2 && second <= 2 && !(avoid && spread > 1);
  }

  function bestOf(problem: PolluxProblem, avoid: boolean): number {
    const state = new Int16Array(problem.jobs * 2);
    let best = 0;
    const walk = (at: number): void => {
      if (at === state.length) {
        if (isAllowed(state, avoid)) best = Math.max(best, problem.value(state));
        return;
      }
      for (state[at] = 0; state[at] <= 2; state[at]++) walk(at + 1);
      state[at] = 0;
    };
    walk(0);
    return best;
  }

  test.each(['avoid', 'allow'] as const)(
    'finds the best state of a tiny cluster, and only states that are allowed: %s',
    (interference) => {
      fc.assert(
        fc.property(fc.array(fc.constantFrom(0.2, 0.5, 1), { minLength: 1, maxLength: 3 }), fc.nat(), (roots, seed) => {
          const problem = problemOf(roots, new Int16Array(2 * roots.length));
          const search = new PolluxSearch(problem, { population: 30, generations: 30, interference }, randomStream(seed, 'test'));
          const states = search.run([problem.base]);
          for (const state of states) expect(isAllowed(state, interference === 'avoid')).toBe(true);
          expect(problem.value(states[0])).toBeCloseTo(bestOf(problem, interference === 'avoid'), 9);
        }),
        { numRuns: 40 },
      );
    },
  );
});

const GPU = { cpu: 1000, memory: 0, gpu: 1000 };

const CLUSTER: Cluster = {
  name: 'test',
  interchangeable: false,
  pools: [
    { name: 'a', count: 2, cpu: 8000, memory: Infinity, gpus: 2, gpuModel: 'A' },
    { name: 'b', count: 1, cpu: 8000, memory: Infinity, gpus: 2, gpuModel: 'B' },
  ],
  partitions: [],
  outages: [],
};

/** On B as fast as on two of A; the more GPUs, the less each adds. */
function trainingOf(exchange: number): Training {
  const steps = (slow: number) =>
    [1, 2, 3].flatMap((nodes) =>
      [1, 2, 4, 6].map((gpus) => ({ nodes, gpus, samples: 4, compute: slow, step: slow + (gpus > 1 ? exchange * nodes : 0) })),
    );
  const phases = [0.5, 1].map((until) => ({ until, noise: [1000, 1000], usual: 4 }));
  return { batches: [4, 24], least: 1, steps: { A: steps(1), B: steps(0.5) }, phases, restart: 20_000 };
}

interface Row {
  readonly submit: number;
  readonly runtime: number;
  readonly exchange: number;
  readonly kind: 'elastic' | 'rigid' | 'wide' | 'shared';
}

function workloadOf(rows: readonly Row[]): Workload {
  const jobs = new WorkloadBuilder();
  rows.forEach(({ submit, runtime, exchange, kind }, row) => {
    const times = { id: row, submit: submit * 1000, runtime: runtime * 1000, walltime: Infinity };
    const sizes = {
      elastic: { tasks: 2, minimum: 1, most: 6, request: jobs.request(GPU) },
      rigid: { tasks: 2, request: jobs.request(GPU) },
      wide: { tasks: 1, request: jobs.request({ ...GPU, gpu: 2000 }) },
      shared: { tasks: 1, request: jobs.request({ ...GPU, gpu: 500 }) },
    };
    const job = jobs.add({ ...times, ...sizes[kind] });
    if (kind === 'elastic') jobs.speeds.add(job, { name: `net ${exchange}`, training: trainingOf(exchange) });
  });
  return jobs.finish('test');
}

const rows = fc.array(
  fc.record({
    submit: fc.constantFrom(0, 30, 60, 90, 200),
    runtime: fc.constantFrom(10, 100, 400),
    exchange: fc.constantFrom(0, 0.5),
    kind: fc.constantFrom('elastic', 'elastic', 'elastic', 'rigid', 'wide', 'shared'),
  } as const),
  { minLength: 1, maxLength: 8 },
);

const outages = fc.array(
  fc.record({
    firstNode: fc.nat(2),
    nodes: fc.constant(1),
    from: fc.constantFrom(60_000, 100_000),
    until: fc.constantFrom(150_000, 300_000),
  }),
  { maxLength: 2 },
);

describe.each([pollux, optimus, sia])('$name', (spec) => {
  const small = spec === pollux ? { population: 8, generations: 4 } : {};
  const parameters = readParameters(spec.parameters ?? {}, small, spec.name);
  const run = (workload: Workload, cluster = CLUSTER) =>
    simulate(workload, cluster, spec, { parameters, placement: firstFit, audit: true });

  test('brings every job to its end, whatever it asks for, and the same way each time', () => {
    fc.assert(
      fc.property(rows, outages, (jobs, down) => {
        const workload = workloadOf(jobs);
        const schedule = run(workload, { ...CLUSTER, outages: down });
        for (const state of schedule.state) expect(state).toBe(COMPLETED);
        expect(scheduleDigest(run(workload, { ...CLUSTER, outages: down }))).toBe(scheduleDigest(schedule));
      }),
      { numRuns: 40 },
    );
  });

  test('gives a job that is alone more than it asks for, and makes room for one that comes', () => {
    const runtime = 4000;
    const elastic = (submit: number) => ({ submit, runtime, exchange: 0, kind: 'elastic' }) as const;
    const alone = run(workloadOf([elastic(0)]));
    expect(alone.end[0]).toBeLessThan(runtime * 1000);
    const { start, end } = run(workloadOf([elastic(0), elastic(200)]));
    // At one of the next rounds, not at the end of the other.
    expect(start[1] % 60_000).toBe(0);
    expect(start[1]).toBeLessThanOrEqual(300_000);
    expect(end[0]).toBeGreaterThan(start[1]);
  });
});
