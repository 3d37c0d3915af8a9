// GrpJobsAccrue, MaxJobsAccrue and their kin: of those that wait, only so many grow older.
// Caught when planted: the tightest limit decides instead of the first; the limit of an account above compared with its users
// one by one; jobs that run counted still; ages that begin with the submission when their turn comes; no order among those
// whose turn comes at once; accounts and users of a QoS mixed up.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Accounting } from '../src/policies/slurm/priority/accounting.ts';
import { Accrual } from '../src/policies/slurm/priority/accrual.ts';
import { MultifactorPriorities } from '../src/policies/slurm/priority/multifactor.ts';
import type { SlurmAccounts, SlurmLimits, SlurmQos } from '../src/slurm-accounts.ts';
import { readSlurmConf } from '../src/slurm-conf.ts';
import { run, startsOf, workloadOf } from './slurm-runs.ts';
import type { RunJob } from './slurm-runs.ts';

const MINUTE = 60_000;
const CONF = [
  ...['ClusterName=c', 'NodeName=n[1-4] CPUs=8 RealMemory=8000', 'PartitionName=main Nodes=ALL Default=YES'],
  ...['PriorityType=priority/multifactor', 'PriorityWeightAge=60', 'PriorityMaxAge=01:00:00', 'PriorityCalcPeriod=1'],
  ...['AccountingStorageType=accounting_storage/slurmdbd'],
];

interface Setting {
  readonly conf?: string;
  readonly account?: string;
  readonly user?: string;
  readonly qos?: string;
}

function prioritiesOf(jobs: readonly RunJob[], { conf = 'AccountingStorageEnforce=limits', account, user, qos }: Setting) {
  const dump = ["Cluster - 'c':Fairshare=1", "Parent - 'root'", `Account - 'phys':Fairshare=1${account ?? ''}`];
  dump.push("Parent - 'phys'", `User - 'ada':Fairshare=1${user ?? ''}`, `User - 'bob':Fairshare=1${user ?? ''}`);
  const file = (path: string, lines: readonly string[]) => ({ path, text: `${lines.join('\n')}\n` });
  const table = file('qos', ['Name|Priority|GrpJobsAccrue|MaxJobsAccruePU|MaxJobsAccruePA', qos ?? 'normal|0|||']);
  const files = { conf: file('slurm.conf', [...CONF, conf]), accounts: file('dump', dump), qos: table };
  const { cluster, warnings } = readSlurmConf(files);
  expect(warnings.join('\n')).not.toContain('Accrue');
  return new MultifactorPriorities(workloadOf(jobs), cluster, cluster.slurm!, MINUTE);
}

const job = (user: string, begin?: number): RunJob => ({
  ...{ at: 0, runs: 60, user, account: 'phys' },
  ...(begin === undefined ? {} : { begin }),
});

/** Priorities of all jobs at these times, while the queue is gone through every minute [min]. */
function agesOf(jobs: readonly RunJob[], setting: Setting, minutes: readonly number[]): number[][] {
  const priorities = prioritiesOf(jobs, setting);
  jobs.forEach((_, row) => priorities.submit(row, 0));
  const seen: number[][] = [];
  for (let minute = 0; minute <= Math.max(...minutes); minute++) {
    priorities.catchUp(minute * MINUTE);
    priorities.beginAges(minute * MINUTE);
    if (minutes.includes(minute)) seen.push(jobs.map((_, row) => priorities.priorityOf(row)));
  }
  return seen;
}

