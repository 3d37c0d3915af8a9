// The rules of Slurm's schedulers, one by one. Each names the file of Slurm 22.05 that it stands in.
import { describe, expect, test } from 'vitest';
import { simulate } from '../src/engine/simulate.ts';
import type { SimulationOptions } from '../src/engine/simulate.ts';
import { readParameters } from '../src/parameters.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { slurmBackfill } from '../src/policies/slurm/slurm-backfill.ts';
import { slurmBuiltin } from '../src/policies/slurm/slurm-builtin.ts';
import type { PolicySpec } from '../src/policy.ts';
import type { Schedule } from '../src/schedule.ts';
import { readSlurmConf } from '../src/slurm-conf.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';

// Planted, and caught here or by the records: the first that does not fit stops nothing; it stops its partition but leaves its nodes to others; the tier is not looked at; limits are not rounded to minutes; jobs
// of one group are let go one by one; nodes that are being cleaned are given out; a cycle goes on though jobs came.

const SECOND = 1000;
const MINUTE = 60 * SECOND;

interface Job {
  readonly at: number;
  readonly nodes: number;
  /** [s] */
  readonly runs: number;
  /** [min] */
  readonly limit?: number;
  readonly partition?: string;
  readonly user?: string;
}

interface Setting {
  readonly spec?: PolicySpec;
  readonly given?: Record<string, unknown>;
  readonly scheduler?: string;
  readonly nodes?: number;
  readonly partitions?: readonly string[];
  readonly options?: SimulationOptions;
}

const ONE_PARTITION = ['PartitionName=main Nodes=ALL Default=YES OverSubscribe=EXCLUSIVE'];

function schedule(jobs: readonly Job[], setting: Setting = {}): Schedule {
  const { spec = slurmBackfill, given = {}, scheduler, nodes = 4, partitions = ONE_PARTITION, options } = setting;
  const lines = ['ClusterName=test', 'SelectType=select/cons_tres', `NodeName=n[1-${nodes}] CPUs=8`, ...partitions];
  if (scheduler !== undefined) lines.push(`SchedulerParameters=${scheduler}`);
  const { cluster } = readSlurmConf({ conf: { path: 'slurm.conf', text: `${lines.join('\n')}\n` } });
  const builder = new WorkloadBuilder();
  jobs.forEach(({ at, nodes: tasks, runs, limit = 60, partition, user }, id) => {
    const request = builder.request({ cpu: 8000, memory: 0, gpu: 0 });
    builder.add({ id, submit: at * SECOND, runtime: runs * SECOND, walltime: limit * MINUTE, tasks, request, partition, user });
  });
  const parameters = readParameters(spec.parameters ?? {}, { epilog: true, ...given }, spec.name);
  return simulate(builder.finish('test'), cluster, spec, {
    parameters,
    placement: firstFit,
    audit: true,
    explain: true,
    ...options,
  });
}

/** When each job starts [s]. */
function starts(jobs: readonly Job[], setting?: Setting): number[] {
  return Array.from(schedule(jobs, setting).start, (time) => time / SECOND);
}

/** The nodes of a job, numbered from 0. */
function nodesOf({ placements }: Schedule, job: number): number[] {
  return [...placements!.node.slice(placements!.first[job], placements!.first[job + 1])].sort((a, b) => a - b);
}

describe('when passes happen', () => {
  test('a batch job is not started by its submission, but by the loop that wakes each second (job_mgr.c, controller.c)', () => {
    expect(starts([{ at: 0, nodes: 1, runs: 5 }], { given: { 'poll-phase': '400ms', 'full-phase': '30s' } })).toEqual([0.4]);
  });

  test('a pass waits until the last one is batch_sched_delay old (controller.c)', () => {
    const jobs = [0, 1, 5].map((at) => ({ at, nodes: 1, runs: 50 }));
    expect(starts(jobs, { spec: slurmBuiltin })).toEqual([0, 3, 6]);
    expect(starts(jobs, { spec: slurmBuiltin, scheduler: 'batch_sched_delay=1' })).toEqual([0, 1, 5]);
  });

  test('the end of an epilog starts a pass, unless there is none or defer is set (proc_req.c, agent.c)', () => {
    const jobs = [
      { at: 0, nodes: 4, runs: 61.5 },
      { at: 1, nodes: 4, runs: 10 },
    ];
    expect(starts(jobs, { spec: slurmBuiltin })[1]).toBe(61.5);
    // The pass of the 60th second is one and a half seconds old.
    expect(starts(jobs, { spec: slurmBuiltin, given: { epilog: false } })[1]).toBe(63);
    expect(starts(jobs, { spec: slurmBuiltin, scheduler: 'defer' })[1]).toBe(63);
  });

  test('backfill sleeps bf_interval after each cycle (backfill.c)', () => {
    const jobs = [
      { at: 0, nodes: 3, runs: 600, limit: 10 },
      { at: 1, nodes: 4, runs: 60 },
      { at: 2, nodes: 1, runs: 60, limit: 5 },
    ];
    expect(starts(jobs)[2]).toBe(30);
    expect(starts(jobs, { scheduler: 'bf_interval=7' })[2]).toBe(7);
    expect(starts(jobs, { given: { 'backfill-phase': '20s' } })[2]).toBe(10);
  });
});

