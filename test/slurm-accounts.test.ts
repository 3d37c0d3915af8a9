// Accounts, QoS and reservations from what sacctmgr and scontrol write.
import { describe, expect, test } from 'vitest';
import { readAccounts } from '../src/slurm-accounts-file.ts';
import { ConfNotes } from '../src/slurm-conf-notes.ts';
import { readSlurmConf } from '../src/slurm-conf.ts';
import { DAY, HOUR, MINUTE } from '../src/units.ts';

const file = (text: string, path = 'file') => ({ path, text });
const read = (dump: string, qos?: string) => {
  const notes = new ConfNotes();
  return { ...readAccounts(file(dump), qos === undefined ? undefined : file(qos, 'qos'), notes), warnings: notes.warnings };
};

const DUMP = `# To edit this file start with a cluster line
Cluster - 'rig':Fairshare=1:QOS='normal'
Parent - 'root'
User - 'root':DefaultAccount='root':AdminLevel='Administrator':Fairshare=1
Account - 'Physics':Description='a: b':Organization='x':Fairshare=100:GrpTRES=cpu=1000,mem=500G,gres/gpu:a100=8:MaxJobs=5:QOS='+high'
Parent - 'physics'
Account - 'theory':Fairshare=2:GrpTRESMins=cpu=60:QOS='normal,high,-normal'
User - 'ada':DefaultAccount='theory':Fairshare=2147483647:MaxSubmitJobs=10:MaxWallDurationPerJob=60:DefaultQOS='high'
Parent - 'theory'
User - 'ada':DefaultAccount='theory':Fairshare=7:Priority=3
`;

describe('a dump', () => {
  const { associations, qos, defaultAccounts, warnings } = read(DUMP);
  const of = (account: string, user?: string) => associations.find((one) => one.account === account && one.user === user);

  test('is a tree, parents before children', () => {
    expect(associations.map(({ account, user, parent }) => [account, user, parent])).toEqual([
      ['root', undefined, -1],
      ['root', 'root', 0],
      ['physics', undefined, 0],
      ['theory', undefined, 2],
      ['physics', 'ada', 2],
      ['theory', 'ada', 3],
    ]);
  });

  test('has shares, limits and QoS; lists with signs change those of the parent', () => {
    expect(of('physics')).toMatchObject({
      shares: 100,
      limits: { groupTres: { cpu: 1000, mem: 500 * 2 ** 30, 'gres/gpu:a100': 8 }, maxJobs: 5 },
      qos: ['normal', 'high'],
    });
    expect(of('theory')).toMatchObject({ shares: 2, qos: ['high'], limits: { groupTresTime: { cpu: 60 * MINUTE } } });
    expect(of('physics', 'ada')).toMatchObject({
      shares: 'parent',
      defaultQos: 'high',
      limits: { maxSubmittedJobs: 10, maxWallPerJob: HOUR },
    });
    expect(of('theory', 'ada')).toMatchObject({ shares: 7, priority: 3, qos: ['high'] });
    expect(defaultAccounts.get('ada')).toBe('theory');
  });

  test('names QoS that it does not describe', () => {
    expect(qos.map(({ name, priority }) => [name, priority])).toEqual([
      ['normal', 0],
      ['high', 0],
    ]);
    expect(warnings.join()).toContain('what the QoS normal, high allow is not said');
  });

  test.each([
    ['Fairshare=1', 'file:1:1: "Fairshare=1" is no line of a dump'],
    ["Parent - 'x'\nAccount - 'y':Fairshare=1", 'file:2:1: there is no account x'],
    ["Account - 'y':Fairshare=lots", 'file:1:15: Fairshare=lots cannot be read'],
    ["Parent - 'a'\nAccount - 'b'\nParent - 'b'\nAccount - 'a'", 'stands below itself'],
  ])('%j', (text, problem) => {
    expect(() => read(text)).toThrow(problem);
  });
});

