// What sbatch is told of a job, and what Slurm is taken to be from what it says of itself.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { slurmConfOf, shortened } from '../src/live/slurm/described-slurm.ts';
import { clusterDifferences } from '../src/live/slurm/cluster-differences.ts';
import { readSights } from '../src/live/slurm/job-sight.ts';
import { jobScript, sbatchRequest } from '../src/live/slurm/sbatch-arguments.ts';
import { tasksOn } from '../src/live/slurm/task-layout.ts';
import { workloadNotes } from '../src/live/slurm/workload-notes.ts';
import { readSlurmConf } from '../src/slurm-conf.ts';
import { expandHostlist } from '../src/slurm-hostlist.ts';
import type { SlurmOptions } from '../src/slurm-workload.ts';
import { readSbatch, splitSbatch } from '../src/trace/sbatch-options.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';
import type { TaskRequest } from '../src/workload.ts';
import { workloadOf } from './workload-of.ts';

const MIB = 2 ** 20;
const MINUTE = 60_000;

const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const some = <Value>(...values: Value[]) => optional(fc.constantFrom(...values));

/** As the reader of sbatch lines makes them: all that it says itself is there. */
const options: fc.Arbitrary<SlurmOptions> = fc
  .record({
    nodes: fc.constantFrom([1, 1], [2, 2], [1, 4], [3, 8]),
    tasksPerNode: some(1, 2),
    tasks: fc.constantFrom(8, 12),
    cpusPerTask: fc.constantFrom(1, 4),
    memory: fc.constantFrom({}, { memoryPerNode: 512 * MIB }, { memoryPerCpu: 100 * MIB }),
    gres: fc.constantFrom(
      {},
      { gresPerNode: { gpu: 2 } },
      { gresPerNode: { 'gpu:a100': 4, nic: 1 } },
      { gresPerJob: { gpu: 6 } },
      { gresPerJob: { 'gpu:v100': 3 } },
      { gresPerTask: { 'gpu:a100': 1 } },
    ),
    exclusive: some('node' as const, 'user' as const),
    nice: some(100, -5),
    constraint: some('fast', 'a&b'),
    nodeList: some(['n1', 'n2']),
    excludedNodes: some(['n7']),
    licenses: some({ ansys: 2 }),
    reservation: some('night'),
    switches: some({ count: 1, wait: Infinity }, { count: 2, wait: 90_000 }),
    contiguous: some(true),
    spreadJob: some(true),
    overSubscribe: some(true),
    held: some(true),
    requeue: some(true, false),
    timeMin: some(5 * MINUTE),
    threadsPerCore: some(1),
  })
  .map(({ nodes: [minNodes, maxNodes], memory, gres, ...rest }) => {
    const all = { minNodes, maxNodes, ...memory, ...gres, ...rest };
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  });

function withOptions(given: SlurmOptions, request: Partial<TaskRequest> = {}, tasks = 8) {
  const builder = new WorkloadBuilder();
  builder.add({
    ...{ id: 1, submit: 0, runtime: 1000, walltime: 90_000, tasks },
    request: builder.request({ cpu: 1000, memory: 0, gpu: 0, ...request }),
    slurm: { options: builder.slurm.options(given) },
  });
  return builder.finish('test');
}

const argsOf = (workload: ReturnType<typeof withOptions>, timeScale = 1, partitions: string[] = []) => {
  const request = sbatchRequest(workload, 0, timeScale, new Set(partitions));
  return 'args' in request ? request.args : [request.trouble];
};

