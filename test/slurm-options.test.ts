// Every option of SchedulerParameters and PreemptParameters: what the policies make of it.
import { describe, expect, test } from 'vitest';
import { effectless } from '../src/policies/slurm/effectless.ts';
import { slurmBuiltin } from '../src/policies/slurm/slurm-builtin.ts';
import { readSlurmConf } from '../src/slurm-conf.ts';
import { simulate } from '../src/engine/simulate.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { run, startsOf, workloadOf } from './slurm-runs.ts';

/**
 * Option, a value that is not its default, and what is made of it. `modelled`: by the file of src/policies/slurm that heeds
 * it. `told`: it has nothing to work on, and the user is told so. `silent`: not about which job starts when and where.
 * `refused`: not modelled, and refused by name. The defaults are those of Slurm 22.05, as written: see slurm.conf(5).
 */
const SCHEDULER: readonly (readonly [option: string, value: string, what: string])[] = [
  ['allow_zero_lic', '', 'modelled: licenses'],
  ['assoc_limit_stop', '', 'modelled: main-pass, backfill'],
  ['batch_sched_delay', '7', 'modelled: scheduler-timers'],
  ['bb_array_stage_cnt', '5', 'silent'],
  ['bf_busy_nodes', '', 'modelled: selection'],
  ['bf_continue', '', 'modelled: backfill'],
  ['bf_hetjob_immediate', '', 'modelled: backfill'],
  ['bf_hetjob_prio', 'max', 'told'],
  ['bf_interval', '45', 'modelled: scheduler-timers'],
  ['bf_job_part_count_reserve', '4', 'modelled: backfill-limits'],
  ['bf_licenses', '', 'modelled: node-space'],
  ['bf_max_job_array_resv', '4', 'modelled: job-arrays'],
  ['bf_max_job_assoc', '4', 'modelled: backfill-limits'],
  ['bf_max_job_part', '4', 'modelled: backfill-limits'],
  ['bf_max_job_start', '4', 'modelled: backfill'],
  ['bf_max_job_test', '4', 'modelled: backfill'],
  ['bf_max_job_user', '4', 'modelled: backfill-limits'],
  ['bf_max_job_user_part', '4', 'modelled: backfill-limits'],
  ['bf_max_time', '4', 'modelled: backfill'],
  ['bf_min_age_reserve', '4', 'modelled: backfill-limits, main-pass'],
  ['bf_min_prio_reserve', '4', 'modelled: backfill-limits, main-pass'],
  ['bf_node_space_size', '4', 'modelled: backfill'],
  ['bf_one_resv_per_job', '', 'modelled: backfill'],
  ['bf_resolution', '300', 'modelled: node-space'],
  ['bf_running_job_reserve', '', 'modelled: backfill'],
  ['bf_window', '60', 'modelled: backfill'],
  ['bf_window_linear', '60', 'modelled: will-run'],
  ['bf_yield_interval', '1000', 'modelled: backfill'],
  ['bf_yield_sleep', '1000', 'modelled: backfill'],
  ['build_queue_timeout', '1000', 'told'],
  ['correspond_after_task_cnt', '5', 'silent'],
  ['default_queue_depth', '5', 'modelled: main-pass'],
  ['defer', '', 'modelled: scheduler'],
  ['delay_boot', '5', 'told'],
  ['disable_hetjob_steps', '', 'silent'],
  ['disable_job_shrink', '', 'silent'],
  ['enable_hetjob_steps', '', 'silent'],
  ['enable_user_top', '', 'silent'],
  ['ignore_numa', '', 'silent'],
  ['ignore_prefer_validation', '', 'silent'],
  ['max_array_tasks', '5', 'modelled: limits'],
  ['max_depend_depth', '5', 'told'],
  ['max_rpc_cnt', '5', 'told'],
  ['max_sched_time', '1', 'told'],
  ['max_script_size', '5', 'silent'],
  ['max_switch_wait', '5', 'modelled: selection'],
  ['no_backup_scheduling', '', 'silent'],
  ['no_env_cache', '', 'silent'],
  ['nohold_on_prolog_fail', '', 'silent'],
  ['pack_serial_at_end', '', 'modelled: selection'],
  ['partition_job_depth', '5', 'modelled: main-pass'],
  ['preempt_reorder_count', '5', 'modelled: preemption'],
  ['preempt_strict_order', '', 'modelled: preemption'],
  ['preempt_youngest_first', '', 'modelled: preemption'],
  ['reduce_completing_frag', '', 'told'], // Without CompleteWait, as here.
  ['requeue_delay', '5', 'modelled: requeues'],
  ['requeue_setup_env_fail', '', 'silent'],
  ['salloc_wait_nodes', '', 'silent'],
  ['sbatch_wait_nodes', '', 'silent'],
  ['sched_interval', '5', 'modelled: scheduler-timers'],
  ['sched_max_job_start', '5', 'modelled: main-pass'],
  ['sched_min_interval', '2000000', 'modelled: scheduler-timers'],
  ['spec_cores_first', '', 'told'],
  ['step_retry_count', '5', 'silent'],
  ['step_retry_time', '5', 'silent'],
  ['whole_hetjob', '', 'silent'],
  // Of later or earlier versions.
  ['bf_allow_magnetic_slot', '', 'told'],
  ['bf_topopt_enable', '', 'told'],
  ['extra_row_first', '', 'told'],
  ['time_min_as_soft_limit', '', 'told'],
  ['yield_rpc_cnt', '5', 'silent'],
];