test('a table of QoS, with the names of columns that sacctmgr prints', () => {
  const table = `Name|Priority|GraceTime|Preempt|PreemptExemptTime|PreemptMode|Flags|UsageThres|UsageFactor|GrpTRES|GrpTRESMins|GrpJobs|GrpSubmit|GrpWall|MaxTRES|MaxTRESPerNode|MaxWall|MaxTRESPU|MaxJobsPU|MaxSubmitPU|MinTRES
normal|0|00:00:00|||cluster|||1.000000||||||||||||
High|100|00:01:00|normal,low||requeue|DenyOnLimit,NoDecay|0.500000|2.000000|cpu=10|cpu=60|3|4|01:00:00|node=2||2-00:00:00|gres/gpu=4|7|8|cpu=1
`;
  const { qos } = read("Cluster - 'c':Fairshare=1", table);
  expect(qos[0]).toEqual({
    name: 'normal',
    priority: 0,
    preempt: [],
    preemptMode: 'cluster',
    within: false,
    graceTime: 0,
    flags: new Set(),
    usageFactor: 1,
    limitFactor: 0,
    limits: {},
  });
  expect(qos[1]).toEqual({
    name: 'high',
    priority: 100,
    preempt: ['normal', 'low'],
    preemptMode: 'requeue',
    within: false,
    graceTime: MINUTE,
    flags: new Set(['denyonlimit', 'nodecay']),
    usageThreshold: 0.5,
    usageFactor: 2,
    limitFactor: 0,
    limits: {
      groupTres: { cpu: 10 },
      groupTresTime: { cpu: 60 * MINUTE },
      groupJobs: 3,
      groupSubmittedJobs: 4,
      groupWall: HOUR,
      maxTresPerJob: { node: 2 },
      maxWallPerJob: 2 * DAY,
      maxJobs: 7,
      maxSubmittedJobs: 8,
    },
    maxTresPerUser: { 'gres/gpu': 4 },
    minTresPerJob: { cpu: 1 },
  });
});

test('a script for sacctmgr', () => {
  const { associations, qos, defaultAccounts } = read(`# QoS
modify QOS set normal Priority=5
add QOS Name=fast Priority=100 MaxSubmitJobsPerUser=20
remove QOS where Name=fast
sacctmgr -i add QOS Name=slow Priority=1
add cluster Name=c Fairshare=1 QOS=normal,slow
add account name=a,b Fairshare=10
add account name=c parent=a Fairshare=3
add user name=u DefaultAccount=c MaxJobs=4
modify user set qoslevel="normal"
list associations
`);
  expect(associations.map(({ account, user, parent, shares, qos: own }) => [account, user, parent, shares, own])).toEqual([
    ['root', undefined, -1, 1, ['normal', 'slow']],
    ['a', undefined, 0, 10, ['normal', 'slow']],
    ['b', undefined, 0, 10, ['normal', 'slow']],
    ['c', undefined, 1, 3, ['normal', 'slow']],
    ['c', 'u', 3, 1, ['normal']],
  ]);
  expect(qos.map(({ name, priority }) => [name, priority])).toEqual([
    ['normal', 5],
    ['slow', 1],
  ]);
  expect(defaultAccounts.get('u')).toBe('c');
});

test('reservations', () => {
  const text = `ReservationName=maint StartTime=2026-01-01T00:00:00 EndTime=2026-01-01T02:00:00+01:00 Duration=01:00:00
   Nodes=n[2-3] NodeCnt=2 CoreCnt=16 Features=(null) PartitionName=(null) Flags=MAINT,IGNORE_JOBS,SPEC_NODES
   Users=root,ada Groups=(null) Accounts=(null) Licenses=(null) State=INACTIVE
`;
  const conf = file('NodeName=n[1-4] CPUs=8\nPartitionName=p Nodes=ALL\n', 'slurm.conf');
  const { slurm } = readSlurmConf({ conf, reservations: file(text) }).cluster;
  expect(slurm?.reservations).toEqual([
    {
      name: 'maint',
      start: Date.UTC(2026, 0, 1),
      end: Date.UTC(2026, 0, 1, 1),
      nodes: Int32Array.of(1, 2),
      cores: 16,
      licenses: {},
      users: ['root', 'ada'],
      accounts: [],
      qos: [],
      flags: new Set(['MAINT', 'IGNORE_JOBS', 'SPEC_NODES']),
    },
  ]);
});
