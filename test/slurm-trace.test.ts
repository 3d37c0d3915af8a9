// What Slurm's own formats tell of jobs beyond the common columns: sacct, and the events of UB's simulator.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readSlurmConf } from '../src/slurm-conf.ts';
import { fillFromPartitions } from '../src/slurm-walltimes.ts';
import type { SlurmOptions } from '../src/slurm-workload.ts';
import { RUNS_TO_LIMIT } from '../src/trace/limit-ends.ts';
import { traceInMemory } from '../src/trace/input.ts';
import { readStored } from '../src/trace/read.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../src/units.ts';
import { gpusOf, jobId, nameOf, OUTLASTS, selectJobs } from '../src/workload.ts';
import type { Workload } from '../src/workload.ts';

const GIB = 2 ** 30;
const workloadOf = async (text: string, format: string) =>
  (await readStored(traceInMemory(text), { format, parameters: {} })).workload;

function optionsOf(workload: Workload, job: number): SlurmOptions | undefined {
  return workload.slurm?.options[workload.slurm.optionsOfGroup[workload.firstGroup[job]]];
}

describe('sacct', () => {
  const FIXED = 'User|Submit|Start|End|Elapsed|State|NCPUS|Timelimit';
  const fixed = 'eve|2024-01-01T00:00:00|2024-01-01T02:00:00|2024-01-01T03:00:00|01:00:00|COMPLETED|8|02:00:00';
  /** One record for each list of values of these columns. */
  const sacct = (columns: string, ...values: string[]) =>
    workloadOf(
      [`JobID|${FIXED}|${columns}`, ...values.map((value) => `${value.replace('|', `|${fixed}|`)}`)].join('\n'),
      'sacct',
    );

  test('nodes: as many as were asked for are an exact number, more are a minimum', async () => {
    const workload = await sacct('NNodes|ReqTRES', '1|2|cpu=8,node=2', '2|3|cpu=8,node=1', '3|4|', '4|1|cpu=8');
    expect([0, 1, 2, 3].map((job) => optionsOf(workload, job))).toEqual([
      { minNodes: 2, maxNodes: 2 },
      { minNodes: 1 },
      { minNodes: 4, maxNodes: 4 },
      { minNodes: 1, maxNodes: 1 },
    ]);
  });

  test('constraints, licences, reservations, partitions, memory', async () => {
    const workload = await sacct(
      'NNodes|Constraints|Licenses|Reservation|Partition|ReqMem',
      '1|1|[a|b]'.replace('[a|b]', 'a&b') + '|matlab:2,ansys|maint|gpu,cpu|4Gn',
      '2|1||||cpu|2Gc',
    );
    expect(optionsOf(workload, 0)).toEqual({
      minNodes: 1,
      maxNodes: 1,
      memoryPerNode: 4 * GIB,
      partitions: ['gpu', 'cpu'],
      constraint: 'a&b',
      reservation: 'maint',
      licenses: { matlab: 2, ansys: 1 },
    });
    expect([nameOf(workload.partition, 0), nameOf(workload.partition, 1)]).toEqual(['gpu', 'cpu']);
    expect(optionsOf(workload, 1)).toEqual({ minNodes: 1, maxNodes: 1, memoryPerCpu: 2 * GIB });
  });

  test('a job that becomes eligible later than it is submitted may not begin earlier, on whatever clock', async () => {
    const workload = await sacct('Eligible', '1|2024-01-01T00:00:00', '2|2024-01-01T00:30:00', '3|Unknown');
    expect(workload.slurm?.begin).toEqual(Float64Array.of(NaN, 30 * MINUTE, NaN));
    const later: Workload = { ...workload, submit: Float64Array.of(0, 10 * MINUTE, 20 * MINUTE) };
    expect(selectJobs(later, [1, 2]).slurm?.begin).toEqual(Float64Array.of(20 * MINUTE, NaN));
  });

  test('arrays and heterogeneous jobs', async () => {
    const workload = await sacct('NNodes', '10_1|1', '10_[2-3%4]|1', '11|1', '20+0|1', '20+1|2');
    const { arrays, arrayOfJob, arrayTask, componentOfGroup } = workload.slurm ?? { arrays: [] };
    expect(Array.from({ length: 5 }, (_, job) => jobId(workload, job))).toEqual(['10_1', '10_2', '10_3', '11', '20']);
    expect(arrays.map(({ id }) => id)).toEqual([10]);
    expect([arrayOfJob, arrayTask]).toEqual([Int32Array.of(0, 0, 0, -1, -1), Int32Array.of(1, 2, 3, -1, -1)]);
    expect(componentOfGroup).toEqual(Int32Array.of(0, 0, 0, 0, 0, 1));
  });

  test('jobs without a limit get that of their partition', async () => {
    const text =
      'NodeName=n CPUs=8\nPartitionName=a Nodes=n MaxTime=60\nPartitionName=b Nodes=n MaxTime=60 DefaultTime=10\nPartitionName=c Nodes=n Default=YES\n';
    const { slurm } = readSlurmConf({ conf: { path: 'slurm.conf', text } }).cluster;
    const workload = await sacct('Partition', '1|a', '2|b', '3|c', '4|elsewhere', '5|a');
    const limits = { ...workload, walltime: Float64Array.of(Infinity, Infinity, Infinity, Infinity, 5) };
    if (slurm === undefined) throw new Error('no configuration');
    expect(fillFromPartitions(limits, slurm)).toMatchObject({
      changed: 2,
      workload: { walltime: Float64Array.of(HOUR, 10 * MINUTE, Infinity, Infinity, 5) },
    });
  });
});