describe('the main loop (job_scheduler.c)', () => {
  const blocked = [
    { at: 0, nodes: 3, runs: 100, limit: 2 },
    { at: 1, nodes: 4, runs: 60, limit: 1 },
    { at: 2, nodes: 1, runs: 10, limit: 1 },
  ];

  test('the first job that does not fit stops all behind it', () => {
    expect(starts(blocked, { spec: slurmBuiltin })).toEqual([0, 100, 160]);
  });

  test('and says so in the words of Slurm', () => {
    const { explanations } = schedule(blocked, { spec: slurmBuiltin });
    expect(explanations.map(({ job, reason }) => `${job} ${reason}`)).toEqual([
      '1 Resources',
      '2 Priority (behind job 1)',
      '2 Resources',
    ]);
  });

  test('it takes its nodes away from partitions that overlap', () => {
    const partitions = [
      'PartitionName=left Nodes=n[1-4] Default=YES OverSubscribe=EXCLUSIVE',
      'PartitionName=right Nodes=n[3-6] OverSubscribe=EXCLUSIVE',
    ];
    const jobs = [
      { at: 0, nodes: 1, runs: 100, limit: 2 },
      { at: 1, nodes: 4, runs: 60, limit: 1 },
      { at: 2, nodes: 2, runs: 10, limit: 1, partition: 'right' },
      { at: 3, nodes: 3, runs: 10, limit: 1, partition: 'right' },
    ];
    const done = schedule(jobs, { spec: slurmBuiltin, nodes: 6, partitions });
    expect(nodesOf(done, 2)).toEqual([4, 5]);
    expect([...done.start].map((time) => time / SECOND)).toEqual([0, 100, 3, 160]);
  });

  test('a higher tier goes first, whoever came first', () => {
    const partitions = [
      'PartitionName=low Nodes=ALL Default=YES PriorityTier=1 OverSubscribe=EXCLUSIVE',
      'PartitionName=high Nodes=ALL PriorityTier=5 OverSubscribe=EXCLUSIVE',
    ];
    const jobs = [
      { at: 0, nodes: 4, runs: 100 },
      { at: 1, nodes: 4, runs: 10 },
      { at: 2, nodes: 4, runs: 10, partition: 'high' },
    ];
    expect(starts(jobs, { spec: slurmBuiltin, partitions })).toEqual([0, 110, 100]);
  });

  test('passes of events look at default_queue_depth jobs and one more, full ones at all', () => {
    const partitions = [
      ...['a', 'b', 'c'].map((name, index) => `PartitionName=${name} Nodes=n${index + 1} OverSubscribe=EXCLUSIVE`),
      'PartitionName=d Nodes=n4 Default=YES OverSubscribe=EXCLUSIVE',
    ];
    const jobs = ['a', 'b', 'c'].flatMap((partition) => [
      { at: 0, nodes: 1, runs: 1000, partition },
      { at: 1, nodes: 1, runs: 10, partition },
    ]);
    const all = [...jobs, { at: 2, nodes: 1, runs: 10 }];
    const setting = { spec: slurmBuiltin, partitions };
    expect(starts(all, setting)[6]).toBe(3);
    expect(starts(all, { ...setting, scheduler: 'default_queue_depth=2' })[6]).toBe(60);
    expect(starts(all, { ...setting, scheduler: 'default_queue_depth=3' })[6]).toBe(3);
  });

  test('jobs that are too young for a reservation stop nobody: bf_min_age_reserve', () => {
    expect(starts(blocked, { spec: slurmBuiltin, scheduler: 'bf_min_age_reserve=600' })).toEqual([0, 100, 3]);
  });
});

