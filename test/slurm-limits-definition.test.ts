// What limits of associations and QoS let start, against their definition: count what runs from scratch, for each limit that
// counts. Some jobs have ended before, so that counters go up and down.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Limits } from '../src/policies/slurm/limits/limits.ts';
import { Machine } from '../src/policies/slurm/machine.ts';
import { Partitions } from '../src/policies/slurm/partitions.ts';
import type { Given } from '../src/policies/slurm/priorities.ts';
import { basicPriorities } from '../src/policies/slurm/priorities.ts';
import { Accounting } from '../src/policies/slurm/priority/accounting.ts';
import type { Share } from '../src/policies/slurm/share.ts';
import { Demands } from '../src/policies/slurm/demand.ts';
import type { SlurmAccounts, SlurmLimits, SlurmQos } from '../src/slurm-accounts.ts';
import { readSlurmConf } from '../src/slurm-conf.ts';
import { requestsOf } from '../src/workload.ts';
import { workloadOf } from './slurm-runs.ts';

// Planted, and caught here: a parent's limits are not looked at; the second QoS is not shut out by the first; nodes that are
// shared count twice; what ended still counts; a limit of each user counts those of all.

const MINUTE = 60_000;

interface Asked {
  readonly owner: number;
  readonly qos: number;
  readonly cpus: number;
  readonly minutes: number;
  /** Its processors lie on these. */
  readonly nodes: readonly number[];
}

const OWNERS = [
  { user: 'ada', account: 'theory' },
  { user: 'ben', account: 'theory' },
  { user: 'ada', account: 'biology' },
] as const;
/** Of each owner: its association and all above it, by position. */
const CHAINS = [
  [4, 2, 1, 0],
  [5, 2, 1, 0],
  [6, 3, 0],
];

const maybe = (values: readonly number[]) => fc.option(fc.constantFrom(...values), { nil: undefined, freq: 2 });
const tres = fc
  .record({ cpu: maybe([2, 4, 6]), node: maybe([1, 2, 3]) })
  .map(({ cpu, node }) => ({ ...(cpu === undefined ? {} : { cpu }), ...(node === undefined ? {} : { node }) }));
const tresTime = maybe([8, 20, 40]).map((cpu) => (cpu === undefined ? {} : { cpu: cpu * MINUTE }));
const wall = maybe([2, 4]).map((minutes) => (minutes === undefined ? undefined : minutes * MINUTE));

const limits: fc.Arbitrary<SlurmLimits> = fc
  .record({
    groupTres: tres,
    groupTresRunTime: tresTime,
    groupJobs: maybe([1, 2, 3]),
    maxTresPerJob: tres,
    maxTresTimePerJob: tresTime,
    maxJobs: maybe([1, 2]),
    maxWallPerJob: wall,
  })
  .map((given) => Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)));

const qosLimits = fc.record({ maxTresPerUser: tres, maxTresPerAccount: tres, maxJobsPerAccount: maybe([1, 2]) });

const job: fc.Arbitrary<Asked> = fc.record({
  owner: fc.nat(OWNERS.length - 1),
  qos: fc.nat(1),
  cpus: fc.constantFrom(1, 2, 4),
  minutes: fc.constantFrom(1, 2, 4, 8),
  nodes: fc.constantFrom([0], [1], [0, 1], [2]),
});

const few = fc.constantFrom(2, 4);

interface Case {
  readonly associations: readonly SlurmLimits[];
  readonly qos: readonly (SlurmLimits & Partial<SlurmQos>)[];
  readonly over: boolean;
  readonly running: readonly Asked[];
  readonly gone: readonly Asked[];
  readonly asked: Asked;
}

/** Most associations have no limits: else nothing would ever start. */
const cases: fc.Arbitrary<Case> = few.chain((share) => {
  const seldom = fc.oneof({ arbitrary: fc.constant({}), weight: share }, { arbitrary: limits, weight: 1 });
  return fc.record({
    associations: fc.tuple(...Array.from({ length: 7 }, () => seldom)),
    qos: fc.tuple(
      ...Array.from({ length: 3 }, () =>
        fc.oneof(
          fc.constant({}),
          fc.tuple(limits, qosLimits).map(([a, b]) => ({ ...a, ...b })),
        ),
      ),
    ),
    over: fc.boolean(),
    running: fc.array(job, { maxLength: 5 }),
    gone: fc.array(job, { maxLength: 2 }),
    asked: job,
  });
});