describe('of three that wait', () => {
  const three = [job('ada'), job('ada'), job('bob')];

  test.each([
    { what: 'all, without limits', setting: {}, ages: [10, 10, 10] },
    { what: 'two of an account', setting: { account: ':GrpJobsAccrue=2' }, ages: [10, 10, 1] },
    { what: 'one of each user, handed down by the account', setting: { account: ':MaxJobsAccrue=1' }, ages: [10, 1, 10] },
    { what: 'one of each user', setting: { user: ':MaxJobsAccrue=1' }, ages: [10, 1, 10] },
    { what: 'none', setting: { user: ':GrpJobsAccrue=0' }, ages: [1, 1, 1] },
    { what: 'one of a QoS', setting: { qos: 'normal|0|1||' }, ages: [10, 1, 1] },
    { what: 'one of each user of a QoS', setting: { qos: 'normal|0||1|' }, ages: [10, 1, 10] },
    { what: 'two of each account of a QoS', setting: { qos: 'normal|0|||2' }, ages: [10, 10, 1] },
    {
      what: 'as the QoS says, whatever its account does',
      setting: { qos: 'normal|0|2||', account: ':GrpJobsAccrue=1' },
      ages: [10, 10, 1],
    },
    { what: 'all, where limits are not enforced', setting: { conf: '', account: ':GrpJobsAccrue=1' }, ages: [10, 10, 10] },
    {
      what: 'all, where they always do',
      setting: { conf: 'AccountingStorageEnforce=limits\nPriorityFlags=ACCRUE_ALWAYS', account: ':GrpJobsAccrue=1' },
      ages: [10, 10, 10],
    },
  ])('$what', ({ setting, ages }) => expect(agesOf(three, setting, [10])).toEqual([ages]));
});

test('who may not start yet takes nobody the turn, and grows older from its turn on', () => {
  const jobs = [job('ada', 180), job('ada'), job('ada')];
  // Nobody leaves the queue: the one that came first grows older for good.
  expect(agesOf(jobs, { account: ':GrpJobsAccrue=1' }, [2, 9])).toEqual([
    [1, 2, 1],
    [1, 9, 1],
  ]);
  expect(agesOf(jobs, { account: ':GrpJobsAccrue=2' }, [9])).toEqual([[1, 9, 9]]);
  expect(agesOf(jobs, { account: ':GrpJobsAccrue=3' }, [9])).toEqual([[6, 9, 9]]);
});

test('the turn of the next comes when one runs', () => {
  const priorities = prioritiesOf([job('ada'), job('ada'), job('ada')], { account: ':GrpJobsAccrue=1' });
  for (const row of [0, 1, 2]) priorities.submit(row, 0);
  priorities.beginAges(0);
  priorities.start(0, { shares: [], whole: false, partition: 0 }, 4 * MINUTE);
  priorities.beginAges(5 * MINUTE);
  priorities.catchUp(10 * MINUTE);
  expect([1, 2].map((row) => priorities.priorityOf(row))).toEqual([5, 1]);
  // Requeued: it begins anew, behind whoever has the turn.
  priorities.finish(0, 10 * MINUTE);
  priorities.submit(0, 10 * MINUTE);
  priorities.beginAges(13 * MINUTE);
  priorities.catchUp(20 * MINUTE);
  expect([0, 1].map((row) => priorities.priorityOf(row))).toEqual([1, 15]);
});

test('a job that waits for its turn is overtaken', () => {
  // One node of eight processors; ada may have one job that grows older, bob as many as he likes.
  const jobs: RunJob[] = [
    { at: 0, cpus: 8, runs: 1200, limit: 20, user: 'ada', account: 'a' },
    { at: 1, cpus: 8, runs: 60, limit: 1, user: 'ada', account: 'a' },
    { at: 2, cpus: 8, runs: 60, limit: 1, user: 'ada', account: 'a' },
    { at: 300, cpus: 8, runs: 60, limit: 1, user: 'bob', account: 'b' },
  ];
  const accounts = (limit: string) => [
    ...["Cluster - 'test':Fairshare=1", "Parent - 'root'", "Account - 'a':Fairshare=1", "Account - 'b':Fairshare=1"],
    ...["Parent - 'a'", `User - 'ada':Fairshare=1${limit}`, "Parent - 'b'", "User - 'bob':Fairshare=1"],
  ];
  const conf = [...CONF.slice(3), 'AccountingStorageEnforce=limits'];
  const orderWith = (limit: string) => {
    const starts = startsOf(run(jobs, { nodes: 1, conf, accounts: accounts(limit) }));
    return [1, 2, 3].sort((a, b) => starts[a] - starts[b]);
  };
  expect(orderWith('')).toEqual([1, 2, 3]);
  expect(orderWith(':MaxJobsAccrue=1')).toEqual([1, 3, 2]);
});

const few = fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined });
const only = <T extends object>(values: T) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;

