// What Slurm's policies keep between passes must not show: a run in which it is dropped before each question plans the same
// jobs, for the same times and nodes, and starts the same ones. Kept are whole cycles, plans and what they were found by,
// rooms, choices, the nodes of partitions, the candidates of preemption and for whom nobody makes room. Caught when planted: a
// promise that begins where a job would end, or ends behind the window, overlooked; plans taken over though one before them has
// other nodes, or was not there; plans behind the window never looked at again; a start that has gone by; other nodes given;
// a cycle not made though a job came or went, a plan is to be told again or its time is over; plans recalled after a pause;
// a cycle not made though limits changed with a period; the plan of a job that is alike taken though something was promised
// since, or though its limit is another.
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import type { Cluster } from '../src/cluster.ts';
import { simulate } from '../src/engine/simulate.ts';
import { readParameters } from '../src/parameters.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { AlikePlans } from '../src/policies/slurm/alike-plans.ts';
import { Attempts } from '../src/policies/slurm/attempts.ts';
import { BackfillCycle } from '../src/policies/slurm/backfill.ts';
import { Running } from '../src/policies/slurm/running.ts';
import { Scheduling } from '../src/policies/slurm/scheduling.ts';
import { slurmBackfill } from '../src/policies/slurm/slurm-backfill.ts';
import { StandingCycle } from '../src/policies/slurm/standing-cycle.ts';
import { StandingNodes } from '../src/policies/slurm/standing-nodes.ts';
import { StandingPlans } from '../src/policies/slurm/standing-plans.ts';
import { readSlurmConf } from '../src/slurm-conf.ts';
import { workloadOf } from './slurm-runs.ts';
import type { RunJob } from './slurm-runs.ts';

const HOUR = 3_600_000;
const NODES = 4;
const AGES = [
  ...['PriorityType=priority/multifactor', 'PriorityCalcPeriod=1', 'PriorityWeightAge=1000', 'PriorityMaxAge=0-00:10:00'],
  ...['AccountingStorageType=accounting_storage/slurmdbd', 'PriorityWeightJobSize=100'],
];
const ACCOUNTS = [
  ...['add account name=theory', 'add user name=ada account=theory', 'add user name=ben account=theory'],
  'modify account theory set GrpTRESRunMins=cpu=60',
];

afterEach(() => void vi.restoreAllMocks());

interface Case {
  readonly jobs: readonly RunJob[];
  readonly scheduler: string;
  /** How long a test of one job takes [ms]. */
  readonly testTime: number;
  readonly tiers: boolean;
  /** Priorities grow with age, every minute. */
  readonly ages: boolean;
  /** Processor-minutes that running jobs of all may have before them, which shrink every minute; so does the share of who runs. */
  readonly limited: boolean;
  readonly outages: Cluster['outages'];
}

const BOTH = { partitions: ['side', 'main'] };
const job = fc.record({
  at: fc.nat({ max: 12 }).map((step) => step * 20),
  cpus: fc.constantFrom(1, 4, 8, 8, 12, 16, 24, 32),
  runs: fc.constantFrom(10, 40, 60, 130, 400),
  limit: fc.constantFrom(1, 2, 3, 5, 8),
  partition: fc.constantFrom('main', 'main', 'main', 'side', 'high'),
  user: fc.constantFrom('ada', 'ben'),
  options: fc.constantFrom({}, {}, {}, { exclusive: 'node' as const }, { minNodes: 2 }, { timeMin: 60_000 }, BOTH),
});
/** Some jobs come several at a time, all alike. */
const bursts = fc
  .array(fc.tuple(job, fc.constantFrom(1, 1, 1, 4)), { minLength: 6, maxLength: 16 })
  .map((some) => some.flatMap(([one, count]) => Array.from({ length: count }, () => one)));
const outage = fc
  .tuple(fc.nat({ max: NODES - 1 }), fc.nat({ max: 10 }), fc.integer({ min: 1, max: 6 }))
  .map(([firstNode, from, length]) => ({ firstNode, nodes: 1, from: from * 30_000, until: (from + length) * 30_000 }));
const cases: fc.Arbitrary<Case> = fc.record({
  jobs: bursts,
  scheduler: fc.constantFrom(
    ...['bf_interval=20,bf_window=6', 'bf_interval=20,bf_window=60', 'bf_interval=50,bf_window=10,bf_continue'],
    // It yields, and jobs come and go meanwhile.
    'bf_interval=20,bf_continue,bf_yield_interval=2000000,bf_yield_sleep=9000000',
    'bf_interval=20,bf_continue,bf_yield_interval=2000000,bf_yield_sleep=70000000',
    // Running jobs stand in the table, also those that are over their limit.
    'bf_interval=20,bf_running_job_reserve',
    'bf_interval=20,bf_min_prio_reserve=150',
    ...[
      'bf_interval=20,bf_resolution=120,bf_max_job_user=4',
      'bf_interval=20,bf_busy_nodes',
      'bf_interval=20,bf_one_resv_per_job',
    ],
  ),
  testTime: fc.constantFrom(0, 0, 900),
  tiers: fc.boolean(),
  ages: fc.boolean(),
  limited: fc.boolean(),
  outages: fc.array(outage, { maxLength: 1 }),
});

/** Whether the cycle that is being made has paused. */
let isPaused = false;
/** How often something was asked for that might be known, how often it was, and that after a pause; cycles not made. */
const recalls = { made: 0, used: 0, alike: 0, afterPause: 0, cycles: 0 };