const PREEMPT: readonly (readonly [option: string, value: string, what: string])[] = [
  ['min_exempt_priority', '5', 'modelled: preempt-parameters'],
  ['reclaim_licenses', '', 'refused'],
  ['reorder_count', '5', 'modelled: preempt-parameters'],
  ['send_user_signal', '', 'told'],
  ['strict_order', '', 'modelled: preempt-parameters'],
  ['suspend_grace_time', '5', 'told'],
  ['youngest_first', '', 'modelled: preempt-parameters'],
];

const LINES = [
  'ClusterName=test',
  'SelectType=select/cons_tres',
  'NodeName=n[1-4] CPUs=8',
  'PartitionName=main Nodes=ALL Default=YES',
];

function read(...lines: string[]) {
  return readSlurmConf({ conf: { path: 'slurm.conf', text: [...LINES, ...lines].join('\n') } });
}

const written = (option: string, value: string) => (value === '' ? option : `${option}=${value}`);
const usual = read();

describe('SchedulerParameters', () => {
  test.each(SCHEDULER)('%s=%s is %s', (option, value, what) => {
    const { cluster, warnings } = read(`SchedulerParameters=${written(option, value)}`);
    const { slurm } = cluster;
    expect(warnings.filter((warning) => warning.includes(option))).toEqual([]);
    expect(effectless(slurm!).map((one) => one.option)).toEqual(what === 'told' ? [option] : []);
    if (what === 'silent') expect(slurm!.scheduler).toEqual(usual.cluster.slurm!.scheduler);
    else expect(slurm!.scheduler).not.toEqual(usual.cluster.slurm!.scheduler);
  });

  test('every field of them is an option of the list', () => {
    const all = read(`SchedulerParameters=${SCHEDULER.map(([option, value]) => written(option, value)).join(',')}`).cluster
      .slurm!;
    const same = Object.entries(all.scheduler).flatMap(([part, fields]) => {
      const before = Object.entries(usual.cluster.slurm!.scheduler).find(([name]) => name === part)![1] as object;
      return Object.entries(before).filter(([field, value]) =>
        Object.entries(fields as object).some(([name, now]) => name === field && now === value),
      );
    });
    // The limit of associations takes precedence over that of users.
    expect(same.map(([field]) => field as string)).toEqual(['maxPerUser']);
  });

  test('what has no effect is told once, by name and with the reason', () => {
    const warnings: string[] = [];
    run([{ at: 0, runs: 1 }], {
      scheduler: 'max_sched_time=1,max_rpc_cnt=150',
      options: { onWarning: (text) => warnings.push(text) },
    });
    expect(warnings).toEqual([
      'slurm.conf of test: max_sched_time has no effect here: a pass takes no time',
      'slurm.conf of test: max_rpc_cnt has no effect here: nobody but the trace sends requests to the controller',
    ]);
  });
});

