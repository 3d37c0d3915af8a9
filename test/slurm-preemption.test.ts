// Preemption as Slurm 22.05 does it: who goes, when, and what becomes of him.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JobDemand } from '../src/policies/slurm/demand.ts';
import { nodeSetOf } from '../src/policies/slurm/node-set.ts';
import { mergeSort } from '../src/policies/slurm/preemption/merge-sort.ts';
import { chooseVictims } from '../src/policies/slurm/preemption/victims.ts';
import type { VictimSearch } from '../src/policies/slurm/preemption/victims.ts';
import type { Allocation, Running } from '../src/policies/slurm/running.ts';
import type { Selection } from '../src/policies/slurm/selection.ts';
import { slurmBuiltin } from '../src/policies/slurm/slurm-builtin.ts';
import { CANCELLED, COMPLETED, restartsOf } from '../src/schedule.ts';
import type { Schedule } from '../src/schedule.ts';
import type { RunJob, RunSetting } from './slurm-runs.ts';
import { reasonsOf, run, startsOf } from './slurm-runs.ts';

// Planted, and caught here: one pass of reordering too few; candidates reordered the wrong way; victims whose nodes are not
// used; the most important first; no grace time; no delay of a requeued job; another preemption before the first is over.

const NODES = 10;

/** Jobs on nodes of a row, and what each pass would let go: written from the description of the algorithm, without books. */
function byDefinition(
  jobs: readonly { readonly nodes: readonly number[]; readonly removable: boolean }[],
  wanted: number,
  reorderCount: number,
  strict: boolean,
): number[] {
  const busy = new Set(jobs.flatMap(({ nodes }) => nodes));
  const idle = Array.from({ length: NODES }, (_, node) => node).filter((node) => !busy.has(node));
  let order = jobs.map((_, job) => job);
  for (let pass = 1; ; pass++) {
    const gone: number[] = [];
    let chosen: readonly number[] | undefined;
    for (const job of order) {
      if (!jobs[job].removable) continue;
      gone.push(job);
      chosen = firstRun([...idle, ...gone.flatMap((one) => jobs[one].nodes)], wanted);
      if (chosen !== undefined) break;
    }
    if (chosen === undefined) return [];
    const taken = chosen;
    const hit = (job: number) => jobs[job].nodes.filter((node) => taken.includes(node)).length;
    if (pass >= reorderCount + 2 || pass >= jobs.length) return gone.filter((job) => hit(job) > 0);
    const last = gone[gone.length - 1];
    const before = order.slice(0, order.indexOf(last));
    const behind = order.slice(order.indexOf(last) + 1);
    const ranked = [...before].sort((a, b) => hit(b) - hit(a));
    const [used, unused] = [ranked.filter((job) => hit(job) > 0), before.filter((job) => hit(job) === 0)];
    order = strict ? [last, ...before, ...behind] : [last, ...used, ...unused, ...behind];
  }
}

/** The first nodes that follow each other and suffice: any rule will do here, as long as both sides have the same one. */
function firstRun(free: readonly number[], wanted: number): number[] | undefined {
  const sorted = [...free].sort((a, b) => a - b);
  for (let first = 0; first + wanted <= sorted.length; first++) {
    if (sorted[first + wanted - 1] - sorted[first] === wanted - 1) return sorted.slice(first, first + wanted);
  }
  return undefined;
}

/** Stands for the books: only which nodes are free counts. */
class FreeNodes {
  readonly free: Set<number>;
  constructor(free: Iterable<number>) {
    this.free = new Set(free);
  }
  copy(): FreeNodes {
    return new FreeNodes(this.free);
  }
  give(shares: readonly { readonly node: number }[]): void {
    for (const { node } of shares) this.free.add(node);
  }
}

const everyNode = nodeSetOf(
  NODES,
  Array.from({ length: NODES }, (_, node) => node),
);