describe('sbatch is told', () => {
  test('all that it would have been told to make this very job', () => {
    fc.assert(
      fc.property(options, (given) => {
        const args = argsOf(withOptions(given));
        const unreadable = (option: string): never => {
          throw new Error(option);
        };
        const { options: read } = readSbatch(splitSbatch(args), 'test', unreadable);
        expect(read).toEqual(given);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    { what: 'tasks of a processor', request: {}, tasks: 3, args: ['--ntasks=3', '--cpus-per-task=1'] },
    { what: 'whole processors', request: { cpu: 1500 }, tasks: 1, args: ['--ntasks=1', '--cpus-per-task=2'] },
    {
      what: 'memory by the processor, rounded up',
      request: { cpu: 4000, memory: 10 * MIB },
      tasks: 2,
      args: ['--ntasks=2', '--cpus-per-task=4', '--mem-per-cpu=3M'],
    },
    {
      what: 'GPUs by the task',
      request: { gpu: 2000 },
      tasks: 4,
      args: ['--ntasks=4', '--cpus-per-task=1', '--gpus-per-task=2'],
    },
    {
      what: 'their model',
      request: { gpu: 1000, gpuModels: ['a100'] },
      tasks: 4,
      args: ['--ntasks=4', '--cpus-per-task=1', '--gpus-per-task=a100:1'],
    },
    {
      what: 'the GPUs of a single task as those of its node',
      request: { gpu: 2000, other: { nic: 1 } },
      tasks: 1,
      args: ['--ntasks=1', '--cpus-per-task=1', '--gres=gpu:2,nic:1'],
    },
  ])('of a job without options $what', ({ request, tasks, args }) => {
    const full = { cpu: 1000, memory: 0, gpu: 0, ...request };
    expect(argsOf(workloadOf([{ submit: 0, runtime: 1, walltime: Infinity, procs: tasks, request: full }]))).toEqual(args);
  });

  test('GPUs that are spread evenly by the node', () => {
    const args = argsOf(withOptions({ minNodes: 2, maxNodes: 2 }, { gpu: 1000 }));
    expect(args).toEqual(expect.arrayContaining(['--nodes=2-2', '--ntasks-per-node=4', '--gres=gpu:4']));
  });

  test('a least number of nodes without making it the most', () => {
    expect(argsOf(withOptions({ minNodes: 2 }))).toContain('--nodes=2-8');
  });

  test('limits in whole minutes of its own time', () => {
    expect(argsOf(withOptions({}))).toContain('--time=2');
    expect(argsOf(withOptions({}), 3)).toContain('--time=1');
  });

  test.each([
    { request: { gpu: 500 }, trouble: 'it asks for a share of a GPU' },
    { request: { gpu: 1000, gpuModels: ['a', 'b'] }, trouble: 'any of several GPU models will do for it' },
    { request: { other: { nic: 1 } }, trouble: 'each of its tasks asks for nic' },
  ])('nothing that would be another job: $trouble', ({ request, trouble }) => {
    expect(argsOf(withOptions({}, request))).toEqual([trouble]);
  });

  test('partitions that the cluster has, and no others', () => {
    const builder = new WorkloadBuilder();
    const slurm = { options: builder.slurm.options({ partitions: ['gpu', 'none', 'debug'] }) };
    const request = builder.request({ cpu: 1000, memory: 0, gpu: 0 });
    builder.add({ ...{ id: 1, submit: 0, runtime: 1, walltime: Infinity, tasks: 1, request }, partition: 'gpu', slurm });
    builder.add({ ...{ id: 2, submit: 0, runtime: 1, walltime: Infinity, tasks: 1, request }, partition: 'none', qos: 'q' });
    const workload = builder.finish('test');
    expect(argsOf(workload, 1, ['debug', 'gpu'])).toContain('--partition=gpu,debug');
    const second = sbatchRequest(workload, 1, 1, new Set(['debug']));
    expect(second).toEqual({ args: ['--ntasks=1', '--cpus-per-task=1', '--qos=q'] });
    const { cluster } = readSlurmConf({
      conf: { path: 'c', text: 'ClusterName=lab\nNodeName=n1 CPUs=8\nPartitionName=gpu Nodes=ALL' },
    });
    expect(() => workloadNotes(workload, cluster, 1)).toThrow(/no partition none, and lab has no default one[^]*one of: gpu/);
  });

  test('by the script how long it runs, and how it ends', () => {
    expect(jobScript(2.5, 'completes')).toBe('#!/bin/sh\nexec sleep 2.500\n');
    expect(jobScript(Infinity, 'completes')).toBe('#!/bin/sh\nexec sleep infinity\n');
    expect(jobScript(1, 'fails')).toMatch(/sleep 1\.000\nexit 1\n$/);
    expect(jobScript(1, 'is-cancelled')).toMatch(/sleep 1\.000\nscancel "\$SLURM_JOB_ID"\n/);
  });
});

describe('what Slurm says of itself', () => {
  const config = `Configuration data as of 2026-01-01T00:00:00
ClusterName             = lab
BatchStartTimeout       = 10 sec
EpilogMsgTime           = 2000 usec
KillWait                = 30 sec
Licenses                = ansys:4
OverTimeLimit           = 2 min
PreemptMode             = REQUEUE
PreemptType             = preempt/partition_prio
PriorityMaxAge          = 7-00:00:00
PriorityParameters      = (null)
PriorityType            = priority/multifactor
PriorityWeightJobSize   = 500
SchedulerParameters     = bf_interval=10,bf_max_job_test=50
SchedulerTimeSlice      = 30 sec
SchedulerType           = sched/backfill
SelectType              = select/cons_tres
SelectTypeParameters    = CR_CORE_MEMORY
SLURM_VERSION           = 22.05.8
GresTypes               = gpu

Slurmctld(primary) at lab is UP
`;
  const node = (name: string, cpus: number, rest: string) =>
    `NodeName=${name} Arch=x86_64 CoresPerSocket=${cpus / 2} CPUAlloc=0 CPUTot=${cpus} CPULoad=0.1 AvailableFeatures=${rest} ` +
    `NodeAddr=h RealMemory=64000 Sockets=2 Boards=1 ThreadsPerCore=1 TmpDisk=0 Owner=N/A Comment=a=b c\n`;
  const nodes =
    node('c1', 8, '(null) Gres=(null) State=IDLE Weight=1') +
    node('c2', 8, '(null) Gres=(null) State=MIXED Weight=1') +
    node('g09', 32, 'fast,a100 Gres=gpu:a100:4(S:0-1) State=IDLE+DRAIN Weight=10') +
    node('g10', 32, 'fast,a100 Gres=gpu:a100:4(S:0-1) State=ALLOCATED Weight=10');
  const partitions =
    'PartitionName=main AllowGroups=ALL AllowAccounts=ALL AllowQos=ALL AllocNodes=ALL Default=YES QoS=N/A DefaultTime=NONE ' +
    'GraceTime=0 MaxNodes=UNLIMITED MaxTime=1-00:00:00 MinNodes=0 LLN=NO MaxCPUsPerNode=UNLIMITED Nodes=c[1-2],g[09-10] ' +
    'PriorityJobFactor=1 PriorityTier=1 OverSubscribe=EXCLUSIVE OverTimeLimit=NONE PreemptMode=REQUEUE State=UP TotalCPUs=80\n' +
    'PartitionName=urgent AllowGroups=ALL AllowAccounts=physics Default=NO MaxTime=UNLIMITED Nodes=g[09-10] PriorityJobFactor=1 ' +
    'PriorityTier=10 OverSubscribe=NO PreemptMode=OFF State=UP\n';

  test('is the cluster that a slurm.conf would describe', () => {
    const text = slurmConfOf({ config, nodes, partitions }, 'lab');
    const wanted = `ClusterName=lab
BatchStartTimeout=10
Licenses=ansys:4
OverTimeLimit=2
PreemptMode=REQUEUE
PreemptType=preempt/partition_prio
PriorityType=priority/multifactor
PriorityWeightJobSize=500
SchedulerParameters=bf_interval=10,bf_max_job_test=50
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
GresTypes=gpu
NodeName=c[1-2] Sockets=2 CoresPerSocket=4 RealMemory=64000
NodeName=g09 Sockets=2 CoresPerSocket=16 RealMemory=64000 Weight=10 Features=fast,a100 Gres=gpu:a100:4 State=DRAIN
NodeName=g10 Sockets=2 CoresPerSocket=16 RealMemory=64000 Weight=10 Features=fast,a100 Gres=gpu:a100:4
PartitionName=main Nodes=ALL Default=YES MaxTime=1-0 OverSubscribe=EXCLUSIVE
PartitionName=urgent Nodes=g[09-10] PriorityTier=10 AllowAccounts=physics PreemptMode=OFF
`;
    const read = (conf: string) => readSlurmConf({ conf: { path: 'slurm.conf', text: conf } }).cluster;
    expect(read(text)).toEqual(read(wanted));
    expect(clusterDifferences(read(wanted), read(text))).toEqual([]);
    expect(clusterDifferences(read(wanted.replace('bf_interval=10', 'bf_interval=30')), read(text))).toEqual([
      'scheduler.backfill.interval: 30000 in the scenario, 10000 in Slurm',
      'scheduler.backfill.maxTime: 30000 in the scenario, 10000 in Slurm',
    ]);
  });

  test('names runs of nodes in short', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('n', 'rack1n', 'x-'),
        fc.nat(30),
        fc.integer({ min: 1, max: 30 }),
        fc.boolean(),
        (stem, from, count, gap) => {
          const names = Array.from(
            { length: count },
            (_, index) => `${stem}${String(from + index + (gap && index > 2 ? 1 : 0)).padStart(3, '0')}`,
          );
          expect(expandHostlist(shortened(names), 'test')).toEqual(names);
        },
      ),
    );
  });

  test('of a job: its nodes with the processors on each', () => {
    const line =
      'JobId=7 JobName=ym-r1-3 JobState=RUNNING Reason=None Restarts=0 SubmitTime=2026-01-01T00:00:01 EligibleTime=2026-01-01T00:00:01 ' +
      'StartTime=2026-01-01T00:00:02 EndTime=2026-01-01T01:00:02 Scheduler=Backfill Partition=main NodeList=n[1-3] JOB_GRES=gpu:3 ' +
      '  Nodes=n[1-2] CPU_IDs=0-3,8 Mem=0 GRES=gpu:1(IDX:0)   Nodes=n3 CPU_IDs=1 Mem=0 GRES= MinCPUsNode=1 Comment=JobId=9 x\n' +
      'JobId=8 JobName=somebody JobState=RUNNING\nJobId=9 JobName=ym-r10-3 JobState=RUNNING\n';
    const [sight, ...others] = readSights(line, 'r1');
    expect(others).toEqual([]);
    expect(sight).toMatchObject({
      job: 3,
      id: '7',
      state: 'RUNNING',
      scheduler: 'Backfill',
      submit: Date.UTC(2026, 0, 1, 0, 0, 1),
    });
    expect(sight.nodes).toEqual([
      { name: 'n1', cpus: 5 },
      { name: 'n2', cpus: 5 },
      { name: 'n3', cpus: 1 },
    ]);
    const tasks = (count: number, cpu: number) =>
      tasksOn(workloadOf([{ submit: 0, runtime: 1, procs: count, request: { cpu, memory: 0, gpu: 0 } }]), 0, sight.nodes).map(
        (one) => one.tasks,
      );
    // Just as many as fit, else evenly.
    expect(tasks(11, 1000)).toEqual([5, 5, 1]);
    expect(tasks(3, 1000)).toEqual([1, 1, 1]);
    expect(tasks(5, 2000)).toEqual([2, 2, 1]);
  });
});
