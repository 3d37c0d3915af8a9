// The sum that is a job's priority, factor by factor. Source: Slurm 22.05, priority_multifactor.c.
import { describe, expect, test } from 'vitest';
import { MultifactorPriorities } from '../src/policies/slurm/priority/multifactor.ts';
import { readSlurmConf } from '../src/slurm-conf.ts';
import type { SlurmOptions } from '../src/slurm-workload.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';
import { run, startsOf } from './slurm-runs.ts';

// Planted, and caught here: ages in parts of seconds; rounding instead of truncation; size by
// processors alone; no least priority; a requeued job that keeps its age; factors that are not normalised by the largest;
// whole nodes not counted once they are planned; all of them also without slurmdbd.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

interface Job {
  readonly cpus?: number;
  readonly at?: number;
  /** [min] */
  readonly limit?: number;
  readonly user?: string;
  readonly account?: string;
  readonly qos?: string;
  readonly partition?: string;
  readonly gpus?: number;
  readonly options?: SlurmOptions;
}

const ACCOUNTS = ["Account - 'a':Fairshare=1:Priority=30", "Parent - 'a'", "User - 'ann':Fairshare=1:Priority=20"];
const QOS = ['Name|Priority', 'normal|5', 'high|20'];

function prioritiesOf(job: Job, settings: readonly string[], first = 5 * MINUTE) {
  const lines = [
    ...[
      'ClusterName=c',
      'SelectType=select/cons_tres',
      'SelectTypeParameters=CR_Core_Memory',
      'PriorityType=priority/multifactor',
    ],
    ...['AccountingStorageType=accounting_storage/slurmdbd', 'GresTypes=gpu', ...settings],
    'NodeName=n[1-8] CPUs=4 RealMemory=1000 Gres=gpu:a100:2',
    'PartitionName=main Nodes=ALL Default=YES PriorityJobFactor=10',
    'PartitionName=small Nodes=n[1-2] PriorityJobFactor=40 MaxTime=60',
  ];
  const file = (path: string, text: readonly string[]) => ({ path, text: `${text.join('\n')}\n` });
  const { cluster } = readSlurmConf({ conf: file('slurm.conf', lines), accounts: file('acc', ACCOUNTS), qos: file('qos', QOS) });
  const { cpus = 1, at = 0, limit = 10, user = 'ann', account = 'a', qos, partition, gpus = 0, options = {} } = job;
  const builder = new WorkloadBuilder();
  builder.add({
    ...{ id: 1, submit: at, runtime: SECOND, walltime: limit * MINUTE, tasks: cpus, account, qos, partition, user },
    request: builder.request({ cpu: 1000, memory: 0, gpu: gpus * 1000 }),
    slurm: { options: builder.slurm.options(options) },
  });
  const slurm = lines.includes(WITHOUT)
    ? { ...cluster.slurm!, priority: { ...cluster.slurm!.priority, accounting: false } }
    : cluster.slurm!;
  const priorities = new MultifactorPriorities(builder.finish('p'), cluster, slurm, first);
  priorities.submit(0, 0);
  return priorities;
}

/** A comment: the settings of a cluster that keeps no accounts. */
const WITHOUT = '# no slurmdbd';

function priorityOf(job: Job, ...settings: readonly string[]): number {
  return prioritiesOf(job, settings).priorityOf(0);
}