describe('victims (cons_common/job_test.c, _run_now)', () => {
  const layouts = fc.array(fc.tuple(fc.integer({ min: -1, max: 6 }), fc.boolean()), { minLength: NODES, maxLength: NODES });

  test('are those of the definition, whatever is held, and in whichever order', () => {
    const counts = { some: 0, none: 0 };
    fc.assert(
      fc.property(
        layouts,
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 0, max: 3 }),
        fc.boolean(),
        (held, wanted, reorderCount, strictOrder) => {
          const owners = [...new Set(held.map(([owner]) => owner))].filter((owner) => owner >= 0);
          const jobs = owners.map((owner) => ({
            nodes: held.flatMap(([other], node) => (other === owner ? [node] : [])),
            removable: held.find(([other]) => other === owner)?.[1] === true,
          }));
          const free = held.flatMap(([owner], node) => (owner < 0 ? [node] : []));
          const candidates = jobs.map(({ nodes }, job) => ({
            job,
            nodes: nodeSetOf(NODES, nodes),
            shares: nodes.map((node) => ({ node })),
            whole: true,
          }));
          const search = {
            running: {
              books: new FreeNodes(free),
              nodesOf: (shares: readonly { node: number }[]) =>
                nodeSetOf(
                  NODES,
                  shares.map(({ node }) => node),
                ),
            } as unknown as Running,
            selection: {
              choose: (books: unknown) => firstRun([...(books as FreeNodes).free], wanted)?.map((node) => ({ node })),
            } as unknown as Selection,
            reorderCount,
            strictOrder,
            isRemovable: ({ job }: Allocation) => jobs[job].removable,
          } satisfies VictimSearch;
          const victims = chooseVictims(search, {} as JobDemand, everyNode, candidates as unknown as Allocation[]);
          const expected = byDefinition(jobs, wanted, reorderCount, strictOrder);
          expect(victims.map(({ job }) => job)).toEqual(expected);
          counts[expected.length > 0 ? 'some' : 'none']++;
        },
      ),
      { numRuns: 3000 },
    );
    expect(Math.min(counts.some, counts.none)).toBeGreaterThan(300);
  });
});

test('the merge sort is stable, and sorts', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer()), { maxLength: 20 }), (items) => {
      expect(mergeSort(items, ([a], [b]) => a - b)).toEqual([...items].sort(([a], [b]) => a - b));
    }),
  );
});

// Eight processors a node, so a job of eight tasks has a node for itself.
const TIERS = [
  'PartitionName=low Nodes=ALL Default=YES PriorityTier=1 OverSubscribe=EXCLUSIVE',
  'PartitionName=high Nodes=ALL PriorityTier=5 OverSubscribe=EXCLUSIVE',
];
const REQUEUE = ['PreemptType=preempt/partition_prio', 'PreemptMode=REQUEUE'];

function tiers(jobs: readonly RunJob[], setting: RunSetting & { readonly mode?: readonly string[] } = {}): Schedule {
  const { mode = REQUEUE, conf = [], ...rest } = setting;
  return run(jobs, { partitions: TIERS, spec: slurmBuiltin, ...rest, conf: [...mode, ...conf] });
}

const nodes = (count: number) => ({ cpus: 8 * count });
const low = { at: 0, ...nodes(4), runs: 600 };
const high = { at: 10, ...nodes(1), runs: 60, partition: 'high' };

