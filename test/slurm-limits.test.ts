// Limits of associations, QoS and partitions, in runs of the whole policy. Each limit is named as sacctmgr names it, and the
// reason as squeue prints it (Slurm 22.05, acct_policy.c, job_mgr.c).
import { describe, expect, test } from 'vitest';
import { slurmBuiltin } from '../src/policies/slurm/slurm-builtin.ts';
import { COMPLETED, REJECTED } from '../src/schedule.ts';
import { reasonsOf, run, startsOf } from './slurm-runs.ts';
import type { RunJob, RunSetting } from './slurm-runs.ts';

// Planted, and caught here or in slurm-limits-definition.test.ts: see there.

const ENFORCE = ['AccountingStorageEnforce=limits', 'AccountingStorageType=accounting_storage/slurmdbd'];
const PEOPLE = [
  'add account name=physics',
  'add account name=theory parent=physics',
  'add account name=biology',
  'add user name=ada account=theory',
  'add user name=ben account=theory',
  'add user name=cyd account=biology',
  'add user name=dee account=physics',
];

/** Two jobs of one user, and the limits that are set by these commands. */
const limited = (accounts: readonly string[], more: RunSetting = {}): RunSetting => ({
  spec: slurmBuiltin,
  ...more,
  conf: [...ENFORCE, ...(more.conf ?? [])],
  accounts: [...PEOPLE, 'add qos name=normal', ...accounts],
});

const pair: readonly RunJob[] = [
  { at: 0, cpus: 4, runs: 100, limit: 2, user: 'ada', account: 'theory' },
  { at: 0, cpus: 4, runs: 100, limit: 2, user: 'ada', account: 'theory' },
];

describe('limits that hold a job back until another one ends', () => {
  test.each([
    ['modify account theory set GrpTRES=cpu=7', 'AssocGrpCpuLimit'],
    ['modify account physics set GrpTRES=cpu=7', 'AssocGrpCpuLimit'],
    ['modify account root set GrpTRES=cpu=7', 'AssocGrpCpuLimit'],
    ['modify account physics set GrpTRES=mem=799M', 'AssocGrpMemLimit'],
    ['modify account physics set GrpJobs=1', 'AssocGrpJobsLimit'],
    ['modify account theory set MaxJobs=1', 'AssocMaxJobsLimit'],
    ['modify user ada set MaxJobs=1', 'AssocMaxJobsLimit'],
    ['modify account theory set GrpTRESRunMins=cpu=15', 'AssocGrpCPURunMinutesLimit'],
    ['modify account theory set GrpTRESRunMins=billing=15', 'AssocGrpBillingRunMinutes'],
    ['modify qos normal set GrpTRES=cpu=7', 'QOSGrpCpuLimit'],
    ['modify qos normal set GrpJobs=1', 'QOSGrpJobsLimit'],
    ['modify qos normal set MaxJobsPerUser=1', 'QOSMaxJobsPerUserLimit'],
    ['modify qos normal set MaxJobsPerAccount=1', 'MaxJobsPerAccount'],
    ['modify qos normal set MaxTRESPerUser=cpu=7', 'QOSMaxCpuPerUserLimit'],
    ['modify qos normal set MaxTRESPerAccount=cpu=7', 'MaxCpuPerAccount'],
    ['modify qos normal set GrpTRESRunMins=cpu=15', 'QOSGrpCPURunMinutesLimit'],
  ])('%s: %s', (command, reason) => {
    const jobs = pair.map((job) => ({ ...job, memory: 100 * 2 ** 20 }));
    // Memory that the select plugin does not count is none, for limits too.
    const done = run(jobs, limited([command], { conf: ['SelectTypeParameters=CR_Core_Memory'] }));
    expect(startsOf(done)).toEqual([0, 100]);
    expect(reasonsOf(done, 1)).toContain(reason);
  });

  test('one that is large enough holds nothing back', () => {
    expect(startsOf(run(pair, limited(['modify account theory set GrpTRES=cpu=8 GrpJobs=2 MaxJobs=2'])))).toEqual([0, 0]);
  });

  test('nodes that jobs share count once (GrpTRES=node)', () => {
    expect(startsOf(run(pair, limited(['modify account theory set GrpTRES=node=1'])))).toEqual([0, 0]);
    const whole = pair.map((job) => ({ ...job, cpus: 8 }));
    const done = run(whole, limited(['modify account theory set GrpTRES=node=1']));
    expect(startsOf(done)).toEqual([0, 100]);
    expect(reasonsOf(done, 1)).toContain('AssocGrpNodeLimit');
  });

  test('others go on: who waits for limits stops nobody', () => {
    const jobs = [...pair, { at: 1, cpus: 4, runs: 10, user: 'cyd', account: 'biology' }];
    expect(startsOf(run(jobs, limited(['modify account theory set GrpTRES=cpu=7'])))).toEqual([0, 100, 3]);
  });

  test('with assoc_limit_stop a limit of resources stops its partition', () => {
    const jobs = [...pair, { at: 1, cpus: 4, runs: 10, user: 'cyd', account: 'biology' }];
    const setting = limited(['modify account theory set GrpTRES=cpu=7'], { scheduler: 'assoc_limit_stop' });
    expect(startsOf(run(jobs, setting))).toEqual([0, 100, 100]);
  });

  test('with assoc_limit_stop a count of jobs stops it once, and no more when the reason stands', () => {
    const jobs = [...pair, { at: 0, cpus: 4, runs: 10, user: 'cyd', account: 'biology' }];
    const setting = limited(['modify account theory set MaxJobs=1'], { scheduler: 'assoc_limit_stop' });
    // The pass of the 60th second finds the reason, and goes on.
    expect(startsOf(run(jobs, setting))[2]).toBe(60);
  });

  test('backfill passes over them without a reservation, unless assoc_limit_stop is set', () => {
    const jobs: RunJob[] = [
      { at: 0, cpus: 16, runs: 300, limit: 5, user: 'ada', account: 'theory' },
      { at: 1, cpus: 16, runs: 300, limit: 5, user: 'ada', account: 'theory' },
    ];
    const reasons = (scheduler?: string) => {
      const setting = { ...limited(['modify account theory set GrpTRES=cpu=16']), spec: undefined, scheduler };
      return reasonsOf(run(jobs, setting), 1);
    };
    expect(reasons()).toEqual(['AssocGrpCpuLimit']);
    // When it can start is not known: 500 s from now is as good as any time.
    expect(reasons('assoc_limit_stop')).toEqual(['AssocGrpCpuLimit', 'Resources (planned for 530 s)']);
  });
});

