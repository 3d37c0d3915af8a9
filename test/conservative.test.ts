import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { processorPool } from '../src/cluster.ts';
import type { Cluster } from '../src/cluster.ts';
import { simulate } from '../src/engine/simulate.ts';
import type { SimulationOptions } from '../src/engine/simulate.ts';
import { placements } from '../src/placement/index.ts';
import { conservative } from '../src/policies/conservative/conservative.ts';
import { orderOf } from '../src/policies/orders.ts';
import { ONE_PROCESSOR } from '../src/workload.ts';
import type { Workload } from '../src/workload.ts';
import { conservativeByDefinition } from './conservative-definition.ts';
import type { Variant } from './conservative-definition.ts';
import { Oracle, outcomeOf } from './engine-oracle.ts';
import { specOf } from './engine-views.ts';
import { costs, denseWorkloads, outages, PROCS } from './engine-workloads.ts';
import { workloadOf } from './workload-of.ts';

const VARIANTS: readonly Variant[] = ['keep', 'compress', 'pyss', 'rebuild'];
const RUNS = { numRuns: 1000 };

/** Most jobs with a limit, and a few without: those push all reservations behind them to infinity. */
const workloads = fc.oneof(
  { weight: 3, arbitrary: denseWorkloads({ maxJobs: 16 }).map(withLimits) },
  { weight: 1, arbitrary: denseWorkloads({ maxJobs: 16 }) },
);

function withLimits(workload: Workload): Workload {
  return { ...workload, walltime: workload.walltime.map((limit) => Math.min(limit, 9)) };
}

describe.each(VARIANTS)('conservative backfilling, %s', (variant) => {
  test.each(['submit', 'sjf', 'largest', 'wfp3'])('decides as its definition does, queue by %s', (order) => {
    fc.assert(
      fc.property(workloads, (workload) => {
        const cluster = processorPool(PROCS);
        const actual = simulate(workload, cluster, conservative, { parameters: { variant, order }, audit: true });
        const definition = conservativeByDefinition(variant, PROCS, (jobs) => orderOf({ order }, jobs));
        // The slow simulator knows no cycles after each event: there the definition runs in the fast one.
        const expected =
          definition.rhythm === undefined
            ? new Oracle(workload, cluster, definition, {}).run()
            : outcomeOf(simulate(workload, cluster, specOf(definition)));
        expect(outcomeOf(actual)).toEqual(expected);
      }),
      RUNS,
    );
  });

  test('comes to an end whatever becomes of its promises: nodes fail, limits are not looked at, launches take time', () => {
    fc.assert(
      fc.property(workloads, costs, outages, fc.constantFrom('requeue', 'fail'), (workload, spent, planned, onNodeFailure) => {
        const cluster = { ...processorPool(PROCS), outages: planned };
        const schedule = simulate(workload, cluster, conservative, {
          parameters: { variant, order: 'submit' },
          costs: spent,
          onNodeFailure,
          audit: true,
        });
        expect([...schedule.state]).not.toContain(0);
      }),
      RUNS,
    );
  });
});

describe('the promise', () => {
  test.each(['keep', 'compress', 'pyss'])('is kept: with %s no job starts later than it was first promised', (variant) => {
    let promises = 0;
    fc.assert(
      fc.property(workloads, (workload) => {
        promises += expectPromisesKept(workload, variant, processorPool(PROCS));
      }),
      RUNS,
    );
    expect(promises).toBeGreaterThan(2000);
  });

  const nodes: Cluster = {
    name: 'nodes=3,cpus=2',
    interchangeable: false,
    pools: [{ name: 'node', count: 3, cpu: 2000, memory: Infinity, gpus: 0 }],
    partitions: [],
    outages: [],
  };
  const nodeWorkloads = fc
    .array(
      fc.record({
        submit: fc.nat(5),
        runtime: fc.nat(6),
        walltime: fc.constantFrom(1, 2, 4, 6, 9),
        procs: fc.integer({ min: 1, max: 3 }),
        request: fc.constantFrom(1000, 1000, 1500, 2000).map((cpu) => ({ ...ONE_PROCESSOR, cpu })),
      }),
      { minLength: 1, maxLength: 14 },
    )
    .map((jobs) => workloadOf(jobs));

  // Not with pyss: it plans arrivals before it has heard of the ends of the same instant, and they sit down elsewhere.
  test.each(['keep', 'compress'])('is kept on nodes too, whoever places the jobs: %s', (variant) => {
    fc.assert(
      fc.property(nodeWorkloads, fc.constantFrom(...placements), (workload, placement) => {
        expectPromisesKept(workload, variant, nodes, { placement });
      }),
      RUNS,
    );
  });

  // Four processors. Job 0 ends at 2 instead of 10. Job 1 was promised 10, job 2, which needs all four, 20. Job 3 needs
  // one for 15 seconds: not before job 2, so it was promised 25.
  const jobs = workloadOf([
    { submit: 0, runtime: 2000, walltime: 10_000, procs: 4 },
    { submit: 0, runtime: 10_000, walltime: 10_000, procs: 3 },
    { submit: 0, runtime: 5000, walltime: 5000, procs: 4 },
    { submit: 0, runtime: 15_000, walltime: 15_000, procs: 1 },
  ]);

  test.each([
    { variant: 'keep', starts: [0, 2, 17, 2], why: 'at 2, job 3 fits before the 20 of job 2, which can start when it ends' },
    { variant: 'compress', starts: [0, 2, 12, 17], why: 'at 2, job 2 moves up to 12, so job 3 comes behind it' },
    { variant: 'rebuild', starts: [0, 2, 12, 17], why: 'the same' },
  ])('$variant: $why', ({ variant, starts }) => {
    const { start } = simulate(jobs, processorPool(4), conservative, { parameters: { variant, order: 'submit' } });
    expect([...start].map((time) => time / 1000)).toEqual(starts);
  });
});

/** Answers how many jobs were promised a later time when they came. */
function expectPromisesKept(workload: Workload, variant: string, cluster: Cluster, options: SimulationOptions = {}): number {
  const parameters = { variant, order: 'submit' };
  const { start, explanations } = simulate(workload, cluster, conservative, { parameters, explain: true, ...options });
  const promised = new Map<number, number>();
  for (const { job, reason } of explanations) {
    const time = /^first reserved from (\S+) s$/.exec(reason)?.[1];
    if (time !== undefined && !promised.has(job)) promised.set(job, Math.round(Number(time) * 1000) - workload.origin);
  }
  for (const [job, time] of promised) expect(start[job]).toBeLessThanOrEqual(time);
  return promised.size;
}
