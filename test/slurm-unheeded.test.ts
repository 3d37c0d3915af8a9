// What policies that know nothing of Slurm leave out of a slurm.conf is said, by whatever policy it is.
import { describe, expect, test } from 'vitest';
import { loadPolicy, policyNames } from '../src/policies/index.ts';
import { run } from './slurm-runs.ts';
import type { RunJob } from './slurm-runs.ts';

const MAIN = 'PartitionName=main Nodes=ALL Default=YES';

async function warningsOf(
  policy: string,
  partitions: readonly string[],
  { conf = [], jobs = [{ at: 0, runs: 60 }], accounts }: { conf?: string[]; jobs?: RunJob[]; accounts?: string[] } = {},
): Promise<string> {
  const spec = await loadPolicy(policy);
  const warnings: string[] = [];
  run(jobs, {
    spec,
    partitions,
    conf,
    ...(accounts === undefined ? {} : { accounts }),
    options: { onWarning: (one) => void warnings.push(one) },
  });
  return warnings.join('\n');
}

describe('of a slurm.conf that changes decisions', () => {
  test.each([
    { what: 'tiers', partition: 'PartitionName=high Nodes=ALL PriorityTier=10', says: 'PriorityTier' },
    { what: 'limits of a partition', partition: 'PartitionName=small Nodes=ALL MaxNodes=2', says: 'MaxNodes of small' },
    { what: 'who may use one', partition: 'PartitionName=p Nodes=ALL AllowAccounts=a', says: 'AllowAccounts of p' },
    { what: 'whole nodes', partition: 'PartitionName=q Nodes=ALL OverSubscribe=EXCLUSIVE', says: 'OverSubscribe of q' },
    { what: 'preemption', conf: ['PreemptType=preempt/partition_prio', 'PreemptMode=REQUEUE'], says: 'preempt/partition_prio' },
    { what: 'priorities', conf: ['PriorityType=priority/multifactor'], says: 'PriorityType=priority/multifactor' },
    { what: 'licences', conf: ['Licenses=m:3'], says: 'Licenses' },
    { what: 'the least loaded nodes first', partition: 'PartitionName=l Nodes=ALL LLN=YES', says: 'LLN of l' },
    { what: 'memory that jobs have by default', conf: ['DefMemPerCPU=100'], says: 'DefMemPerCPU' },
    { what: 'most memory of a job', partition: 'PartitionName=m Nodes=ALL MaxMemPerNode=100', says: 'DefMem and MaxMem of m' },
    { what: 'gaps at the end', conf: ['SchedulerParameters=pack_serial_at_end'], says: 'pack_serial_at_end' },
  ])('easy is said not to heed $what, slurm-backfill is not', async ({ partition = '', conf = [], says }) => {
    expect(await warningsOf('easy', [MAIN, partition], { conf })).toContain(says);
    expect(await warningsOf('slurm-backfill', [MAIN, partition], { conf })).not.toContain('does not heed');
  });

  test('limits of accounts are said, if they are enforced', async () => {
    const accounts = ["Cluster - 'test'", "Parent - 'root'", "Account - 'a':GrpJobs=1"];
    const conf = ['AccountingStorageEnforce=limits'];
    expect(await warningsOf('fcfs', [MAIN], { conf, accounts })).toContain('limits of accounts and QoS');
    expect(await warningsOf('fcfs', [MAIN], { accounts })).toBe('');
  });

  test('a plain one is heeded whole, and nothing is said', async () => {
    expect(await warningsOf('easy', [MAIN])).toBe('');
  });

  test('all policies but those of Slurm say it', async () => {
    const silent: string[] = [];
    for (const name of policyNames) {
      const warnings = await warningsOf(name, [MAIN], { conf: ['Licenses=m:3'] });
      if (!warnings.includes('does not heed: Licenses')) silent.push(name);
    }
    expect(silent).toEqual(['slurm-backfill', 'slurm-builtin']);
  });
});

test('a job that names a reservation runs without where none are known, and that is said', async () => {
  const jobs = [
    { at: 0, runs: 60, options: { reservation: 'week' } },
    { at: 0, runs: 60 },
  ];
  expect(await warningsOf('slurm-backfill', [MAIN], { jobs })).toContain('1 job name a reservation, and none are known');
});

test('what jobs asked for is counted', async () => {
  const each = { at: 0, runs: 60 };
  const jobs: RunJob[] = [
    { ...each, options: { exclusive: 'node' } },
    { ...each, options: { exclusive: 'user', licenses: { m: 1 } } },
    { ...each, begin: 90 },
    { ...each, partition: 'gone' },
    each,
    { ...each, options: { minNodes: 2, maxNodes: 2, tasksPerNode: 1 } },
    { ...each, options: { minNodes: 1 } },
    { ...each, options: { contiguous: true, spreadJob: true } },
  ];
  expect(await warningsOf('easy', [MAIN], { jobs })).toBe(
    'of what jobs asked of Slurm it does not heed: --exclusive (2 jobs), --licenses (1 job), the time from which they may start (1 job), partitions that slurm.conf does not have (1 job), --nodes and --ntasks-per-node (1 job), --contiguous and --spread-job (1 job)',
  );
});