describe('PreemptParameters', () => {
  const preempting = ['PreemptType=preempt/partition_prio', 'PreemptMode=REQUEUE'];

  test.each(PREEMPT)('%s=%s is %s', (option, value, what) => {
    const { cluster } = read(...preempting, `PreemptParameters=${written(option, value)}`);
    expect(effectless(cluster.slurm!).map((one) => one.option)).toEqual(what === 'told' ? [`PreemptParameters=${option}`] : []);
    const replay = () => simulate(workloadOf([{ at: 0, runs: 1 }]), cluster, slurmBuiltin, { placement: firstFit });
    if (what === 'refused') expect(replay).toThrow(`not modelled yet: PreemptParameters=${option}`);
    else expect(replay).not.toThrow();
  });

  test('one that nobody knows is told of', () => {
    const { cluster } = read(...preempting, 'PreemptParameters=oldest_first');
    expect(effectless(cluster.slurm!)).toEqual([{ option: 'PreemptParameters=oldest_first', why: 'it is not known' }]);
  });

  test.each([
    { words: 'reorder_count=1', requeued: [0] },
    { words: 'youngest_first', requeued: [1] },
    { words: 'min_exempt_priority=4294901758,strict_order', requeued: [1] },
    { words: 'min_exempt_priority=1', requeued: [] },
  ])('PreemptParameters=$words: jobs $requeued are preempted', ({ words, requeued }) => {
    const jobs = [
      { at: 0, cpus: 8, runs: 3000 },
      { at: 5, cpus: 8, runs: 3000 },
      { at: 60, cpus: 8, runs: 60, partition: 'high' },
    ];
    const partitions = ['PartitionName=main Nodes=ALL Default=YES', 'PartitionName=high Nodes=ALL PriorityTier=5'];
    const conf = [...preempting, `PreemptParameters=${words}`];
    expect([...run(jobs, { nodes: 2, partitions, conf }).attempts.job]).toEqual(requeued);
  });
});

describe('what an option does', () => {
  test('sched_min_interval: passes keep that distance, whoever asked for them (job_scheduler.c, schedule)', () => {
    // Each ends when the next one waits for its processors.
    const jobs = [0, 1, 2].map((at) => ({ at, cpus: 32, runs: 4, limit: 1 }));
    expect(startsOf(run(jobs, { spec: slurmBuiltin }))).toEqual([0, 4, 8]);
    expect(startsOf(run(jobs, { spec: slurmBuiltin, scheduler: 'sched_min_interval=10000000' }))).toEqual([0, 10, 20]);
  });

  test('max_array_tasks: a larger array is turned away as a whole (job_mgr.c, _valid_array_inx)', () => {
    const jobs = [0, 1, 2].map((task) => ({ at: 0, runs: 10, array: { id: 7, task } }));
    expect(startsOf(run(jobs, { scheduler: 'max_array_tasks=3' }))).toEqual([0, 0, 0]);
    expect(startsOf(run(jobs, { scheduler: 'max_array_tasks=2' }))).toEqual([NaN, NaN, NaN]);
  });

  describe('CompleteWait: while nodes of a job are cleaned, nobody is started (job_scheduler.c, job_is_completing)', () => {
    const partitions = ['PartitionName=main Nodes=n[1-2] Default=YES', 'PartitionName=other Nodes=n[3-4]'];
    const jobs = [
      { at: 0, cpus: 8, runs: 10 },
      { at: 12, cpus: 1, runs: 5 },
      { at: 12, cpus: 1, runs: 5, partition: 'other' },
    ];
    const options = { costs: { release: 30_000 } };
    const of = (conf: readonly string[], scheduler?: string) =>
      startsOf(run(jobs, { spec: slurmBuiltin, partitions, conf, scheduler, options }));

    test('0: only the nodes themselves are not to be had', () => expect(of([])).toEqual([0, 12, 12]));
    test('until they are clean, or the time is over', () => {
      expect(of(['CompleteWait=60'])).toEqual([0, 40, 40]);
      expect(of(['CompleteWait=15'])).toEqual([0, 40, 40]);
    });
    test('reduce_completing_frag: only partitions with nodes of the one of the job wait', () =>
      expect(of(['CompleteWait=60'], 'reduce_completing_frag')).toEqual([0, 40, 12]));
  });
});