describe('slurm-sim', () => {
  const event = (options: string, dt = '10.5') => `-dt ${dt} -e submit_batch_job | ${options} pseudo.job\n`;

  test('options of sbatch', async () => {
    const text =
      event('-J jobid_0007 -sim-walltime 100 --uid=eve -t 1-00:00:00 -n 12 --ntasks-per-node=6 -A phys -p normal -q high') +
      event('-J jobid_8 -sim-walltime 5.25 -t 10 -N 2 -n 4 -c2 --mem=3G --gres=gpu:a100:2 --constraint=ib --exclusive', '20');
    const workload = await workloadOf(text, 'slurm-sim');
    expect([jobId(workload, 0), jobId(workload, 1), ...workload.submit]).toEqual(['7', '8', 0, 9500]);
    expect([...workload.runtime, ...workload.walltime]).toEqual([100 * SECOND, 5250, DAY, 10 * MINUTE]);
    expect([
      nameOf(workload.user, 0),
      nameOf(workload.account, 0),
      nameOf(workload.partition, 0),
      nameOf(workload.qos, 0),
    ]).toEqual(['eve', 'phys', 'normal', 'high']);
    expect([...workload.procs]).toEqual([12, 8]);
    expect([gpusOf(workload, 1), workload.requests[workload.groupRequest[1]]]).toEqual([
      4000,
      { cpu: 2000, memory: 1.5 * GIB, gpu: 1000, gpuModels: ['a100'] },
    ]);
    expect(optionsOf(workload, 0)).toEqual({ minNodes: 2, tasksPerNode: 6, tasks: 12, cpusPerTask: 1 });
    expect(optionsOf(workload, 1)).toEqual({
      exclusive: 'node',
      constraint: 'ib',
      minNodes: 2,
      maxNodes: 2,
      tasks: 4,
      cpusPerTask: 2,
      memoryPerNode: 3 * GIB,
      gresPerNode: { 'gpu:a100': 2 },
    });
  });

  test('a run time of -1 lasts until whatever limit kills it; other events and options are accounted for', async () => {
    const text = `# jobs\n${event('-sim-walltime -1 -t 10 -n 1 --chdir=/x')}-dt 30 -e node_down\n`;
    const trace = await readStored(traceInMemory(text), { format: 'slurm-sim', parameters: {} });
    expect(trace.workload.outcome[0]).toBe(OUTLASTS);
    expect(trace.workload.runtime[0]).toBe(trace.workload.walltime[0]);
    expect(trace.repaired.map(({ what }) => what)).toEqual(['--chdir is not heeded', RUNS_TO_LIMIT]);
    expect(trace.noJob.map(({ what, count }) => [what, count])).toEqual([
      ['comments', 1],
      ['events node_down', 1],
    ]);
  });

  test.each([
    ['job 1\n', /memory:1: "job 1" is no event/],
    [event('-n 1 -t 10'), /-sim-walltime  is no run time/],
    [event('-sim-walltime -1 -n 1'), /runs until its limit, and has none/],
    [event('-sim-walltime 1 -n x'), /--ntasks=x cannot be read/],
    [event('-sim-walltime 1 -t 1h'), /--time=1h cannot be read/],
    [event('-sim-walltime 1 -t 1 --gres=gpu:1:2:3:4'), /--gres=gpu:1:2:3:4 cannot be read/],
  ])('%j', async (text, problem) => {
    await expect(workloadOf(text, 'slurm-sim')).rejects.toThrow(problem);
  });
});

const INPUTS = '../shared/traces/slurm/slurm-sim-v3.tar.xz';

describe.skipIf(!existsSync(INPUTS))(`the inputs of UB's simulator (skipped where ${INPUTS} is absent)`, () => {
  const extract = (path: string) =>
    execFileSync('tar', ['xJOf', INPUTS, `slurm-sim-v3/${path}`], { encoding: 'utf8', maxBuffer: 2 ** 26 });
  const file = (path: string) => ({ path, text: extract(path) });

  test('the cluster of UB-HPC', () => {
    const { cluster, options } = readSlurmConf({
      conf: file('medium_cluster/etc/slurm.conf'),
      gres: file('medium_cluster/etc/gres.conf'),
      topology: file('medium_cluster/etc/topology.conf'),
      accounts: file('medium_cluster/etc/sacctmgr.script'),
    });
    expect(cluster.pools.map(({ name, cpu, gpus }) => [name, cpu / 1000, gpus])).toEqual([
      ['n[001-087]', 32, 0],
      ['gn[001-002]', 32, 2],
      ['g[001-008]', 40, 2],
      ['m[001-096]', 40, 0],
      ['b[001-024]', 40, 0],
    ]);
    expect(cluster.slurm?.accounts?.qos.map(({ name, priority }) => [name, priority])).toEqual([
      ['general-compute', 0],
      ['supporters', 200],
      ['priority', 200],
      ['priority-supporters', 400],
      ['debug', 0],
    ]);
    expect(options.unknown).toEqual([]);
  });

  test('its jobs', async () => {
    const workload = await workloadOf(extract('micro_cluster/workload/jobs500.events'), 'slurm-sim');
    expect([workload.count, jobId(workload, 0), workload.runtime[0], workload.walltime[0]]).toEqual([
      500,
      '1001',
      15_000,
      420_000,
    ]);
  });
});