test('with assoc_limit_stop, a QoS that is used up is looked at from then on when the first of its jobs may start (backfill.c)', () => {
  const of = (qos: string) => ({ user: 'ada', account: 'theory', qos });
  const jobs: RunJob[] = [
    { at: 0, cpus: 16, runs: 100, limit: 2, ...of('normal') },
    { at: 1, cpus: 16, runs: 100, limit: 2, ...of('normal') },
    { at: 2, cpus: 32, runs: 100, limit: 2, ...of('free') },
    { at: 3, cpus: 1, runs: 50, limit: 1, ...of('normal') },
    { at: 4, cpus: 1, runs: 50, limit: 1, ...of('free') },
  ];
  const commands = ['add qos name=free', 'modify qos normal set GrpTRES=cpu=16'];
  const done = run(jobs, { ...limited(commands), spec: undefined, scheduler: 'assoc_limit_stop' });
  const planned = (job: number) => Number(/planned for (\d+) s/.exec(reasonsOf(done, job).join())?.[1]);
  // The second of them knows no better than 500 s from the cycle of the 30th second; the other QoS is not concerned.
  expect([planned(1), planned(3) >= 530, startsOf(done)[4]]).toEqual([530, true, 30]);
});

describe('limits that no waiting helps', () => {
  test.each([
    ['modify account theory set MaxTRESPerJob=cpu=3', 'AssocMaxCpuPerJobLimit'],
    ['modify account theory set MaxTRESPerNode=cpu=3', 'AssocMaxCpuPerNode'],
    ['modify account theory set MaxWall=1', 'AssocMaxWallDurationPerJobLimit'],
    ['modify account theory set MaxTRESMins=cpu=7', 'AssocMaxCpuMinutesPerJobLimit'],
    ['modify account physics set GrpTRES=cpu=3', 'AssocGrpCpuLimit'],
    ['modify account physics set GrpTRES=node=0', 'AssocGrpNodeLimit'],
    ['modify qos normal set MaxTRESPerJob=cpu=3', 'QOSMaxCpuPerJobLimit'],
    ['modify qos normal set MaxTRESPerNode=cpu=3', 'QOSMaxCpuPerNode'],
    ['modify qos normal set MinTRESPerJob=cpu=5', 'QOSMinCpuNotSatisfied'],
    ['modify qos normal set MaxWall=1', 'QOSMaxWallDurationPerJobLimit'],
    ['modify qos normal set MaxTRESMins=cpu=7', 'QOSMaxCpuMinutesPerJobLimit'],
    ['modify qos normal set MaxTRESPerUser=node=0', 'QOSMaxNodePerUserLimit'],
  ])('%s: waits for %s; with DenyOnLimit it is turned away', (command, reason) => {
    const jobs = pair.slice(0, 1);
    const waits = run(jobs, limited([command]));
    expect(startsOf(waits)).toEqual([NaN]);
    expect(reasonsOf(waits, 0)).toContain(reason);
    const refused = run(jobs, limited([command, 'modify qos normal set flags=DenyOnLimit']));
    expect([...refused.state]).toEqual([REJECTED]);
    expect(reasonsOf(refused, 0)).toEqual([reason]);
  });

  test('without any QoS all limits are strict', () => {
    const accounts = [...PEOPLE, 'modify account theory set MaxWall=1'];
    const done = run(pair.slice(0, 1), { spec: slurmBuiltin, conf: ENFORCE, accounts });
    expect([...done.state]).toEqual([REJECTED]);
  });
});