/** The limits as the manual tells them, from the list of those that grow older. */
function mayGrow(accounts: SlurmAccounts, handedDown: readonly (number | undefined)[], older: readonly Party[], one: Party) {
  const count = (is: (other: Party) => boolean) => older.filter(is).length;
  const accountOf = ({ association }: Party) => accounts.associations[association].account;
  const below = (at: number) => (other: Party) => chainOf(accounts, other.association).includes(at);
  const qos = accounts.qos[one.qos];
  const sameQos = (other: Party) => other.qos === one.qos;
  const rules: [number | undefined, number][] = [
    [qos?.limits.groupAccruingJobs, count(sameQos)],
    [qos?.maxAccruingJobsPerAccount, count((other) => sameQos(other) && accountOf(other) === accountOf(one))],
    [qos?.limits.maxAccruingJobs, count((other) => sameQos(other) && other.user === one.user)],
    ...chainOf(accounts, one.association).flatMap((at): [number | undefined, number][] => [
      [accounts.associations[at].limits.groupAccruingJobs, count(below(at))],
      ...(at === one.association ? [[handedDown[at], count(below(at))] as [number | undefined, number]] : []),
    ]),
  ];
  const first = rules.find(([limit]) => limit !== undefined);
  return first === undefined ? 'free' : first[1] < first[0]! ? 'now' : undefined;
}

interface Party {
  readonly job: number;
  readonly association: number;
  readonly qos: number;
  readonly user: number;
}

function chainOf({ associations }: SlurmAccounts, from: number): number[] {
  const chain: number[] = [];
  for (let at = from; at >= 0; at = associations[at].parent) chain.push(at);
  return chain;
}

test('decides as the definition does', () => {
  const limits = fc.record({ groupAccruingJobs: few, maxAccruingJobs: few });
  const step = fc.record({ user: fc.integer({ min: 3, max: 6 }), qos: fc.integer({ min: -1, max: 1 }), leaves: fc.nat(4) });
  const shape = fc.tuple(
    fc.array(limits, { minLength: 7, maxLength: 7 }),
    fc.array(fc.tuple(limits, few), { minLength: 2, maxLength: 2 }),
  );
  fc.assert(
    fc.property(shape, fc.array(step, { maxLength: 25 }), ([ofAssociations, ofQos], steps) => {
      // A root, two accounts, and two users in each of them, of whom one is in both.
      const of = [
        ['root', undefined, -1],
        ['a', undefined, 0],
        ['b', undefined, 0],
        ['a', 'u', 1],
        ['a', 'v', 1],
        ['b', 'u', 2],
        ['b', 'w', 2],
      ] as const;
      const associations = of.map(([account, user, parent], index) => ({
        ...{ account, parent, shares: 1, usage: 0, priority: 0, limits: only(ofAssociations[index]) as SlurmLimits },
        ...(user === undefined ? {} : { user }),
      }));
      const qos = ofQos.map(([own, perAccount], index) => ({
        ...{ name: `q${index}`, limits: only(own) as SlurmLimits, ...only({ maxAccruingJobsPerAccount: perAccount }) },
      })) as unknown as SlurmQos[];
      const accounts = { associations, qos, defaultAccounts: new Map<string, string>() };
      const handedDown: (number | undefined)[] = [];
      associations.forEach(
        ({ limits: { maxAccruingJobs }, parent }, index) => (handedDown[index] = maxAccruingJobs ?? handedDown[parent]),
      );
      const jobs = workloadOf(steps.map(({ user }) => ({ at: 0, runs: 1, user: of[user][1] ?? '' })));
      const accrual = new Accrual(jobs, new Accounting(jobs, accounts));
      let older: Party[] = [];
      steps.forEach(({ user, qos: own, leaves }, index) => {
        const party = { job: index, association: user, qos: own, user: jobs.user.code[index] };
        const expected = mayGrow(accounts, handedDown, older, party);
        expect(accrual.admit(party)).toBe(expected);
        if (expected !== undefined) older.push(party);
        if (leaves > 1 || older.length === 0) return;
        const gone = older[leaves % older.length];
        accrual.leave(gone);
        accrual.leave(gone);
        older = older.filter((other) => other !== gone);
      });
    }),
    { numRuns: 400 },
  );
});
