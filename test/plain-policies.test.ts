// Policies without reservations beside their definitions, in the slow simulator.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { processorPool } from '../src/cluster.ts';
import type { Cluster } from '../src/cluster.ts';
import { simulate } from '../src/engine/simulate.ts';
import { placements } from '../src/placement/index.ts';
import { firstFit } from '../src/policies/first-fit.ts';
import { random } from '../src/policies/random.ts';
import { sjf } from '../src/policies/sjf.ts';
import { orderOf } from '../src/policies/orders.ts';
import type { PolicySpec } from '../src/policy.ts';
import { ONE_PROCESSOR } from '../src/workload.ts';
import { Oracle, outcomeOf } from './engine-oracle.ts';
import { plainFcfs } from './engine-views.ts';
import type { Decide } from './engine-views.ts';
import { costs, denseWorkloads, outages, PROCS } from './engine-workloads.ts';
import { workloadOf } from './workload-of.ts';

const RUNS = { numRuns: 1000 };

const startsWhatFits: Decide = (view, jobs) => {
  for (const job of view.queue()) if (jobs.procs[job] <= view.free) view.start(job);
};

describe('decides as its definition does, whatever nodes and costs do:', () => {
  const check = (spec: typeof sjf, parameters: Record<string, string>, decide: Decide, order: string) =>
    fc.assert(
      fc.property(denseWorkloads(), outages, costs, (workload, planned, spent) => {
        const cluster = { ...processorPool(PROCS), outages: planned };
        const actual = simulate(workload, cluster, spec, { parameters, costs: spent });
        const definition = { decide, order: (jobs: Parameters<typeof orderOf>[1]) => orderOf({ order }, jobs) };
        expect(outcomeOf(actual)).toEqual(new Oracle(workload, cluster, definition, { costs: spent }).run());
      }),
      RUNS,
    );

  test('sjf', () => check(sjf, {}, plainFcfs, 'sjf'));
  test.each(['submit', 'smallest', 'unicef'])('first-fit, queue by %s', (order) =>
    check(firstFit, { order }, startsWhatFits, order),
  );
});

describe('random', () => {
  // One processor, and jobs of one second that all come at once: they start in the order of the draw.
  const jobs = workloadOf(Array.from({ length: 40 }, () => ({ submit: 0, runtime: 1000, procs: 1 })));
  const orderFor = (seed: number) => [...simulate(jobs, processorPool(1), random, { seed }).start].join();

  test('draws anew with each seed, and the same again with the same', () => {
    expect(orderFor(1)).toBe(orderFor(1));
    expect(new Set([1, 2, 3, 4, 5].map(orderFor)).size).toBe(5);
  });

  test('prefers nobody: each of two jobs is first half of the time', () => {
    const pair = workloadOf([1, 2].map(() => ({ submit: 0, runtime: 1000, procs: 1 })));
    let first = 0;
    for (let seed = 0; seed < 2000; seed++) if (simulate(pair, processorPool(1), random, { seed }).start[0] === 0) first++;
    // Three standard deviations of a fair coin are 67.
    expect(Math.abs(first - 1000)).toBeLessThan(90);
  });

  test('a job that does not fit lets others pass', () => {
    const blocked = workloadOf([
      { submit: 0, runtime: 5000, procs: 1 },
      { submit: 0, runtime: 5000, procs: 2 },
      { submit: 1, runtime: 1000, procs: 1 },
    ]);
    for (let seed = 0; seed < 20; seed++) {
      const { start } = simulate(blocked, processorPool(2), random, { seed });
      // Whichever of the first two goes first, the small one runs beside the other small one.
      if (start[0] === 0) expect(start[2]).toBe(1);
    }
  });

  test('draws anew at every instant: a job that has lost twice is no more likely to lose again', () => {
    // One processor. Job 1 contends with one other job each second: it loses three times in a row in 1 of 8 runs. If it
    // kept its first draw, that would be 1 of 4.
    const contests = workloadOf([0, 1, 1, 1500, 2500].map((submit) => ({ submit, runtime: 1000, procs: 1 })));
    let lost = 0;
    for (let seed = 0; seed < 2000; seed++) {
      const { start } = simulate(contests, processorPool(1), random, { seed });
      if (start[1] === 4000) lost++;
    }
    expect(lost).toBeGreaterThan(190);
    expect(lost).toBeLessThan(320);
  });
});

describe.each([firstFit, random])('on nodes, $name', (spec) => {
  test('leaves no job waiting that fits', () => {
    const watched: PolicySpec = {
      ...spec,
      create(setup) {
        const policy = spec.create(setup);
        return {
          ...policy,
          schedule(cycle) {
            policy.schedule(cycle);
            for (let job = cycle.pending.first(); job >= 0; job = cycle.pending.after(job))
              expect(cycle.free.fits(job)).toBe(false);
          },
        };
      },
    };
    const cluster: Cluster = {
      name: 'nodes=3,cpus=2',
      interchangeable: false,
      pools: [{ name: 'node', count: 3, cpu: 2000, memory: Infinity, gpus: 0 }],
      partitions: [],
      outages: [],
    };
    const job = fc.record({
      submit: fc.nat(5),
      runtime: fc.nat(6),
      procs: fc.integer({ min: 1, max: 3 }),
      request: fc.constantFrom(1000, 1000, 1500, 2000).map((cpu) => ({ ...ONE_PROCESSOR, cpu })),
    });
    fc.assert(
      fc.property(fc.array(job, { minLength: 1, maxLength: 12 }), fc.constantFrom(...placements), (jobs, placement) => {
        simulate(workloadOf(jobs), cluster, watched, { placement });
      }),
      RUNS,
    );
  });
});