/** QoS 0 and 1 are those of jobs, 2 that of the partition. */
function accountsOf({ associations, qos, over }: Case): SlurmAccounts {
  const tree = [
    { account: 'root', parent: -1 },
    { account: 'physics', parent: 0 },
    { account: 'theory', parent: 1 },
    { account: 'biology', parent: 0 },
    { ...OWNERS[0], parent: 2 },
    { ...OWNERS[1], parent: 2 },
    { ...OWNERS[2], parent: 3 },
  ];
  const clean = (given: SlurmLimits & Partial<SlurmQos>) =>
    Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return {
    associations: tree.map((one, index) => ({ ...one, shares: 1, usage: 0, priority: 0, limits: associations[index] })),
    qos: qos.map((given, index) => ({
      name: `q${index}`,
      priority: 0,
      preempt: [],
      preemptMode: 'cluster',
      within: false,
      graceTime: 0,
      flags: new Set(over && index < 2 ? ['overpartqos'] : []),
      usageFactor: 1,
      limitFactor: 0,
      limits: clean(given),
      ...clean(given),
    })),
    defaultAccounts: new Map(),
  };
}

const CONF = `ClusterName=x
SelectType=select/cons_tres
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageEnforce=limits
NodeName=n[1-3] CPUs=64
PartitionName=main Nodes=ALL Default=YES QOS=q2
`;

function limitsOf(given: Case) {
  const all = [...given.gone, ...given.running, given.asked];
  const jobs = requestsOf(
    workloadOf(
      all.map(({ owner, qos, cpus, minutes }) => ({ at: 0, runs: 1, cpus, limit: minutes, qos: `q${qos}`, ...OWNERS[owner] })),
    ),
  );
  const { cluster } = readSlurmConf({ conf: { path: 'slurm.conf', text: CONF } });
  const slurm = { ...cluster.slurm!, accounts: accountsOf(given) };
  const machine = new Machine(jobs, { ...cluster, slurm });
  const partitions = new Partitions(jobs, { ...cluster, slurm }, machine);
  const demands = new Demands(jobs, machine, slurm);
  const demandOf = (one: number) => demands.of(one, 0);
  const accounting = new Accounting(jobs, slurm.accounts);
  return {
    limits: new Limits({ jobs, cluster, slurm, accounting, partitions, priorities: basicPriorities(jobs), demandOf }),
    all,
  };
}

function givenTo({ cpus, nodes }: Asked): Given {
  const nothing = { units: 0, memory: 0, partition: 0, user: -1, forUser: false };
  const shares = nodes.map((node, index): Share => {
    const tasks = index === nodes.length - 1 ? cpus - index * Math.floor(cpus / nodes.length) : Math.floor(cpus / nodes.length);
    return { node, group: 0, request: 0, tasks, held: { ...nothing, units: tasks } };
  });
  return { shares, whole: false, partition: 0 };
}

