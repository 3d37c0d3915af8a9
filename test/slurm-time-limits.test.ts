// When Slurm kills a job that runs: limits, what may go on beyond them, and limits of accounts that are used up.
import { describe, expect, test } from 'vitest';
import { slurmBuiltin } from '../src/policies/slurm/slurm-builtin.ts';
import { COMPLETED, KILLED } from '../src/schedule.ts';
import { reasonsOf, run } from './slurm-runs.ts';
import type { RunJob, RunSetting } from './slurm-runs.ts';

const SECOND = 1000;

/** State and end of the first job [s]. */
function endOf(job: Partial<RunJob>, setting: RunSetting = {}) {
  const { state, end } = run([{ at: 0, runs: 7000, ...job }], { spec: slurmBuiltin, ...setting });
  return [state[0], end[0] / SECOND];
}

describe('limits (job_mgr.c, job_time_limit)', () => {
  const main = (options: string) => [`PartitionName=main Nodes=ALL Default=YES ${options}`];

  test('are whole minutes, and looked at every half a minute', () => {
    expect(endOf({ limit: 1.2 })).toEqual([KILLED, 120]);
    expect(endOf({ at: 0, limit: 1 }, { given: { 'poll-phase': '400ms' } })).toEqual([KILLED, 90]);
    expect(endOf({ runs: 60, limit: 1 })).toEqual([COMPLETED, 60]);
  });

  test('OverTimeLimit: jobs go on for so many minutes', () => {
    expect(endOf({ limit: 1 }, { conf: ['OverTimeLimit=2'] })).toEqual([KILLED, 180]);
    expect(endOf({ limit: 1, runs: 170 }, { conf: ['OverTimeLimit=2'] })).toEqual([COMPLETED, 170]);
  });

  test('that of the partition stands before that of the cluster', () =>
    expect(endOf({ limit: 1 }, { conf: ['OverTimeLimit=2'], partitions: main('OverTimeLimit=1') })).toEqual([KILLED, 120]));

  test('a job without a limit has that of its partition: DefaultTime, else MaxTime, else none', () => {
    expect(endOf({ limit: Infinity }, { partitions: main('DefaultTime=3 MaxTime=9') })).toEqual([KILLED, 180]);
    expect(endOf({ limit: Infinity }, { partitions: main('MaxTime=9') })).toEqual([KILLED, 540]);
    expect(endOf({ limit: Infinity })).toEqual([COMPLETED, 7000]);
  });
});

describe('limits of accounts and QoS that are used up (acct_policy.c, acct_policy_job_time_out)', () => {
  const accounts = (limits: string) => [
    ...['add account name=physics', `modify account name=physics set ${limits}`],
    // With a QoS, a job that asks for more than is left is not turned away.
    'add qos name=normal',
    ...['add user name=ada account=physics', 'add user name=ben account=physics'],
  ];
  const conf = (enforce = 'limits') => [
    ...['AccountingStorageType=accounting_storage/slurmdbd', `AccountingStorageEnforce=${enforce}`],
    ...['PriorityType=priority/multifactor', 'PriorityCalcPeriod=1', 'PriorityDecayHalfLife=0'],
  ];
  const job = { account: 'physics', cpus: 2, runs: 3000 };

  test('GrpTRESMins: the group has used them up, by what was counted at the end of a period', () => {
    // 2 processors: 20 minutes of them in 10 minutes.
    expect(endOf(job, { conf: conf(), accounts: accounts('GrpTRESMins=cpu=20') })).toEqual([KILLED, 601]);
  });

  test('GrpWall: as long as all jobs ran together', () => {
    const setting = { conf: conf(), accounts: accounts('GrpWall=20'), spec: slurmBuiltin };
    const both = run(
      [
        { ...job, at: 0 },
        { ...job, at: 0, user: 'ben' },
      ],
      setting,
    );
    expect([...both.state]).toEqual([KILLED, KILLED]);
    expect([...both.end]).toEqual([601 * SECOND, 601 * SECOND]);
    expect(reasonsOf(both, 0).at(-1)).toBe('TimeLimit (AssocGrpWallLimit)');
  });

  test('MaxTRESMins of a job that does not know its end, with priority/basic as well', () => {
    const basic = conf().slice(0, 2);
    // 2 processors, 15 of their minutes are over at 8 minutes; tested by its limit before, so that is lower.
    const limits = accounts('MaxTRESMinsPerJob=cpu=16');
    expect(endOf({ ...job, limit: 8 }, { conf: [...basic, 'OverTimeLimit=30'], accounts: limits })).toEqual([KILLED, 481]);
    expect(endOf({ ...job, limit: 7 }, { conf: [...basic, 'OverTimeLimit=1'], accounts: limits })).toEqual([KILLED, 480]);
  });

  test('with AccountingStorageEnforce=safe, or none, jobs go on', () => {
    expect(endOf(job, { conf: conf('safe'), accounts: accounts('GrpTRESMins=cpu=130') })).toEqual([COMPLETED, 3000]);
    expect(endOf(job, { conf: conf('associations'), accounts: accounts('GrpTRESMins=cpu=20') })).toEqual([COMPLETED, 3000]);
  });
});
