// Cases that a configuration makes possible though few think of them, as Slurm 22.05 decides them.
import { describe, expect, test } from 'vitest';
import { simulate } from '../src/engine/simulate.ts';
import { readParameters } from '../src/parameters.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { slurmBackfill } from '../src/policies/slurm/slurm-backfill.ts';
import { slurmBuiltin } from '../src/policies/slurm/slurm-builtin.ts';
import { REJECTED } from '../src/schedule.ts';
import type { Schedule } from '../src/schedule.ts';
import { readSlurmConf } from '../src/slurm-conf.ts';
import { reasonsOf, startsOf, workloadOf } from './slurm-runs.ts';
import type { RunJob } from './slurm-runs.ts';

const DAY = 24 * 3600_000;
const FOUR = ['NodeName=n[1-4] CPUs=8', 'PartitionName=main Nodes=ALL Default=YES OverSubscribe=EXCLUSIVE'];

/** A run with these lines of slurm.conf, on whatever nodes they describe. */
function runWith(lines: readonly string[], jobs: readonly RunJob[], spec = slurmBuiltin): Schedule {
  const text = ['ClusterName=test', 'SelectType=select/cons_tres', 'SelectTypeParameters=CR_Core', ...lines].join('\n');
  const { cluster } = readSlurmConf({ conf: { path: 'slurm.conf', text } });
  const parameters = readParameters(spec.parameters ?? {}, { epilog: true }, spec.name);
  return simulate(workloadOf(jobs), cluster, spec, { parameters, placement: firstFit, audit: true, explain: true, until: DAY });
}

test('a node with fewer kinds of generic resources than others is accounted for', () => {
  const lines = [
    ...['GresTypes=gpu', 'NodeName=a1 CPUs=8 Gres=gpu:2', 'NodeName=b1 CPUs=8 Gres=gpu:x:1,gpu:y:1'],
    ...['PartitionName=main Nodes=ALL Default=YES', 'PriorityType=priority/multifactor'],
  ];
  const two = { at: 0, runs: 60, options: { gresPerNode: { gpu: 2 } } };
  expect(startsOf(runWith(lines, [two, two, two]))).toEqual([0, 0, 60]);
});

test('a job without a partition is turned away where none is the default', () => {
  const lines = ['NodeName=n1 CPUs=8', 'PartitionName=main Nodes=ALL'];
  const done = runWith(lines, [
    { at: 0, runs: 60 },
    { at: 0, runs: 60, partition: 'main' },
  ]);
  expect(done.state[0]).toBe(REJECTED);
  expect(startsOf(done)).toEqual([NaN, 0]);
});

describe('a job that could never start', () => {
  const never = { at: 0, cpus: 2, runs: 60, options: { gresPerTask: { gpu: 1 } } };
  const lines = [
    'GresTypes=gpu',
    'NodeName=n1 CPUs=8',
    'NodeName=g1 CPUs=8 Gres=gpu:1',
    'PartitionName=main Nodes=ALL Default=YES',
  ];

  test('is turned away when it is submitted, and stops nobody', () => {
    const done = runWith(lines, [never, { at: 0, runs: 60 }]);
    expect(done.state[0]).toBe(REJECTED);
    expect(done.explanations[0].reason).toContain('Requested node configuration is not available');
    expect(startsOf(done)).toEqual([NaN, 0]);
  });

  test('in one of its partitions may start in another', () => {
    const both = [...lines, 'PartitionName=all Nodes=ALL'];
    const partitions = [...both.slice(0, 3), 'PartitionName=plain Nodes=n1 Default=YES', both[4]];
    const job = { at: 0, runs: 60, partition: 'plain', options: { gresPerNode: { gpu: 1 }, partitions: ['plain', 'all'] } };
    expect(startsOf(runWith(partitions, [job]))).toEqual([0]);
  });

  test('because of a limit of its partition waits, as that may be changed', () => {
    const limited = ['NodeName=n[1-4] CPUs=8', 'PartitionName=main Nodes=ALL Default=YES MaxNodes=1'];
    const done = runWith(limited, [
      { at: 0, cpus: 16, runs: 60, options: { minNodes: 2 } },
      { at: 0, runs: 60 },
    ]);
    expect(done.state[0]).not.toBe(REJECTED);
    expect(startsOf(done)).toEqual([NaN, 0]);
  });

  test('only for want of nodes that are down is queued, and stops nobody', () => {
    const done = runWith(
      [...FOUR, 'DownNodes=n1 State=DOWN'],
      [
        { at: 0, cpus: 32, runs: 60 },
        { at: 0, cpus: 8, runs: 60 },
      ],
    );
    expect(done.state[0]).not.toBe(REJECTED);
    expect(startsOf(done)).toEqual([NaN, 0]);
    // Said once, and not anew in each pass.
    expect(reasonsOf(done, 0)).toEqual(['ReqNodeNotAvail (nodes are down, reserved, or kept for others)']);
  });

  test('now, as others have its nodes, stops those behind it', () => {
    const done = runWith(FOUR, [
      { at: 0, cpus: 8, runs: 60 },
      { at: 0, cpus: 32, runs: 60 },
      { at: 0, cpus: 8, runs: 60 },
    ]);
    expect(startsOf(done)).toEqual([0, 60, 120]);
  });
});

describe('--nodelist', () => {
  const lines = ['NodeName=n[1-4] CPUs=8', 'PartitionName=main Nodes=ALL Default=YES OverSubscribe=EXCLUSIVE'];
  const busy = { at: 0, runs: 60, options: { nodeList: ['n1'] } };
  const behind = { at: 2, runs: 60 };

  test('of all its nodes keeps only those from others', () => {
    expect(startsOf(runWith(lines, [busy, { ...busy, at: 1 }, behind]))).toEqual([0, 60, 3]);
  });

  test('of some of its nodes keeps the whole partition', () => {
    const two = { at: 1, cpus: 16, runs: 60, options: { minNodes: 2, nodeList: ['n1'] } };
    expect(startsOf(runWith(lines, [busy, two, behind]))).toEqual([0, 60, 60]);
  });
});

describe('what a cycle of backfill counts', () => {
  const wide = { at: 0, cpus: 32, runs: 600, limit: 10 };
  const first = { at: 0, cpus: 16, runs: 600, limit: 10 };
  const small = { at: 1, cpus: 8, runs: 60, limit: 5 };
  const starts = (parameters: string, jobs: readonly RunJob[]) =>
    startsOf(runWith([...FOUR, `SchedulerParameters=bf_interval=5,${parameters}`], jobs, slurmBackfill));

  test('a job that is passed over for its user does not count for its partition', () => {
    const jobs = [first, { ...wide, user: 'bob' }, { ...wide, user: 'bob' }, { ...wide, user: 'bob' }, small];
    expect(starts('bf_max_job_user=1,bf_max_job_part=2', jobs)[4]).toBeLessThan(60);
  });

  test('a job that starts does not count for bf_job_part_count_reserve', () => {
    const short = { ...small, limit: 1 };
    const planned = { at: 1, cpus: 16, runs: 60, limit: 5 };
    const jobs = [first, { ...wide, at: 1 }, short, planned, { ...small, runs: 250 }];
    const [, , backfilled, second, behind] = starts('bf_job_part_count_reserve=2', jobs);
    expect(backfilled).toBeLessThan(10);
    expect(second).toBeLessThan(150);
    expect(behind).toBeGreaterThan(second);
  });
});