describe('age', () => {
  const settings = ['PriorityWeightAge=3600', 'PriorityMaxAge=0-01:00:00'];

  test('grows with the periods only, and not at submission', () => {
    const priorities = prioritiesOf({}, settings);
    const seen = [0, 4, 5, 9, 10].map((minutes) => {
      priorities.catchUp(minutes * MINUTE);
      return priorities.priorityOf(0);
    });
    expect(seen).toEqual([1, 1, 300, 300, 600]);
  });

  test('is counted in whole seconds of the clock', () => {
    const priorities = prioritiesOf({ at: 700 }, ['PriorityWeightAge=36000', 'PriorityMaxAge=0-01:00:00'], 5 * MINUTE + 500);
    priorities.catchUp(6 * MINUTE);
    expect(priorities.priorityOf(0)).toBe(3010);
  });

  test('ends at PriorityMaxAge', () => {
    const priorities = prioritiesOf({}, settings);
    priorities.catchUp(2 * HOUR);
    expect(priorities.priorityOf(0)).toBe(3600);
  });

  test('begins when the job may start; with ACCRUE_ALWAYS when it was submitted', () => {
    for (const [flags, expected] of [
      ['', 1],
      ['PriorityFlags=ACCRUE_ALWAYS', 600],
    ] as const) {
      const priorities = prioritiesOf({}, [...settings, ...(flags === '' ? [] : [flags])]);
      priorities.start(0, { shares: [], whole: false, partition: 0 }, 0);
      priorities.finish(0, 6 * MINUTE);
      priorities.submit(0, flags === '' ? 9 * MINUTE : 0);
      priorities.catchUp(10 * MINUTE);
      expect(priorities.priorityOf(0), flags).toBe(expected);
    }
  });

  test('of a requeued job begins anew, a second after the delay; its priority stays until then', () => {
    const priorities = prioritiesOf({}, settings);
    priorities.catchUp(5 * MINUTE);
    priorities.start(0, { shares: [], whole: false, partition: 0 }, 6 * MINUTE);
    priorities.finish(0, 7 * MINUTE);
    priorities.submit(0, 7 * MINUTE);
    expect(priorities.priorityOf(0)).toBe(300);
    priorities.catchUp(15 * MINUTE);
    expect(priorities.priorityOf(0)).toBe(15 * 60 - 7 * 60 - 121);
  });

  test('counts nothing without slurmdbd, and nothing is computed anew', () => {
    const priorities = prioritiesOf({ cpus: 32, options: { minNodes: 8 } }, [...settings, 'PriorityWeightJobSize=100', WITHOUT]);
    expect(priorities.catchUp(HOUR)).toBeUndefined();
    expect([priorities.next, priorities.priorityOf(0)]).toEqual([Infinity, 100]);
  });

  test('PriorityFlags=INCR_ONLY never lowers it', () => {
    const priorities = prioritiesOf({}, [...settings, 'PriorityFlags=INCR_ONLY']);
    priorities.catchUp(5 * MINUTE);
    priorities.start(0, { shares: [], whole: false, partition: 0 }, 5 * MINUTE);
    priorities.finish(0, 6 * MINUTE);
    priorities.submit(0, 6 * MINUTE);
    priorities.catchUp(10 * MINUTE);
    expect(priorities.priorityOf(0)).toBe(300);
  });
});

describe('size', () => {
  const job = { cpus: 6, options: { minNodes: 2 }, limit: 30 };

  // 8 nodes, 32 processors.
  test.each([
    { settings: [], value: (2 / 8 + 6 / 32) / 2 },
    { settings: ['PriorityFavorSmall=YES'], value: (6 / 8 + 26 / 32) / 2 },
    { settings: ['PriorityFlags=SMALL_RELATIVE_TO_TIME'], value: 8 / 30 / 32 },
    { settings: ['PriorityFlags=SMALL_RELATIVE_TO_TIME', 'PriorityFavorSmall=YES'], value: 1 - 8 / 30 / 32 },
  ])('$settings', ({ settings, value }) => {
    expect(priorityOf(job, 'PriorityWeightJobSize=100000', ...settings)).toBe(Math.floor(100_000 * value));
  });

  test('is that of whole nodes once backfill has planned them, as soon as it is computed anew', () => {
    const priorities = prioritiesOf({ cpus: 2, options: { minNodes: 2 } }, ['PriorityWeightJobSize=64000']);
    expect(priorities.priorityOf(0)).toBe(32_000 * (2 / 8 + 2 / 32));
    const held = { units: 1, memory: 0, partition: 0, user: 0, forUser: false };
    const shares = [0, 1].map((node) => ({ node, group: 0, request: 0, tasks: 1, held }));
    priorities.plan(0, { shares, whole: true, partition: 0 });
    expect(priorities.priorityOf(0)).toBe(32_000 * (2 / 8 + 2 / 32));
    priorities.catchUp(5 * MINUTE);
    expect(priorities.priorityOf(0)).toBe(32_000 * (2 / 8 + 8 / 32));
  });

  test('a job that asked for no limit is taken by the longest of its partition', () => {
    const settings = ['PriorityWeightJobSize=600000', 'PriorityFlags=SMALL_RELATIVE_TO_TIME'];
    expect(priorityOf({ limit: Infinity, partition: 'small' }, ...settings)).toBe(Math.floor((600_000 * 4) / 60 / 32));
    expect(priorityOf({ limit: Infinity }, ...settings)).toBe(1);
  });
});

