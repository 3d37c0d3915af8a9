// A system of one manager that owns everything decides as the simulator of single schedulers does, job by job.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseClusterSpec } from '../src/cluster-spec.ts';
import type { Cluster } from '../src/cluster.ts';
import { simulate } from '../src/engine/simulate.ts';
import type { Costs } from '../src/engine/simulate.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { AFTER_START } from '../src/workload.ts';
import type { Workload } from '../src/workload.ts';
import { denseWorkloads } from './engine-workloads.ts';
import { parts, run, systemIn } from './systems-runs.ts';

const NODES = 'nodes=2,cpus=2';
const oneOf = <Value>(...values: Value[]) => fc.constantFrom(...values);

/** What a machine may do to jobs, in either world. `tick`: its policy's measure of time [ms]. */
const conditions = (tick: number) =>
  fc.record({
    seed: fc.nat(5),
    dependencies: oneOf('ignore' as const, 'hold' as const, 'feedback' as const),
    onNodeFailure: oneOf('requeue' as const, 'fail' as const),
    maxRestarts: oneOf(0, 1, 100),
    costs: oneOf<Costs>({}, {}, { launch: 1 }, { release: 2 }, { killScan: 3 }, { launchQuantiles: [0, 1, 4], release: 1 }),
    failures: oneOf(undefined, undefined, { mtbf: 20 * tick, mttr: 3 * tick }),
    outages: oneOf<Cluster['outages']>(
      [],
      [{ firstNode: 0, nodes: 1, from: 2, until: 5 * tick }],
      [{ firstNode: 1, nodes: 1, from: 0, until: 4 * tick }],
    ),
  });

function waitsForStarts({ dependencies }: Workload): boolean {
  return dependencies?.kind.includes(AFTER_START) ?? false;
}

describe.each(['fcfs', 'easy', 'first-fit', 'sjf', 'conservative', 'kube-default', 'gang', 'slurm-backfill'])('%s', (name) => {
  const policy = parts.policies.get(name)!;
  // Slurm and Kubernetes look around every so many seconds, others at once.
  const tick = name === 'slurm-backfill' || name === 'kube-default' ? 1000 : 1;
  const until = tick * 400;
  const text = `{pools: {p: '${NODES}'}, managers: {m: {owns: p, policy: ${name}}}, entry: {default: m}}`;

  test('starts and ends every job when it does alone, whatever the machine does to them', () => {
    fc.assert(
      fc.property(denseWorkloads({ dependencies: true }), conditions(tick), (jobs, { failures, outages, ...options }) => {
        // A single scheduler promises a start when it decides it, and keeps the promise though the launch is broken off.
        const { launch, launchQuantiles } = options.costs;
        fc.pre((launch === undefined && launchQuantiles === undefined) || !waitsForStarts(jobs));
        const described = parseClusterSpec(NODES);
        const cluster = { ...described, outages, pools: described.pools.map((pool) => ({ ...pool, failures })) };
        const alone = simulate(jobs, cluster, policy, { ...options, placement: firstFit, until });
        const system = systemIn(text, { cluster });
        const { jobs: book, capacity } = run(system, { jobs }, { ...options, audit: true, until });
        const { submit, start, end, state } = book;
        expect({ submit, start, end, state }).toEqual({
          submit: alone.submit,
          start: alone.start,
          end: alone.end,
          state: alone.state,
        });
        // What changes with the last instant is not there for any time.
        const steps = (times: ArrayLike<number>) => Array.from(times).filter((time) => time < alone.until);
        expect(steps(capacity.time)).toEqual(steps(alone.capacity.time));
        expect(capacity.value.slice(0, steps(capacity.time).length)).toEqual(
          [...alone.capacity.value].slice(0, steps(capacity.time).length),
        );
      }),
      { numRuns: Number(process.env.RUNS ?? 60) },
    );
  });
});
