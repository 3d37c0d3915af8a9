// A system of one manager that owns everything decides as the simulator of single schedulers does, job by job.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseClusterSpec } from '../src/cluster-spec.ts';
import { simulate } from '../src/engine/simulate.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { denseWorkloads } from './engine-workloads.ts';
import { parts, run, systemIn } from './systems-runs.ts';

const NODES = 'nodes=2,cpus=2';

describe.each(['fcfs', 'easy', 'first-fit', 'sjf', 'conservative', 'kube-default', 'gang', 'slurm-backfill'])('%s', (name) => {
  const policy = parts.policies.get(name)!;
  const system = systemIn(`{pools: {p: '${NODES}'}, managers: {m: {owns: p, policy: ${name}}}, entry: {default: m}}`);

  test('starts and ends every job when it does alone', () => {
    fc.assert(
      fc.property(denseWorkloads(), (jobs) => {
        const work = { ...jobs, outcome: new Uint8Array(jobs.count) };
        const alone = simulate(work, parseClusterSpec(NODES), policy, { placement: firstFit, until: 3_600_000 });
        const { start, end, state } = run(system, { jobs: work }, { audit: true, until: 3_600_000 }).jobs;
        expect({ start, end, state }).toEqual({ start: alone.start, end: alone.end, state: alone.state });
      }),
      { numRuns: 60 },
    );
  });
});