/** What was planned in each look at a job, and what came of it all. */
function outcomeOf({ jobs, scheduler, testTime, tiers, ages, limited, outages }: Case, remembers: boolean) {
  if (remembers) countRecalls();
  else forgetAll();
  const lines = [
    ...['ClusterName=test', 'SelectType=select/cons_tres', 'SelectTypeParameters=CR_Core'],
    ...(tiers ? ['PreemptType=preempt/partition_prio', 'PreemptMode=REQUEUE', 'PreemptExemptTime=00:01:00'] : []),
    ...(ages || limited ? AGES : []),
    ...(limited ? ['AccountingStorageEnforce=limits'] : []),
    `NodeName=n[1-${NODES}] CPUs=8 RealMemory=8000`,
    'PartitionName=main Nodes=ALL Default=YES',
    'PartitionName=side Nodes=n[1-2]',
    'PartitionName=high Nodes=n[2-4] PriorityTier=2',
    `SchedulerParameters=${scheduler}`,
  ];
  const accounts = limited ? { accounts: { path: 'sacctmgr', text: `${ACCOUNTS.join('\n')}\n` } } : {};
  const { cluster } = readSlurmConf({ conf: { path: 'slurm.conf', text: `${lines.join('\n')}\n` }, ...accounts });
  const cycles: string[][] = [];
  const { keep, begin } = StandingPlans.prototype;
  const { repeat } = StandingCycle.prototype;
  vi.spyOn(StandingPlans.prototype, 'begin').mockImplementation(function (this: StandingPlans, times) {
    isPaused = false;
    cycles.push([]);
    begin.call(this, times);
  });
  vi.spyOn(StandingPlans.prototype, 'keep').mockImplementation(function (this: StandingPlans, one, known) {
    const { plan, counted, promises } = known;
    cycles.at(-1)?.push(`${one} ${promises} ${String(counted)} ${plan?.start ?? 'none'} ${plan?.nodes.join() ?? ''}`);
    keep.call(this, one, known);
  });
  vi.spyOn(StandingCycle.prototype, 'repeat').mockImplementation(function (this: StandingCycle, queue) {
    const worked = remembers ? repeat.call(this, queue) : undefined;
    if (worked !== undefined) cycles.push(cycles.at(-1) ?? []);
    if (worked !== undefined) recalls.cycles++;
    return worked;
  });
  const parameters = readParameters(slurmBackfill.parameters ?? {}, { 'test-time': testTime / 1000 }, slurmBackfill.name);
  const options = { parameters, placement: firstFit, audit: true, explain: true, until: HOUR };
  const { start, end, explanations } = simulate(workloadOf(jobs), { ...cluster, outages }, slurmBackfill, options);
  vi.restoreAllMocks();
  return { start: [...start], end: [...end], explanations, cycles };
}

/** Nothing is remembered from now on. */
function forgetAll() {
  const absorb = vi.spyOn(Scheduling.prototype, 'absorb');
  vi.spyOn(StandingPlans.prototype, 'of').mockReturnValue(undefined);
  vi.spyOn(AlikePlans.prototype, 'of').mockReturnValue(undefined);
  vi.spyOn(Attempts.prototype, 'at').mockImplementation((_last, _room, _looks, _books, mayFit, choose) => {
    return mayFit() ? choose() : undefined;
  });
  vi.spyOn(Attempts.prototype, 'among').mockImplementation((_nodes, _last, _books, choose) => choose());
  vi.spyOn(Attempts.prototype, 'mayFitNow').mockImplementation((_room, _looks, mayFit) => mayFit());
  vi.spyOn(StandingNodes.prototype, 'of').mockImplementation((one) => {
    const scheduling = absorb.mock.contexts[absorb.mock.contexts.length - 1] as Scheduling;
    return scheduling.usable(one, scheduling.running.up);
  });
  // Who keeps something of a list of running jobs goes by which list it is.
  const { byEnd } = Running.prototype;
  vi.spyOn(Running.prototype, 'byEnd').mockImplementation(function (this: Running) {
    return byEnd.call(this).slice();
  });
}

function countRecalls() {
  const { of } = StandingPlans.prototype;
  const { of: ofAlike } = AlikePlans.prototype;
  vi.spyOn(AlikePlans.prototype, 'of').mockImplementation(function (this: AlikePlans, asked) {
    const known = ofAlike.call(this, asked);
    if (known !== undefined) recalls.alike++;
    return known;
  });
  const { resume } = BackfillCycle.prototype;
  vi.spyOn(BackfillCycle.prototype, 'resume').mockImplementation(function (this: BackfillCycle, cycle) {
    isPaused = true;
    resume.call(this, cycle);
  });
  vi.spyOn(StandingPlans.prototype, 'of').mockImplementation(function (this: StandingPlans, ...asked) {
    const known = of.apply(this, asked);
    recalls.made++;
    if (known !== undefined) recalls.used++;
    if (known !== undefined && isPaused) recalls.afterPause++;
    return known;
  });
}

test('plans and starts what it would if it remembered nothing', () => {
  fc.assert(
    fc.property(cases, (one) => void expect(outcomeOf(one, true)).toEqual(outcomeOf(one, false))),
    { numRuns: 60 },
  );
  // Time has gone by in the table of such a cycle.
  expect(recalls.afterPause).toBe(0);
  // Else nothing was tested.
  expect(recalls.used).toBeGreaterThan(recalls.made / 10);
  expect(recalls.alike).toBeGreaterThan(50);
  expect(recalls.cycles).toBeGreaterThan(100);
});