describe('counts of submitted jobs', () => {
  test.each([
    ['modify account physics set GrpSubmitJobs=1', 'AssocGrpSubmitJobsLimit'],
    ['modify account theory set MaxSubmitJobs=1', 'AssocMaxSubmitJobLimit'],
    ['modify qos normal set GrpSubmitJobs=1', 'QOSGrpSubmitJobsLimit'],
    ['modify qos normal set MaxSubmitJobsPerUser=1', 'QOSMaxSubmitJobPerUserLimit'],
    ['modify qos normal set MaxSubmitJobsPerAccount=1', 'MaxSubmitJobsPerAccount'],
  ])('%s: %s; what has ended counts no more', (command, reason) => {
    const done = run([...pair, { ...pair[0], at: 200 }], limited([command]));
    expect([...done.state]).toEqual([COMPLETED, REJECTED, COMPLETED]);
    expect(reasonsOf(done, 1)).toEqual([reason]);
  });

  test('an array is turned away as a whole', () => {
    const tasks = [0, 1, 2].map((task) => ({ ...pair[0], array: { id: 7, task } }));
    const setting = limited(['modify qos normal set MaxSubmitJobsPerUser=2']);
    expect([...run(tasks, setting).state]).toEqual([REJECTED, REJECTED, REJECTED]);
    expect([...run(tasks.slice(1), setting).state]).toEqual([COMPLETED, COMPLETED]);
  });
});

describe('which limit counts', () => {
  test('that of a QoS instead of the association, even if it is wider', () => {
    expect(
      startsOf(
        run(
          pair,
          limited(['modify account theory set GrpTRES=cpu=7 MaxJobs=1', 'modify qos normal set GrpTRES=cpu=8 MaxJobsPerUser=2']),
        ),
      ),
    ).toEqual([0, 0]);
  });

  test('that of the QoS of the partition before that of the job, unless the latter has OverPartQOS', () => {
    const partitions = ['PartitionName=main Nodes=ALL Default=YES QOS=part'];
    const wide = limited(['add qos name=part GrpTRES=cpu=8', 'modify qos normal set GrpTRES=cpu=7'], { partitions });
    expect(startsOf(run(pair, wide))).toEqual([0, 0]);
    const over = limited(['add qos name=part GrpTRES=cpu=8', 'modify qos normal set GrpTRES=cpu=7 flags=OverPartQOS'], {
      partitions,
    });
    expect(startsOf(run(pair, over))).toEqual([0, 100]);
  });

  test('LimitFactor of the QoS widens GrpTRES of associations', () => {
    const commands = ['modify account theory set GrpTRES=cpu=4', 'modify qos normal set LimitFactor=2'];
    expect(startsOf(run(pair, limited(commands)))).toEqual([0, 0]);
  });

  test('none without AccountingStorageEnforce=limits', () => {
    const accounts = [...PEOPLE, 'add qos name=normal', 'modify account theory set MaxJobs=1'];
    const conf = ['AccountingStorageType=accounting_storage/slurmdbd', 'AccountingStorageEnforce=associations'];
    expect(startsOf(run(pair, { spec: slurmBuiltin, conf, accounts }))).toEqual([0, 0]);
  });

  test('NoReserve of its QoS leaves a job without a reservation', () => {
    const jobs: RunJob[] = [
      { at: 0, cpus: 24, runs: 300, limit: 5 },
      { at: 1, cpus: 32, runs: 60, limit: 1 },
      { at: 2, cpus: 8, runs: 600, limit: 10, user: 'dee', account: 'physics' },
    ];
    const owned = jobs.map((job) => ({ user: 'ada', account: 'theory', ...job }));
    expect(startsOf(run(owned, { ...limited([]), spec: undefined }))).toEqual([0, 300, 360]);
    const noReserve = { ...limited(['modify qos normal set flags=NoReserve']), spec: undefined };
    expect(startsOf(run(owned, noReserve))).toEqual([0, 630, 30]);
  });
});

