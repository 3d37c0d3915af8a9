// The simulator against its slow definition (engine-oracle.ts): complete schedules, over dense workloads.
//
// Planted in the engine, and caught here or in the tests by hand beside it:
// - timers before submissions; the end of a grace period before the ends of its instant;
// - ties of the queue go to the larger row; `<=` with a gap between keys;
// - one checkpoint more, or one less on an exact multiple, than was written;
// - a suspended job loads its checkpoint again; an interrupted one keeps what its suspension had kept;
// - the time to clean up is left out; dependants wait for it;
// - the stop of a job that has ended is still applied; the end of an earlier run is taken for that of the current one;
// - a job that writes its checkpoint comes to its end meanwhile;
// - looks at limits before the first one; the look before the limit instead of after it;
// - launching takes no time off the end; a job suspended while it is launched gets walltime for it;
// - a suspended job gets its whole walltime again, or what is left of it is less than none; a requeued one does not;
// - one failure too few is forgiven;
// - what is expected of running jobs has changed, and the policy is not told;
// - jobs with one expected end are not counted together; one that outlived its walltime counts as gone in the past;
// - think times are ignored, or the recorded submission is not; a job that never started keeps others waiting;
// - a failure takes the job with the lowest row; jobs are forgotten in the layout of processors;
// - a job stopped while it is launched has run;
// - EASY uses an old reservation after launching, cleaning or stopping has moved an expected end; `<` for `<=` in it.
// Not caught, and rightly so: a second look whether an end is old, before one that looks for itself.
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