/** Every reason that keeps the job back, by the definition of each limit. */
function reasonsAgainst({ associations, qos, over, running, gone, asked }: Case): Set<string> {
  const reasons = new Set<string>();
  const order = over ? [asked.qos, 2] : [2, asked.qos];
  const say = (is: boolean, reason: string) => is && reasons.add(reason);
  const isIn = (at: number) => running.filter((one) => one.qos === at || at === 2);
  const below = (at: number) => running.filter(({ owner }) => CHAINS[owner].includes(at));
  const cpusOf = (some: readonly Asked[]) => some.reduce((sum, { cpus }) => sum + cpus, 0);
  const nodesOf = (some: readonly Asked[]) => new Set(some.flatMap(({ nodes }) => nodes)).size;
  const timeOf = (some: readonly Asked[]) => some.reduce((sum, { cpus, minutes }) => sum + cpus * minutes * MINUTE, 0);
  // One who adds nothing, as where others of the group run already, is not kept back by it.
  const isOver = (used: (some: readonly Asked[]) => number, some: readonly Asked[], limit: number) =>
    used([...some, asked]) > limit && used([...some, asked]) > used(some);
  // The first QoS with a limit of this kind, and nothing else; or all associations.
  const each = (
    has: (limit: SlurmLimits & Partial<SlurmQos>) => number | undefined,
    ofQos: (limit: number, group: readonly Asked[], at: number) => void,
    ofAssociation: (limit: number, group: readonly Asked[], level: number) => void,
  ) => {
    const first = order.find((at) => has(qos[at]) !== undefined);
    if (first !== undefined) return ofQos(has(qos[first])!, isIn(first), first);
    const chain = CHAINS[asked.owner];
    chain.forEach((at, level) => {
      const limit = has(associations[at]);
      if (limit !== undefined) ofAssociation(limit, below(at), level);
    });
  };
  const group = (has: (limit: SlurmLimits) => number | undefined, used: (some: readonly Asked[]) => number, word: string) =>
    each(
      has,
      (limit, some) => say(isOver(used, some, limit), `QOS${word}`),
      (limit, some) => say(isOver(used, some, limit), `Assoc${word}`),
    );
  group((limit) => limit.groupTres?.cpu, cpusOf, 'GrpCpuLimit');
  group((limit) => limit.groupTres?.node, nodesOf, 'GrpNodeLimit');
  each(
    (limit) => limit.groupTresRunTime?.cpu,
    // With priority/basic a job that ends leaves its minutes with the QoS of its partition.
    (limit, some, at) => say(timeOf([...some, ...(at === 2 ? gone : []), asked]) > limit, 'QOSGrpCPURunMinutesLimit'),
    (limit, some) => say(timeOf([...some, asked]) > limit, 'AssocGrpCPURunMinutesLimit'),
  );
  group(
    (limit) => limit.groupJobs,
    (some) => some.length,
    'GrpJobsLimit',
  );
  ofJob((limit) => limit.maxTresPerJob?.cpu, asked.cpus, 'MaxCpuPerJobLimit');
  ofJob((limit) => limit.maxTresPerJob?.node, asked.nodes.length, 'MaxNodePerJobLimit');
  ofJob((limit) => limit.maxTresTimePerJob?.cpu, asked.cpus * asked.minutes * MINUTE, 'MaxCpuMinutesPerJobLimit');
  ofJob((limit) => limit.maxWallPerJob, asked.minutes * MINUTE, 'MaxWallDurationPerJobLimit');
  const { user, account } = OWNERS[asked.owner];
  const sameUser = (some: readonly Asked[]) => some.filter(({ owner }) => OWNERS[owner].user === user);
  const sameAccount = (some: readonly Asked[]) => some.filter(({ owner }) => OWNERS[owner].account === account);
  inQos((limit) => limit.maxTresPerUser?.cpu, sameUser, cpusOf, 'QOSMaxCpuPerUserLimit');
  inQos((limit) => limit.maxTresPerUser?.node, sameUser, nodesOf, 'QOSMaxNodePerUserLimit');
  inQos((limit) => limit.maxTresPerAccount?.cpu, sameAccount, cpusOf, 'MaxCpuPerAccount');
  inQos((limit) => limit.maxTresPerAccount?.node, sameAccount, nodesOf, 'MaxNodePerAccount');
  inQos(
    (limit) => limit.maxJobsPerAccount,
    sameAccount,
    (some) => some.length,
    'MaxJobsPerAccount',
  );
  inQos(
    (limit) => limit.maxJobs,
    sameUser,
    (some) => some.length,
    'QOSMaxJobsPerUserLimit',
  );
  // A count of each user or account in a QoS, and no count of the association then.
  if (order.every((at) => qos[at].maxJobs === undefined && qos[at].maxJobsPerAccount === undefined)) {
    const limit = ownOf((one) => one.maxJobs);
    say(limit !== undefined && below(CHAINS[asked.owner][0]).length >= limit, 'AssocMaxJobsLimit');
  }
  return reasons;

  /** Of the association itself, or else of the nearest one above it that has it. */
  function ownOf(has: (limit: SlurmLimits) => number | undefined): number | undefined {
    return CHAINS[asked.owner].map((at) => has(associations[at])).find((limit) => limit !== undefined);
  }

  function ofJob(has: (limit: SlurmLimits) => number | undefined, amount: number, word: string) {
    const first = order.find((at) => has(qos[at]) !== undefined);
    const limit = first === undefined ? ownOf(has) : has(qos[first]);
    say(limit !== undefined && amount > limit, `${first === undefined ? 'Assoc' : 'QOS'}${word}`);
  }

  function inQos(
    has: (limit: SlurmLimits & Partial<SlurmQos>) => number | undefined,
    mine: (some: readonly Asked[]) => readonly Asked[],
    used: (some: readonly Asked[]) => number,
    reason: string,
  ) {
    const first = order.find((at) => has(qos[at]) !== undefined);
    if (first !== undefined) say(isOver(used, mine(isIn(first)), has(qos[first])!), reason);
  }
}

describe('limits', () => {
  test('keep back whom one of them keeps back by its definition, and for that reason', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(cases, (given) => {
        const { limits: tested, all } = limitsOf(given);
        all.forEach((_, row) => tested.submit(row));
        all.slice(0, -1).forEach((one, row) => tested.started(row, givenTo(one), 0));
        given.gone.forEach((_, row) => tested.ended(row));
        const reasons = reasonsAgainst(given);
        const job = all.length - 1;
        const reason = tested.notTried(job)?.reason ?? tested.onNodes(job, givenTo(given.asked));
        seen.set(reason ?? 'none', (seen.get(reason ?? 'none') ?? 0) + 1);
        if (reason === undefined) expect([...reasons]).toEqual([]);
        else expect([...reasons]).toContain(reason);
      }),
      { numRuns: 1500 },
    );
    // Each of them is met, and so is a job that may start.
    expect(seen.size).toBeGreaterThan(16);
  });
});
