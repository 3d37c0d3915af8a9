// `gang` and `coscheduling`: all or nothing, in one stroke or by waiting.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Cluster } from '../src/cluster.ts';
import { simulate } from '../src/engine/simulate.ts';
import { readParameters } from '../src/parameters.ts';
import { firstFit as firstFitPlacement } from '../src/placement/first-fit.ts';
import { coscheduling } from '../src/policies/coscheduling/coscheduling.ts';
import { easy } from '../src/policies/easy/easy.ts';
import { fcfs } from '../src/policies/fcfs.ts';
import { firstFit } from '../src/policies/first-fit.ts';
import { gang } from '../src/policies/gang/gang.ts';
import { kubeDefault } from '../src/policies/kube-default/kube-default.ts';
import type { PolicySpec } from '../src/policy.ts';
import { COMPLETED } from '../src/schedule.ts';
import type { Schedule } from '../src/schedule.ts';
import { SECOND } from '../src/units.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';
import type { Workload } from '../src/workload.ts';
import { outcome, runClog } from './clog.ts';

// Planted in a copy and caught here: a gang that is bound in part; extra room that is not used up; a gang that passes whatever
// it delays; patience that never ends; waiting pods that are not rejected with their gang; permission that one pod lacks.

/** Nodes that take one pod each. */
function nodes(count: number): Cluster {
  const pool = { name: 'node', count, cpu: 1000, memory: Infinity, gpus: 0 };
  return { name: 'nodes', interchangeable: false, pools: [pool], partitions: [], outages: [] };
}

interface Row {
  readonly submit: number;
  readonly runtime: number;
  readonly tasks: number;
  readonly spare?: number;
}

function workload(rows: readonly Row[]): Workload {
  const builder = new WorkloadBuilder();
  const request = builder.request();
  rows.forEach(({ submit, runtime, tasks, spare = 0 }, id) => {
    builder.add({ id, submit, runtime: runtime * SECOND, walltime: (runtime + spare) * SECOND, tasks, request });
  });
  return builder.finish('rows');
}

function run(jobs: Workload, cluster: Cluster, spec: PolicySpec, given: Record<string, string> = {}): Schedule {
  const parameters = readParameters(spec.parameters ?? {}, given, spec.name);
  return simulate(jobs, cluster, spec, { placement: firstFitPlacement, parameters, audit: true });
}

const rows = fc.array(
  fc.record({
    submit: fc.nat(4),
    runtime: fc.integer({ min: 1, max: 4 }),
    tasks: fc.integer({ min: 1, max: 4 }),
    spare: fc.nat(3),
  }),
  { minLength: 1, maxLength: 12 },
);

describe('gang starts jobs when', () => {
  test.each([
    ['none', fcfs],
    ['easy', easy],
    ['any', firstFit],
  ])('%s: as the textbook does where a pod takes a node', (backfill, textbook) => {
    fc.assert(
      fc.property(rows, (some) => {
        const jobs = workload(some.map((row) => ({ ...row, submit: row.submit * SECOND })));
        const [ours, theirs] = [run(jobs, nodes(4), gang, { backfill }), run(jobs, nodes(4), textbook)];
        expect([...ours.start]).toEqual([...theirs.start]);
      }),
      { numRuns: 300 },
    );
  });

  test('patience is over: nobody passes a gang that has waited too long', () => {
    const long = { submit: 0, runtime: 100, tasks: 2 };
    const late = { submit: 30 * SECOND, runtime: 50, tasks: 2 };
    const jobs = workload([long, { submit: 1, runtime: 10, tasks: 3 }, { submit: 2, runtime: 50, tasks: 2 }, late, late]);
    const starts = (timeout: string) => [...run(jobs, nodes(4), gang, { backfill: 'any', timeout }).start];
    expect(starts('0')).toEqual([0, 150_000, 2, 50_002, 100_000]);
    expect(starts('40s').slice(0, 3)).toEqual([0, 100_000, 2]);
  });
});

describe('the clog', () => {
  test('stops the default scheduler: every node is held by a gang that lacks others', () => {
    const { completed } = outcome(runClog(kubeDefault, {}, { until: 7200 * SECOND }));
    expect(completed).toBeLessThan(50);
  });

  test.each([
    [gang, { backfill: 'none' }],
    [gang, { backfill: 'easy' }],
    [gang, { backfill: 'any' }],
    [coscheduling, { timeout: '300s' }],
  ])('does not stop $name $1', (spec, given) => {
    expect(outcome(runClog(spec, given as Record<string, string>)).completed).toBe(50);
  });
});

describe('coscheduling', () => {
  const fast = { costs: 'none', attempt: '1' };

  test('ends every job that fits, and none of them holds nodes for longer than it may wait', () => {
    fc.assert(
      fc.property(rows, (some) => {
        const jobs = workload(some.map((row) => ({ ...row, submit: row.submit * SECOND })));
        const schedule = run(jobs, nodes(4), coscheduling, { ...fast, timeout: '5s' });
        expect([...schedule.state].every((state) => state === COMPLETED)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test('lets pods wait for the others, and gives up when time is over', () => {
    // The second gang gets two of its three nodes, and holds them until the first has ended.
    const jobs = workload([
      { submit: 0, runtime: 20, tasks: 2 },
      { submit: SECOND, runtime: 10, tasks: 3 },
      { submit: 2 * SECOND, runtime: 10, tasks: 1 },
    ]);
    const schedule = run(jobs, nodes(4), coscheduling, { ...fast, timeout: '60s' });
    expect([...schedule.state]).toEqual([COMPLETED, COMPLETED, COMPLETED]);
    expect(schedule.start[1]).toBeGreaterThanOrEqual(20 * SECOND);
  });
});