describe('a higher tier', () => {
  test('has jobs of a lower one requeued, which begin again after two minutes and a second (job_mgr.c, batch_requeue_fini)', () => {
    const done = tiers([low, high], { given: { 'preempt-cleaning': '2s' } });
    // Preempted at 10 s, clean at 12 s; the pass follows the epilog.
    expect(startsOf(done)).toEqual([0, 12]);
    // Eligible at 133 s; the loop looks at all jobs each minute.
    expect(done.lastStart[0] / 1000).toBe(180);
    expect([...done.state]).toEqual([COMPLETED, COMPLETED]);
    expect(reasonsOf(done, 0)).toContain('BeginTime');
  });

  test('requeue_delay says how long', () => {
    expect(tiers([low, high], { scheduler: 'requeue_delay=0' }).lastStart[0] / 1000).toBe(71);
  });

  test('cancels what may not be requeued (preempt.c, slurm_job_preempt)', () => {
    const stubborn = { ...low, options: { requeue: false } };
    expect([...tiers([stubborn, high]).state]).toEqual([CANCELLED, COMPLETED]);
    expect([...tiers([low, high], { conf: ['JobRequeue=0'] }).state]).toEqual([CANCELLED, COMPLETED]);
    const mode = ['PreemptType=preempt/partition_prio', 'PreemptMode=CANCEL'];
    expect([...tiers([low, high], { mode }).state]).toEqual([CANCELLED, COMPLETED]);
  });

  test('leaves a partition alone that is in PreemptMode=OFF', () => {
    const partitions = [`${TIERS[0]} PreemptMode=OFF`, TIERS[1]];
    expect(startsOf(tiers([low, high], { partitions }))).toEqual([0, 600]);
  });

  test('leaves jobs alone that have not run for PreemptExemptTime', () => {
    const conf = ['PreemptExemptTime=00:01:30'];
    // Passes at 60 s, when it is exempt still, and at 120 s.
    expect(startsOf(tiers([low, high], { conf }))).toEqual([0, 121]);
  });

  test('lets victims go on for GraceTime, and kills them when limits are looked at (job_mgr.c, job_time_limit)', () => {
    const partitions = [`${TIERS[0]} GraceTime=25`, TIERS[1]];
    // Warned at 10 s, due at 35 s, killed at 60 s, clean at 61 s.
    expect(startsOf(tiers([low, high], { partitions }))).toEqual([0, 61]);
    const short = { ...low, runs: 40 };
    const done = tiers([short, high], { partitions });
    expect([...done.state]).toEqual([COMPLETED, COMPLETED]);
    expect([...restartsOf(done)]).toEqual([0, 0]);
  });

  test('takes the fewest nodes it can, small jobs first, and those that started last with preempt_youngest_first', () => {
    const jobs = [
      { at: 0, ...nodes(2), runs: 600 },
      { at: 0, ...nodes(1), runs: 600 },
      { at: 5, ...nodes(1), runs: 600 },
      { ...high, at: 20 },
    ];
    expect([...restartsOf(tiers(jobs))]).toEqual([0, 1, 0, 0]);
    expect([...restartsOf(tiers(jobs, { scheduler: 'preempt_youngest_first' }))]).toEqual([0, 0, 1, 0]);
  });

  test('preempts only once while its victims may still be on their way out (node_scheduler.c, select_nodes)', () => {
    const jobs = [
      { at: 0, ...nodes(4), runs: 3000 },
      { ...high, ...nodes(2), at: 10 },
    ];
    const slow = { given: { 'preempt-cleaning': '200s' } };
    expect([...restartsOf(tiers(jobs, slow))]).toEqual([1, 0]);
  });

  test('has to wait for KillWait and MessageTimeout before it preempts again, whoever took what was freed', () => {
    const partitions = [...TIERS, 'PartitionName=top Nodes=ALL PriorityTier=9 OverSubscribe=EXCLUSIVE'];
    const jobs = [
      { at: 0, ...nodes(2), runs: 6000, limit: 120 },
      { at: 0, ...nodes(2), runs: 6000, limit: 120 },
      { ...high, at: 10, ...nodes(2) },
      // Comes when the nodes are clean, and gets them.
      { at: 29.9, ...nodes(2), runs: 6000, limit: 120, partition: 'top' },
    ];
    const given = { 'preempt-cleaning': '20s' };
    const [, , waits] = startsOf(tiers(jobs, { partitions, given, conf: ['KillWait=30', 'MessageTimeout=100'] }));
    // Looked at each minute: at 180 s the first preemption is 170 s old.
    expect(waits).toBe(200);
  });

  test('does not look at what it cannot get: nobody goes in vain', () => {
    const partitions = [...TIERS, 'PartitionName=top Nodes=ALL PriorityTier=9 OverSubscribe=EXCLUSIVE'];
    const jobs = [
      { at: 0, ...nodes(2), runs: 600 },
      { at: 0, ...nodes(2), runs: 600, partition: 'top' },
      { ...high, ...nodes(3) },
    ];
    expect([...restartsOf(tiers(jobs, { partitions }))]).toEqual([0, 0, 0]);
  });

  test('preempts from backfill as well, where its own reservation is "now"', () => {
    const jobs = [low, { ...high, ...nodes(4), at: 31 }, { at: 32, ...nodes(1), runs: 10, limit: 1 }];
    const done = run(jobs, { partitions: TIERS, conf: REQUEUE, scheduler: 'batch_sched_delay=300,sched_interval=1000' });
    // The cycle of the 60th second.
    expect(startsOf(done)[1]).toBe(61);
  });
});

