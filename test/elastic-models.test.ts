// Policies that share GPUs out where not every job runs on every model of GPU, or asks for a power of two: jobs come to their end,
// or are turned away with the reason, and nobody holds GPUs on which he gets nowhere.
//
// Planted, and seen to be caught: models on which a training was not measured that are open to it; no sizes for jobs that ask for
// none of the usual ones; optimus without anybody who moves for others; a job that holds just what it needs and is stopped each
// round; what a suspended training has still to load, on top of what every run loads.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Cluster } from '../src/cluster.ts';
import { simulate } from '../src/engine/simulate.ts';
import { Progress } from '../src/engine/progress.ts';
import { loadLinearSolver } from '../src/linear-program.ts';
import { gpuHours } from '../src/metrics/gpu-hours.ts';
import { readParameters } from '../src/parameters.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { optimus } from '../src/policies/elastic/optimus.ts';
import { pollux } from '../src/policies/elastic/pollux.ts';
import { sia } from '../src/policies/elastic/sia.ts';
import { COMPLETED, REJECTED } from '../src/schedule.ts';
import type { Training } from '../src/training.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';
import type { Workload } from '../src/workload.ts';

await loadLinearSolver();

const CLUSTER: Cluster = {
  name: 'test',
  interchangeable: false,
  pools: [
    { name: 'a', count: 2, cpu: 8000, memory: Infinity, gpus: 4, gpuModel: 'A' },
    { name: 'b', count: 1, cpu: 8000, memory: Infinity, gpus: 4, gpuModel: 'B' },
  ],
  partitions: [],
  outages: [],
};

const WINDOW = { from: 0, until: Infinity };
const WINDOWS = { whole: WINDOW, submissions: WINDOW, steady: WINDOW };

function trainingOn(models: string): Training {
  const steps = [1, 2, 3].flatMap((nodes) =>
    [1, 4, 12].map((gpus) => ({ nodes, gpus, samples: 4, compute: 1, step: gpus > 1 ? 1.2 : 1 })),
  );
  return {
    batches: [4, 48],
    least: 1,
    steps: Object.fromEntries([...models].map((model) => [model, steps])),
    phases: [{ until: 1, noise: [1000, 1000], usual: 4 }],
    restart: 20_000,
  };
}

const SIZES = {
  elastic: { tasks: 2, minimum: 1, most: 12 },
  'at least 3': { tasks: 4, minimum: 3, most: 12 },
  'just 1': { tasks: 1 },
  'just 3': { tasks: 3 },
} as const;

interface Row {
  readonly submit: number;
  readonly runtime: number;
  readonly size: keyof typeof SIZES;
  /** Models on which it was measured, a letter each; none if it is no training. */
  readonly measured: string;
  /** Models that it asks for; any if there are none. */
  readonly asks: string;
}

function workloadOf(rows: readonly Row[]): Workload {
  const jobs = new WorkloadBuilder();
  rows.forEach(({ submit, runtime, size, measured, asks }, row) => {
    const gpuModels = asks === '' ? {} : { gpuModels: [...asks] };
    const request = jobs.request({ cpu: 1000, memory: 0, gpu: 1000, ...gpuModels });
    const times = { id: row, submit: submit * 1000, runtime: runtime * 1000, walltime: Infinity };
    const job = jobs.add({ ...times, ...SIZES[size], request });
    if (measured !== '') jobs.speeds.add(job, { name: measured, training: trainingOn(measured) });
  });
  return jobs.finish('test');
}

const rows = fc.array(
  fc.record({
    submit: fc.constantFrom(0, 30, 60, 90, 200),
    runtime: fc.constantFrom(10, 100, 400),
    size: fc.constantFrom('elastic', 'elastic', 'at least 3', 'just 1', 'just 3'),
    measured: fc.constantFrom('', 'A', 'B', 'AB'),
    asks: fc.constantFrom('', '', 'AB'),
  } as const),
  { minLength: 1, maxLength: 8 },
);

const constrained = rows.map((jobs) =>
  jobs.map((row, index) => (row.measured === '' && index % 2 === 0 ? { ...row, asks: index % 4 === 0 ? 'B' : 'A' } : row)),
);

describe.each([pollux, optimus, sia])('$name', (spec) => {
  const small = spec === pollux ? { population: 8, generations: 4 } : {};
  const parameters = readParameters(spec.parameters ?? {}, small, spec.name);
  const run = (workload: Workload) =>
    simulate(workload, CLUSTER, spec, { parameters, placement: firstFit, audit: true, explain: true });

  test('brings every job to its end, with all its work done', () => {
    fc.assert(
      fc.property(constrained, (jobs) => {
        const workload = workloadOf(jobs);
        const schedule = run(workload);
        for (const state of schedule.state) expect(state).toBe(COMPLETED);
        const work = jobs.reduce((sum, { runtime, size }) => sum + runtime * SIZES[size].tasks, 0);
        const { value } = gpuHours.figures({ workload, cluster: CLUSTER, schedule }, WINDOWS);
        expect((value ?? NaN) * 3600).toBeCloseTo(work, 0);
      }),
      { numRuns: 40 },
    );
  });

  test('lets those be who keep what they hold', () => {
    const row = { submit: 0, runtime: 400, size: 'just 3', measured: '', asks: '' } as const;
    expect(run(workloadOf([row, { ...row, submit: 60 }, { ...row, size: 'just 1', submit: 90 }])).attempts.count).toBe(0);
  });

  test('turns away a job that could never run, and says why', () => {
    const row = { submit: 0, runtime: 10, size: 'at least 3', asks: '' } as const;
    const { state, rejections } = run(
      workloadOf([
        { ...row, measured: 'C' },
        { ...row, measured: 'B' },
      ]),
    );
    expect([...state]).toEqual([REJECTED, COMPLETED]);
    expect(rejections?.[0].reason).toMatch(/^it needs 3 GPUs of .* of which there are at most 0$/);
  });

  test('says what a job waits for: its next round, or GPUs', () => {
    const row = { submit: 0, runtime: 300, size: 'just 3', measured: '', asks: 'B' } as const;
    const { explanations } = run(workloadOf([row, { ...row, submit: 30 }]));
    const reasons = explanations.filter(({ job }) => job === 1).map(({ time, reason }) => [time, reason]);
    expect(reasons[0]).toEqual([30_000, 'waits for the next round']);
    expect(reasons[1][0]).toBe(60_000);
  });
});

test('optimus moves jobs for one that runs on few GPUs only', () => {
  const parameters = readParameters(optimus.parameters ?? {}, {}, optimus.name);
  const row = { submit: 0, runtime: 4000, size: 'just 3', measured: '' } as const;
  const any = { ...row, asks: '' };
  const workload = workloadOf([any, any, any, { ...row, submit: 30, asks: 'B' }]);
  const { start } = simulate(workload, CLUSTER, optimus, { parameters, placement: firstFit });
  expect([...start]).toEqual([0, 0, 0, 60_000]);
});

test('a training that is suspended while it loads loads once when it goes on', () => {
  const workload = workloadOf([{ submit: 0, runtime: 10, size: 'elastic', measured: 'A', asks: '' }]);
  const progress = new Progress(workload);
  const curve = { until: [1], rates: [1] };
  progress.setCurve(0, curve, 0);
  expect(progress.suspend(0, 5000)).toBe(0);
  progress.setCurve(0, curve, 0);
  expect(progress.remaining(0)).toBe(30_000);
});
