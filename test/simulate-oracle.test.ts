// The simulator against its slow definition (engine-oracle.ts): complete schedules, over dense workloads.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { processorPool } from '../src/cluster.ts';
import type { Outage } from '../src/cluster.ts';
import type { SimulationOptions } from '../src/engine/simulate.ts';
import { simulate } from '../src/engine/simulate.ts';
import { easy } from '../src/policies/easy/easy.ts';
import { fcfs } from '../src/policies/fcfs.ts';
import type { PolicySpec } from '../src/policy.ts';
import type { Workload } from '../src/workload.ts';
import { Oracle, outcomeOf } from './engine-oracle.ts';
import { plainEasy, plainFcfs, specOf, whimsical } from './engine-views.ts';
import type { TestPolicy } from './engine-views.ts';
import { costs, denseWorkloads, options, outages, PROCS } from './engine-workloads.ts';

const RUNS = { numRuns: 1000 };

interface Told extends SimulationOptions {
  readonly outages?: readonly Outage[];
}

function expectEqual(workload: Workload, spec: PolicySpec, policy: TestPolicy, { outages = [], ...told }: Told = {}): void {
  const cluster = { ...processorPool(PROCS), outages };
  const actual = outcomeOf(simulate(workload, cluster, spec, { audit: true, ...told }));
  expect(actual).toEqual(new Oracle(workload, cluster, policy, told).run());
}

/** Real policies beside what they mean. */
const policies = [
  { name: 'fcfs', spec: fcfs, policy: { decide: plainFcfs } },
  { name: 'easy', spec: easy, policy: { decide: plainEasy } },
];

describe.each(policies)('under $name, the simulator does what its definition says', ({ spec, policy }) => {
  test('of plain jobs', () => {
    fc.assert(
      fc.property(denseWorkloads(), (workload) => expectEqual(workload, spec, policy)),
      RUNS,
    );
  });

  test('with costs', () => {
    fc.assert(
      fc.property(denseWorkloads(), costs, (workload, spent) => expectEqual(workload, spec, policy, { costs: spent })),
      RUNS,
    );
  });

  test.each(['hold', 'feedback'] as const)('with dependencies: %s', (dependencies) => {
    fc.assert(
      fc.property(denseWorkloads({ dependencies: true }), costs, (workload, spent) =>
        expectEqual(workload, spec, policy, { dependencies, costs: spent }),
      ),
      RUNS,
    );
  });

  test('with outages', () => {
    fc.assert(
      fc.property(denseWorkloads({ checkpoints: true }), outages, options, (workload, planned, told) =>
        expectEqual(workload, spec, policy, { ...told, dependencies: 'ignore', outages: planned }),
      ),
      RUNS,
    );
  });

  test('with everything', () => {
    fc.assert(
      fc.property(denseWorkloads({ checkpoints: true, dependencies: true }), outages, options, (workload, planned, told) =>
        expectEqual(workload, spec, policy, { ...told, outages: planned }),
      ),
      RUNS,
    );
  });
});

describe('under a policy of whims, the simulator does what its definition says', () => {
  const seeds = fc.nat(1_000_000);
  const CALM = 30;

  test.each(['requeue', 'suspend', 'checkpoint', 'cancel'] as const)('of jobs that are preempted: %s', (how) => {
    fc.assert(
      fc.property(denseWorkloads({ checkpoints: true }), seeds, costs, (workload, seed, spent) => {
        const policy = { decide: whimsical(seed, CALM, [how]) };
        expectEqual(workload, specOf(policy), policy, { costs: spent });
      }),
      RUNS,
    );
  });

  test('with everything', () => {
    fc.assert(
      fc.property(
        denseWorkloads({ checkpoints: true, dependencies: true }),
        outages,
        options,
        seeds,
        (workload, planned, told, seed) => {
          const policy = { decide: whimsical(seed, CALM) };
          expectEqual(workload, specOf(policy), policy, { ...told, outages: planned });
        },
      ),
      { numRuns: 2000 },
    );
  });
});