describe('backfill (backfill.c)', () => {
  const long = { at: 0, nodes: 3, runs: 600, limit: 10 };

  test('every job has a reservation: the third may not delay the second', () => {
    const jobs = [
      long,
      { at: 1, nodes: 4, runs: 60, limit: 10 },
      // Ends after the 600 s at which the one before is planned.
      { at: 2, nodes: 1, runs: 60, limit: 11 },
      { at: 3, nodes: 1, runs: 60, limit: 9 },
    ];
    expect(starts(jobs)).toEqual([0, 600, 660, 30]);
  });

  test('and the fourth not the third: it is no EASY', () => {
    const jobs = [
      { at: 0, nodes: 2, runs: 600, limit: 10 },
      { at: 1, nodes: 3, runs: 60, limit: 10 },
      { at: 2, nodes: 4, runs: 60, limit: 10 },
      // There is a node beside the second, but not beside the third.
      { at: 3, nodes: 1, runs: 60, limit: 100 },
    ];
    expect(starts(jobs)).toEqual([0, 600, 660, 720]);
  });

  test('what starts too late beside the promises of now is looked for again behind them', () => {
    const jobs = [
      { at: 0, nodes: 1, runs: 6000, limit: 100 },
      { at: 0, nodes: 1, runs: 120, limit: 2 },
      { at: 1, nodes: 3, runs: 120, limit: 2 },
      // On the first node it would have to wait for 6000 s.
      { at: 2, nodes: 1, runs: 60, limit: 60 },
    ];
    const { explanations } = schedule(jobs, { options: { costs: { killScan: 1 } } });
    const planned = explanations.filter(({ reason }) => reason.includes('planned')).map(({ job, reason }) => `${job} ${reason}`);
    expect(planned.slice(0, 2)).toEqual(['2 Resources (planned for 120 s)', '3 Resources (planned for 240 s)']);
  });

  test('limits are whole minutes: one of 20 s is taken as 60, and does not fit before the 60th second', () => {
    const jobs = [
      { ...long, limit: 1 },
      { at: 1, nodes: 4, runs: 60 },
      { at: 2, nodes: 1, runs: 1, limit: 20 / 60 },
    ];
    const done = schedule(jobs, { options: { costs: { killScan: 1 } } });
    expect(done.start[2]).toBe(120 * SECOND);
    expect(done.explanations.map(({ job, reason }) => `${job} ${reason}`)).toContain('1 Resources (planned for 60 s)');
  });

  test('running jobs that end close together are let go together: the plan is for the last of them (job_test.c)', () => {
    const jobs = [
      { at: 0, nodes: 2, runs: 3000, limit: 10 },
      // Ends 48 s later, in the first window: up to the next multiple of 30 s, and 30 s more.
      { at: 45, nodes: 2, runs: 3000, limit: 10 },
      { at: 50, nodes: 2, runs: 60 },
    ];
    const planned = schedule(jobs, { options: { costs: { killScan: 1 } } }).explanations.find(({ reason }) =>
      reason.includes('planned'),
    );
    expect(planned).toEqual({ job: 2, time: 60 * SECOND, reason: 'Resources (planned for 645 s)' });
  });

  test('nodes that are being cleaned are not given out, but promised for the next second', () => {
    const jobs = [
      { at: 0, nodes: 1, runs: 25, limit: 1 },
      { at: 0, nodes: 3, runs: 600, limit: 10 },
      { at: 1, nodes: 4, runs: 60 },
      { at: 2, nodes: 1, runs: 60, limit: 5 },
    ];
    expect(starts(jobs)[3]).toBe(30);
    expect(starts(jobs, { options: { costs: { release: 10 * SECOND } } })[3]).toBe(60);
  });

  test.each([
    { scheduler: 'bf_max_job_test=1', start: 660, why: 'only the first is tested' },
    { scheduler: 'bf_max_job_user=1', start: 660, why: 'one of the user is enough' },
    { scheduler: 'bf_max_job_part=2', start: 30, why: 'two of the partition are looked at' },
    { scheduler: 'bf_window=1', start: 30, why: 'what lies beyond the window has no reservation' },
  ])('$scheduler: $why', ({ scheduler, start }) => {
    const jobs = [
      { ...long, user: 'ada' },
      { at: 1, nodes: 4, runs: 60, user: 'ada' },
      { at: 2, nodes: 1, runs: 60, limit: 5, user: 'ada' },
    ];
    expect(starts(jobs, { scheduler })[2]).toBe(start);
  });

  test('beyond the window nothing is reserved, so that a longer job may go first', () => {
    const jobs = [
      { ...long, runs: 900, limit: 15 },
      { at: 1, nodes: 4, runs: 60 },
      { at: 2, nodes: 1, runs: 60, limit: 100 },
    ];
    expect(starts(jobs)[2]).toBe(960);
    expect(starts(jobs, { scheduler: 'bf_window=10' })[2]).toBe(30);
  });

  test('a cycle that lets others work ends if anything has changed, unless bf_continue is set', () => {
    const jobs = [
      long,
      { at: 1, nodes: 4, runs: 60 },
      { at: 2, nodes: 4, runs: 60 },
      { at: 3, nodes: 1, runs: 60, limit: 5 },
      // Comes while the cycle of 30 s sleeps.
      { at: 32.2, nodes: 4, runs: 60 },
    ];
    const given = { 'test-time': '1s' };
    expect(starts(jobs, { given })[3]).toBeGreaterThan(60);
    expect(starts(jobs, { given, scheduler: 'bf_continue' })[3]).toBe(32.5);
  });
});

describe('what is not modelled', () => {
  const jobs = [{ at: 0, nodes: 1, runs: 1 }];

  test.each([
    { lines: ['TopologyParam=dragonfly'], says: 'TopologyParam=dragonfly' },
    {
      lines: ['TopologyParam=dragonfly', 'PreemptParameters=reclaim_licenses'],
      says: 'TopologyParam=dragonfly, PreemptParameters=reclaim_licenses',
    },
  ])('$says is refused by name, unless partial is said', ({ lines, says }) => {
    const partitions = [...ONE_PARTITION, ...lines];
    expect(() => starts(jobs, { partitions })).toThrow(`not modelled yet: ${says}`);
    expect(starts(jobs, { partitions, given: { partial: true } })).toEqual([0]);
  });
});
