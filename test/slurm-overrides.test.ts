// Parameters of the policies that stand in for options of slurm.conf.
import { describe, expect, test } from 'vitest';
import { overriddenPriority, overriddenScheduler } from '../src/policies/slurm/overrides.ts';
import { BACKFILL_PARAMETERS } from '../src/policies/slurm/slurm-policy.ts';
import { readSlurmConf } from '../src/slurm-conf.ts';
import { run } from './slurm-runs.ts';

const LINES = [
  ...['ClusterName=test', 'SelectType=select/cons_tres', 'NodeName=n[1-4] CPUs=8', 'PartitionName=main Nodes=ALL Default=YES'],
  ...['PriorityType=priority/multifactor', 'AccountingStorageType=accounting_storage/slurmdbd'],
];

const configured = (...lines: string[]) =>
  readSlurmConf({ conf: { path: 'slurm.conf', text: [...LINES, ...lines].join('\n') } }).cluster;

describe('a parameter is what the option would be', () => {
  test.each([
    ...['bf-interval=45', 'bf-window=60', 'bf-resolution=300', 'bf-max-job-test=7', 'bf-max-job-start=4', 'bf-max-time=9'],
    ...['bf-max-job-user=4', 'bf-max-job-part=4', 'bf-min-age-reserve=60', 'default-queue-depth=9', 'sched-interval=-1'],
    ...['batch-sched-delay=9', 'partition-job-depth=3'],
  ])('%s', (given) => {
    const [name, value] = given.split('=');
    const written = configured(`SchedulerParameters=bf_continue,${name.replaceAll('-', '_')}=${value}`).slurm!.scheduler;
    const usual = configured('SchedulerParameters=bf_continue').slurm!.scheduler;
    expect(overriddenScheduler(usual, { [name]: value }, 'slurm-backfill')).toEqual(written);
    expect(overriddenScheduler(written, { [name]: '' }, 'slurm-backfill')).toEqual(written);
    expect(Object.keys(BACKFILL_PARAMETERS)).toContain(name);
  });

  test.each([
    ['priority-weight-age', 'PriorityWeightAge', '7'],
    ['priority-weight-fairshare', 'PriorityWeightFairshare', '7'],
    ['priority-weight-job-size', 'PriorityWeightJobSize', '7'],
    ['priority-weight-partition', 'PriorityWeightPartition', '7'],
    ['priority-weight-qos', 'PriorityWeightQOS', '7'],
    ['priority-max-age', 'PriorityMaxAge', '1-0'],
    ['priority-decay-half-life', 'PriorityDecayHalfLife', '0'],
    ['priority-calc-period', 'PriorityCalcPeriod', '1'],
    ['priority-favor-small', 'PriorityFavorSmall', 'YES'],
  ])('%s is %s', (name, option, value) => {
    const written = configured(`${option}=${value}`).slurm!.priority;
    expect(overriddenPriority(configured(), { [name]: value }, 'slurm-backfill').slurm!.priority).toEqual(written);
  });

  test('one that was written beside another keeps its own value', () => {
    const { scheduler } = configured('SchedulerParameters=bf_max_time=9,bf_node_space_size=11').slurm!;
    const changed = overriddenScheduler(scheduler, { 'bf-interval': '60', 'bf-max-job-test': '5' }, 'slurm-backfill');
    expect(changed.backfill).toMatchObject({ interval: 60_000, maxTime: 9000, maxTests: 5, nodeSpaceSize: 11 });
  });

  test('a value back to the default stands before that of the file', () => {
    const { scheduler } = configured('SchedulerParameters=bf_interval=60').slurm!;
    expect(overriddenScheduler(scheduler, { 'bf-interval': 30 }, 'slurm-backfill').backfill.interval).toBe(30_000);
  });
});

test('mistakes say where and what to do', () => {
  const { scheduler } = configured().slurm!;
  expect(() => overriddenScheduler(scheduler, { 'bf-interval': 'often' }, 'slurm-backfill')).toThrow(
    'slurm-backfill:bf-interval: "often" is no bf_interval\n  hint: give it in seconds',
  );
  expect(() => overriddenScheduler(scheduler, { 'bf-window': '0' }, 'slurm-backfill')).toThrow('"0" is no bf_window');
  const basic = configured('PriorityType=priority/basic');
  expect(() => overriddenPriority(basic, { 'priority-weight-age': '5' }, 'slurm-builtin')).toThrow(
    'PriorityWeightAge needs PriorityType=priority/multifactor',
  );
});

test('a run with bf-interval starts jobs when one with bf_interval would', () => {
  const jobs = [
    { at: 0, cpus: 24, runs: 500 },
    { at: 1, cpus: 32, runs: 60 },
    { at: 2, cpus: 8, runs: 60, limit: 2 },
  ];
  const start = (setting: object) => run(jobs, setting).start[2] / 1000;
  expect([start({}), start({ given: { 'bf-interval': 90 } }), start({ scheduler: 'bf_interval=90' })]).toEqual([30, 90, 90]);
});