describe('partition, QoS, association, resources, nice', () => {
  test.each([
    { what: 'partition', job: {}, settings: ['PriorityWeightPartition=1000'], priority: 250 },
    {
      what: 'partition, raw',
      job: {},
      settings: ['PriorityWeightPartition=1000', 'PriorityFlags=NO_NORMAL_PART'],
      priority: 10_000,
    },
    { what: 'QoS', job: { qos: 'high' }, settings: ['PriorityWeightQOS=1000'], priority: 1000 },
    { what: 'QoS that is not named: normal', job: {}, settings: ['PriorityWeightQOS=1000'], priority: 250 },
    { what: 'QoS, raw', job: {}, settings: ['PriorityWeightQOS=1000', 'PriorityFlags=NO_NORMAL_QOS'], priority: 5000 },
    { what: 'association', job: {}, settings: ['PriorityWeightAssoc=300'], priority: 200 },
    { what: 'association, raw', job: {}, settings: ['PriorityWeightAssoc=300', 'PriorityFlags=NO_NORMAL_ASSOC'], priority: 6000 },
    { what: 'no association', job: { user: 'nobody' }, settings: ['PriorityWeightAssoc=300'], priority: 1 },
    {
      what: 'none in its account, where associations are needed',
      job: { account: 'other' },
      settings: ['PriorityWeightAssoc=300', 'AccountingStorageEnforce=associations'],
      priority: 1,
    },
    { what: 'else that of the default account', job: { account: 'other' }, settings: ['PriorityWeightAssoc=300'], priority: 200 },
    {
      what: 'resources of the partition',
      job: { cpus: 2, gpus: 1, partition: 'small' },
      settings: ['PriorityWeightTRES=CPU=800,GRES/gpu=40'],
      priority: 220,
    },
    {
      what: 'resources, raw',
      job: { cpus: 2, gpus: 1 },
      settings: ['PriorityWeightTRES=CPU=800,GRES/gpu=40', 'PriorityFlags=NO_NORMAL_TRES'],
      priority: 1680,
    },
    { what: 'nice', job: { options: { nice: 100 } }, settings: ['PriorityWeightQOS=1000'], priority: 150 },
    { what: 'nice, negative', job: { options: { nice: -100 } }, settings: ['PriorityWeightQOS=1000'], priority: 350 },
    { what: 'never less than 1', job: { options: { nice: 1000 } }, settings: ['PriorityWeightQOS=1000'], priority: 1 },
    { what: 'a job that is held', job: { options: { held: true } }, settings: ['PriorityWeightQOS=1000'], priority: 0 },
    {
      what: 'never more than 32 bits',
      job: { qos: 'high' },
      settings: ['PriorityWeightQOS=4294967295', 'PriorityWeightPartition=4000000000'],
      priority: 4_294_967_295,
    },
  ])('$what', ({ job, settings, priority }) => expect(priorityOf(job, ...settings)).toBe(priority));

  test('a job that named several partitions has a priority in each', () => {
    const job = { cpus: 2, options: { partitions: ['main', 'small'] } };
    const priorities = prioritiesOf(job, ['PriorityWeightPartition=1000', 'PriorityWeightTRES=CPU=800']);
    expect([priorities.priorityOf(0), priorities.priorityOf(0, 0), priorities.priorityOf(0, 1)]).toEqual([300, 300, 1200]);
  });

  test('parts are added before they are cut off', () => {
    const settings = ['PriorityWeightPartition=1', 'PriorityWeightQOS=3'];
    expect(priorityOf({}, ...settings)).toBe(1);
    expect(priorityOf({}, 'PriorityWeightPartition=5', 'PriorityWeightQOS=3')).toBe(2);
  });
});

test('the queue is in the order of priorities as they were computed last', () => {
  const conf = ['PriorityType=priority/multifactor', 'PriorityWeightJobSize=1000', 'PriorityFavorSmall=YES'];
  const jobs = [
    { at: 0, cpus: 16, runs: 100 },
    { at: 1, cpus: 16, runs: 10 },
    { at: 2, cpus: 8, runs: 10 },
  ];
  const inOrder = startsOf(run(jobs, { nodes: 2, conf }));
  expect(inOrder[2]).toBeLessThan(inOrder[1]);
});
