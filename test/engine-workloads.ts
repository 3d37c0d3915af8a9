/** Dense workloads for the engine's tests: few jobs and few distinct times, so that things coincide. Times in ms. */
import fc from 'fast-check';
import type { Outage } from '../src/cluster.ts';
import type { Costs, SimulationOptions } from '../src/engine/simulate.ts';
import type { Workload } from '../src/workload.ts';
import { workloadOf } from './workload-of.ts';
import type { TestJob } from './workload-of.ts';

/** Processors of the clusters that these workloads are for [count]. */
export const PROCS = 4;

export interface DenseOptions {
  readonly maxJobs?: number;
  readonly dependencies?: boolean;
  readonly checkpoints?: boolean;
  /** More than `PROCS`: some jobs can never fit. */
  readonly mostProcs?: number;
  readonly maxTime?: number;
}

const oneOf = <Value>(...values: Value[]) => fc.constantFrom(...values);

/** A job may wait for any job but itself, one that comes later or waits for it included. */
const edge = fc.record({ id: fc.nat(12), kind: fc.nat(3), think: oneOf(NaN, NaN, 0, 1, 2, 5, -3) });

export function denseWorkloads({
  maxJobs = 14,
  dependencies = false,
  checkpoints = false,
  mostProcs = PROCS + 1,
  maxTime = 6,
}: DenseOptions = {}): fc.Arbitrary<Workload> {
  const job: fc.Arbitrary<TestJob> = fc.record({
    submit: fc.nat(maxTime),
    runtime: fc.nat(maxTime + 2),
    walltime: oneOf(0, 1, 2, 3, 4, 5, 6, 8, Infinity),
    procs: fc.integer({ min: 1, max: mostProcs }),
    outcome: oneOf(0, 0, 0, 1, 2, 3),
    priority: fc.nat(2),
    after: dependencies ? fc.array(edge, { maxLength: 2 }) : fc.constant([]),
  });
  const checkpoint = fc.record({ interval: oneOf(1, 2, 3, Infinity), cost: fc.nat(3), restart: fc.nat(2) });
  return fc
    .tuple(fc.array(job, { minLength: 1, maxLength: maxJobs }), fc.array(checkpoint, { minLength: maxJobs, maxLength: maxJobs }))
    .map(([jobs, saves]) => {
      const workload = workloadOf(jobs);
      if (!checkpoints) return workload;
      const column = (key: 'interval' | 'cost' | 'restart') => Float64Array.from(jobs, (_, row) => saves[row][key]);
      return { ...workload, checkpoints: { interval: column('interval'), cost: column('cost'), restart: column('restart') } };
    });
}

export const costs: fc.Arbitrary<Costs> = fc.record({
  launch: oneOf(0, 0, 1, 3),
  release: oneOf(0, 0, 1, 2),
  killScan: oneOf(0, 0, 1, 3, 5),
  killPhase: oneOf(0, 0, 1, 4, 7),
});

export const outages: fc.Arbitrary<Outage[]> = fc.array(
  fc
    .record({
      firstNode: fc.nat(PROCS - 1),
      nodes: fc.integer({ min: 1, max: PROCS }),
      from: fc.integer({ min: -3, max: 12 }),
      length: oneOf(0, 1, 2, 5),
    }) // prettier-ignore
    .map(({ firstNode, nodes, from, length }) => ({
      firstNode,
      nodes: Math.min(nodes, PROCS - firstNode),
      from,
      until: from + length,
    })),
  { maxLength: 3 },
);

export const options: fc.Arbitrary<SimulationOptions> = fc.record({
  costs,
  dependencies: oneOf('ignore', 'hold', 'feedback'),
  onNodeFailure: oneOf('requeue', 'fail'),
  maxRestarts: oneOf(0, 1, 100),
  until: oneOf(undefined, undefined, 0, 5, 11),
  audit: fc.constant(true),
});