describe('who may submit', () => {
  const conf = ['AccountingStorageType=accounting_storage/slurmdbd', 'AccountingStorageEnforce=associations,qos'];
  const accounts = [...PEOPLE, 'add qos name=normal', 'add qos name=high', 'modify account root set qos=normal'];

  test('a user without an association is turned away', () => {
    const done = run([{ at: 0, runs: 1, user: 'eve', account: 'theory' }], { spec: slurmBuiltin, conf, accounts });
    expect([...done.state, reasonsOf(done, 0)]).toEqual([REJECTED, ['InvalidAccount']]);
  });

  test('and so is a QoS that the association has not', () => {
    const jobs = ['normal', 'high'].map((qos) => ({ at: 0, runs: 1, user: 'ada', account: 'theory', qos }));
    const done = run(jobs, { spec: slurmBuiltin, conf, accounts });
    expect([...done.state]).toEqual([COMPLETED, REJECTED]);
    expect(reasonsOf(done, 1)).toEqual(['InvalidQOS (high)']);
  });
});

describe('whose account it is', () => {
  const accounts = [...PEOPLE, 'add qos name=normal', 'add qos name=course flags=RequiresReservation'];
  const stray = { at: 0, cpus: 4, runs: 100, limit: 2, user: 'ada', account: 'biology' };
  const limit = 'modify account theory set GrpTRES=cpu=7';

  test('where nobody needs an association, a job of a foreign account counts for the default one of its user', () => {
    const conf = ['AccountingStorageEnforce=limits'];
    const done = run([stray, stray], { spec: slurmBuiltin, accounts: [...accounts, limit], conf });
    // Limits need associations.
    expect([...done.state]).toEqual([REJECTED, REJECTED]);
    const loose = run([stray, stray], { spec: slurmBuiltin, accounts: [...accounts, limit] });
    expect([...loose.state]).toEqual([COMPLETED, COMPLETED]);
  });

  test('a QoS with RequiresReservation is for jobs in reservations only', () => {
    const done = run([{ ...stray, account: 'theory', qos: 'course' }], { spec: slurmBuiltin, accounts });
    expect([done.state[0], reasonsOf(done, 0)]).toEqual([REJECTED, ['InvalidQOS (course)']]);
  });
});

describe('partitions', () => {
  const job = { at: 0, cpus: 16, runs: 10, limit: 60, account: 'theory' };
  const refusing = (words: string, enforce: string): RunSetting => ({
    spec: slurmBuiltin,
    partitions: [`PartitionName=main Nodes=ALL Default=YES ${words}`],
    conf: [`EnforcePartLimits=${enforce}`],
  });

  test.each([
    ['MaxTime=30', {}, 'PartitionTimeLimit', 'PartitionTimeLimit'],
    ['MaxNodes=1', { minNodes: 2, maxNodes: 2 }, 'PartitionNodeLimit', 'PartitionNodeLimit'],
    ['MinNodes=3', { minNodes: 2, maxNodes: 2 }, 'PartitionNodeLimit', 'PartitionNodeLimit'],
    ['AllowAccounts=biology', {}, 'AccountNotAllowed', 'AccountNotAllowed'],
    ['DenyAccounts=theory', {}, 'AccountNotAllowed', 'AccountNotAllowed'],
    ['AllowQos=high', {}, 'QOSNotAllowed', 'QOSNotAllowed'],
  ])('%s: it waits for ever, or is turned away with EnforcePartLimits', (words, options, waits, refused) => {
    const waiting = run([{ ...job, options }], refusing(words, 'NO'));
    expect(startsOf(waiting)).toEqual([NaN]);
    expect(reasonsOf(waiting, 0)).toEqual([waits]);
    const turned = run([{ ...job, options }], refusing(words, 'ALL'));
    expect([...turned.state, reasonsOf(turned, 0)]).toEqual([REJECTED, [refused]]);
  });

  test('what a partition does not allow stops nobody behind it', () => {
    const jobs = [job, { ...job, account: 'biology', at: 1 }];
    expect(startsOf(run(jobs, refusing('AllowAccounts=biology', 'NO')))).toEqual([NaN, 3]);
  });

  test.each([
    ['State=DRAIN', 'partition main takes no jobs: it is in state drain'],
    ['RootOnly=YES', 'partition main is for root only'],
  ])('%s: %s', (words, reason) => {
    const done = run([job], refusing(words, 'NO'));
    expect([...done.state, reasonsOf(done, 0)]).toEqual([REJECTED, [reason]]);
  });

  test('EnforcePartLimits=ANY is content with one of several partitions', () => {
    const partitions = ['PartitionName=short Nodes=n[1-2] Default=YES MaxTime=30', 'PartitionName=long Nodes=n[3-4]'];
    const asked = { ...job, partition: 'short', options: { partitions: ['short', 'long'] } };
    const state = (enforce: string) => [...run([asked], { partitions, conf: [`EnforcePartLimits=${enforce}`] }).state];
    expect([state('ANY'), state('ALL')]).toEqual([[COMPLETED], [REJECTED]]);
  });
});
