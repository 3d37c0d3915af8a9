// What is told of a job that waits: the word of squeue, and behind it whose limit it is, who stands before it, and who makes
// room for whom.
import { describe, expect, test } from 'vitest';
import { slurmBuiltin } from '../src/policies/slurm/slurm-builtin.ts';
import { run, storyOf } from './slurm-runs.ts';
import type { RunJob, RunSetting } from './slurm-runs.ts';

const CONF = ['AccountingStorageEnforce=limits', 'AccountingStorageType=accounting_storage/slurmdbd'];
const PEOPLE = [
  'add qos name=normal',
  'add account name=physics',
  'add account name=theory parent=physics',
  'add user name=ada account=theory',
  'add user name=ben account=theory',
];
const pair: readonly RunJob[] = ['ada', 'ada'].map((user) => ({ at: 0, cpus: 4, runs: 100, limit: 2, user, account: 'theory' }));

describe('a limit is told with whose it is and what is gone of it', () => {
  const story = (command: string) =>
    storyOf(run(pair, { spec: slurmBuiltin, conf: CONF, accounts: [...PEOPLE, command] } satisfies RunSetting), 1);

  test.each([
    [
      'modify account physics set GrpTRES=cpu=7',
      'AssocGrpCpuLimit (account physics: at most 7 cpu, 4 cpu held, it asks for 4 cpu)',
    ],
    ['modify account root set GrpJobs=1', 'AssocGrpJobsLimit (account root: 1 jobs at most, 1 run)'],
    ['modify user ada set MaxJobs=1', 'AssocMaxJobsLimit (user ada of account theory: 1 jobs at most, 1 run)'],
    [
      'modify qos normal set MaxTRESPerUser=cpu=7',
      'QOSMaxCpuPerUserLimit (QoS normal: at most 7 cpu, 4 cpu held, it asks for 4 cpu)',
    ],
    ['modify qos normal set MaxJobsPerUser=1', 'QOSMaxJobsPerUserLimit (QoS normal: 1 jobs at most, 1 run)'],
    ['modify qos normal set MaxJobsPerAccount=1', 'MaxJobsPerAccount (QoS normal: 1 jobs at most, 1 run)'],
    [
      'modify account theory set GrpTRESRunMins=cpu=15',
      'AssocGrpCPURunMinutesLimit (account theory: at most 15 cpu min, 8 cpu min held, it asks for 8 cpu min)',
    ],
  ])('%s', (command, told) => {
    expect(story(command)).toContain(told);
  });
});

test('of a limit for each user, what others hold is not told', () => {
  const accounts = [...PEOPLE, 'modify qos normal set MaxTRESPerUser=cpu=7'];
  const done = run([{ ...pair[0], user: 'ben' }, ...pair], { spec: slurmBuiltin, conf: CONF, accounts });
  expect(storyOf(done, 2)).toEqual(['QOSMaxCpuPerUserLimit (QoS normal: at most 7 cpu, 4 cpu held, it asks for 4 cpu)']);
});

test('who waits for his priority is told behind whom', () => {
  const jobs = [
    { at: 0, cpus: 24, runs: 100, limit: 5 },
    { at: 1, cpus: 16, runs: 100, limit: 5 },
    { at: 2, cpus: 16, runs: 100, limit: 5 },
  ];
  const done = run(jobs, { spec: slurmBuiltin });
  expect(storyOf(done, 2)).toEqual(['Priority (behind job 1)']);
});

test('who waits for licences is told how many are free', () => {
  const job = { at: 0, runs: 60, options: { licenses: { m: 2 } } };
  expect(storyOf(run([job, job], { conf: ['Licenses=m:3'] }), 1)).toContain('Licenses (2 licences m, 1 are free)');
});

test('who preempts and who is preempted are told of each other', () => {
  const partitions = ['PartitionName=low Nodes=ALL Default=YES PriorityTier=1', 'PartitionName=high Nodes=ALL PriorityTier=5'];
  const conf = ['PreemptType=preempt/partition_prio', 'PreemptMode=REQUEUE'];
  const jobs = [
    { at: 0, cpus: 16, runs: 600 },
    { at: 1, cpus: 16, runs: 600 },
    { at: 10, cpus: 32, runs: 60, partition: 'high' },
  ];
  const done = run(jobs, { partitions, conf, spec: slurmBuiltin });
  expect(storyOf(done, 2)).toContain('Resources (preempts 1, 0)');
  expect([0, 1].map((victim) => storyOf(done, victim).includes('Preempted (by job 2)'))).toEqual([true, true]);
});