describe('QoS (preempt_qos.c)', () => {
  const partitions = ['PartitionName=main Nodes=ALL Default=YES OverSubscribe=EXCLUSIVE'];
  const accounts = [
    ...['add account name=lab', 'add user name=ada account=lab'],
    ...['add qos name=normal priority=1', 'add qos name=urgent priority=10 preempt=normal'],
    'modify user name=ada set qos=normal,urgent',
  ];
  const conf = ['PreemptType=preempt/qos', 'PreemptMode=REQUEUE'];
  const urgent = { at: 10, ...nodes(1), runs: 60, qos: 'urgent' };
  const qos = (jobs: readonly RunJob[], more: readonly string[] = [], setting: RunSetting = {}) =>
    run(jobs, {
      partitions,
      spec: slurmBuiltin,
      ...setting,
      conf: [...conf, ...(setting.conf ?? [])],
      accounts: [...accounts, ...more],
    });

  test('preempts the QoS that it names, and no other', () => {
    expect(startsOf(qos([low, urgent]))).toEqual([0, 11]);
    expect(startsOf(qos([low, { ...urgent, qos: 'normal' }]))).toEqual([0, 600]);
    expect(startsOf(qos([{ ...low, qos: 'urgent' }, urgent]))).toEqual([0, 600]);
  });

  test('without accounts nobody has a QoS', () => {
    expect(startsOf(run([low, urgent], { partitions, conf, spec: slurmBuiltin }))).toEqual([0, 600]);
  });

  test('has a mode, a grace time and an exempt time of its own', () => {
    expect([...qos([low, urgent], ['modify qos name=normal set preemptmode=cancel']).state]).toEqual([CANCELLED, COMPLETED]);
    expect(startsOf(qos([low, urgent], ['modify qos name=normal set gracetime=25']))[1]).toBe(61);
    expect(startsOf(qos([low, urgent], ['modify qos name=normal set preemptexempttime=00:01:30']))[1]).toBe(121);
    const setting = { conf: ['PreemptExemptTime=01:00:00'] };
    expect(startsOf(qos([low, urgent], ['modify qos name=normal set preemptexempttime=00:00:00'], setting))[1]).toBe(11);
  });

  test('those of the least priority go first, then those with the fewest nodes', () => {
    const more = [
      'add qos name=least priority=0',
      'modify qos name=urgent set preempt=normal,least',
      'modify user name=ada set qos=normal,urgent,least',
    ];
    const jobs = [{ at: 0, ...nodes(1), runs: 600 }, { at: 0, ...nodes(3), runs: 600, qos: 'least' }, urgent];
    expect([...restartsOf(qos(jobs, more))]).toEqual([0, 1, 0]);
    expect([...restartsOf(qos(jobs, [...more, 'modify qos name=least set priority=1']))]).toEqual([1, 0, 0]);
  });
});

describe('a job in several partitions', () => {
  const partitions = [
    'PartitionName=left Nodes=n[1-2] Default=YES PriorityTier=1 OverSubscribe=EXCLUSIVE',
    'PartitionName=right Nodes=n[3-4] PriorityTier=1 OverSubscribe=EXCLUSIVE',
  ];
  const both = { partitions: ['left', 'right'] };

  test('starts where there is room first (job_scheduler.c, build_job_queue)', () => {
    const jobs = [
      { at: 0, ...nodes(2), runs: 600, partition: 'left' },
      { at: 1, ...nodes(2), runs: 60, partition: 'left', options: both },
      { at: 2, ...nodes(2), runs: 60, partition: 'left', options: both },
    ];
    expect(startsOf(run(jobs, { partitions, spec: slurmBuiltin }))).toEqual([0, 3, 63]);
  });

  test('blocks each of them for those behind it', () => {
    const jobs = [
      { at: 0, ...nodes(2), runs: 600, partition: 'left' },
      { at: 0, ...nodes(1), runs: 100, partition: 'right' },
      { at: 1, ...nodes(2), runs: 60, partition: 'left', options: both },
      { at: 2, ...nodes(1), runs: 60, partition: 'right' },
    ];
    expect(startsOf(run(jobs, { partitions, spec: slurmBuiltin }))).toEqual([0, 0, 100, 160]);
  });

  test('has a reservation in each, and only one with bf_one_resv_per_job (backfill.c)', () => {
    const jobs = [
      { at: 0, ...nodes(1), runs: 600, limit: 10, partition: 'left' },
      { at: 0, ...nodes(1), runs: 600, limit: 10, partition: 'right' },
      { at: 1, ...nodes(2), runs: 60, limit: 1, partition: 'left', options: both },
      // Would end after the first job's reservation begins.
      { at: 2, ...nodes(1), runs: 60, limit: 30, partition: 'right' },
    ];
    expect(startsOf(run(jobs, { partitions }))[3]).toBe(600);
    expect(startsOf(run(jobs, { partitions, scheduler: 'bf_one_resv_per_job' }))[3]).toBe(30);
  });
});
