import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Tally, Trace } from '../src/trace/format.ts';
import { traceInMemory } from '../src/trace/input.ts';
import { readStored, readTrace } from '../src/trace/read.ts';
import { COMPLETES, FAILS, gpusOf, IS_CANCELLED, jobId, nameOf, OUTLASTS } from '../src/workload.ts';
import type { Workload } from '../src/workload.ts';

const COLUMNS =
  'JobID|User|Account|Partition|QOS|Submit|Start|End|Elapsed|State|NNodes|NCPUS|ReqMem|ReqTRES|AllocTRES|Timelimit|NodeList';
const HEADER = `${COLUMNS}\n`;

/** A record with these columns; the others are a job of 4 processors that ran for an hour. */
function record(columns: Readonly<Record<string, string | undefined>> = {}): string {
  const values: Record<string, string | undefined> = {
    ...{ JobID: '1', User: 'eve', Account: 'phys', Partition: 'batch', QOS: 'normal' },
    ...{ Submit: '2024-01-01T00:00:00', Start: '2024-01-01T00:10:00', End: '2024-01-01T01:10:00', Elapsed: '01:00:00' },
    ...{
      State: 'COMPLETED',
      NNodes: '2',
      NCPUS: '4',
      ReqMem: '',
      ReqTRES: '',
      AllocTRES: '',
      Timelimit: '02:00:00',
      NodeList: 'n[1-2],m3',
    },
    ...columns,
  };
  return `${COLUMNS.split('|')
    .map((name) => values[name])
    .join('|')}\n`;
}

const read = (text: string, parameters = {}): Promise<Trace> => readStored(traceInMemory(text), { format: 'sacct', parameters });
const workloadOf = async (text: string, parameters = {}): Promise<Workload> => (await read(HEADER + text, parameters)).workload;
const requestOf = (workload: Workload, job = 0) => workload.requests[workload.groupRequest[workload.firstGroup[job]]];
const total = (tallies: readonly Tally[]) => tallies.reduce((sum, { count }) => sum + count, 0);

describe('SubmitLine', () => {
  const optionsOf = async (line: string) => {
    const { workload, repaired } = await read(`${COLUMNS}|SubmitLine\n${record().trimEnd()}|${line}\n`);
    const { minNodes: _, maxNodes: __, ...options } = workload.slurm!.options[workload.slurm!.optionsOfGroup[0]];
    return { options, repaired: repaired.map(({ what }) => what) };
  };

  test.each([
    { line: 'sbatch job.sh --exclusive', options: {} },
    { line: 'sbatch --exclusive -N 2 job.sh', options: { exclusive: 'node' } },
    {
      line: '/usr/bin/srun --switches=1@00:10:00 -x n3 ./a.out',
      options: { switches: { count: 1, wait: 600_000 }, excludedNodes: ['n3'] },
    },
    {
      line: 'sbatch -w n[1-2] --contiguous --time-min 30 a|b.sh',
      options: { nodeList: ['n1', 'n2'], contiguous: true, timeMin: 1_800_000 },
    },
    { line: 'sbatch --no-requeue -s job.sh', options: { requeue: false, overSubscribe: true } },
    // Other columns say these.
    { line: 'sbatch -n 400 --mem=1G -p other -t 3 job.sh', options: {} },
    { line: '', options: {} },
  ])('$line', async ({ line, options }) => expect(await optionsOf(line)).toEqual({ options, repaired: [] }));

  test('what is not read is told of', async () => {
    expect((await optionsOf('sbatch -d afterok:7 job.sh')).repaired.join()).toMatch(/--dependency in SubmitLine/);
    expect(await optionsOf('sbatch -x n[1- job.sh')).toEqual({
      options: {},
      repaired: [expect.stringMatching(/cannot be read/)],
    });
  });
});

describe('a record', () => {
  test('is a job', async () => {
    const workload = await workloadOf(record({ ReqMem: '2048Mc' }));
    expect([jobId(workload, 0), workload.origin, workload.epoch]).toEqual(['1', Date.UTC(2024, 0, 1), 0]);
    expect([workload.runtime[0], workload.walltime[0], workload.recordedStart?.[0], workload.procs[0]]).toEqual([
      3.6e6, 7.2e6, 600_000, 4,
    ]);
    expect([...workload.groupTasks]).toEqual([4]);
    expect(requestOf(workload)).toEqual({ cpu: 1000, memory: 2 ** 31, gpu: 0 });
    const names = (['user', 'account', 'queue', 'partition', 'qos'] as const).map((name) => nameOf(workload[name], 0));
    expect(names).toEqual(['eve', 'phys', 'batch', 'batch', 'normal']);
  });

  test.each([
    { what: 'per cpu', columns: { ReqMem: '1Gc' }, GiB: 4 },
    { what: 'per node', columns: { ReqMem: '3Gn' }, GiB: 6 },
    { what: 'in all, as newer versions say it', columns: { ReqMem: '8G' }, GiB: 8 },
    { what: 'in MB without a unit', columns: { ReqMem: '4096' }, GiB: 4 },
    { what: 'with a fraction', columns: { ReqMem: '62.50G' }, GiB: 62.5 },
    { what: 'with the flag for "each cpu" in 32 bits', columns: { ReqMem: '2147484672Mn' }, GiB: 4 },
    { what: 'with the flag for "each cpu" in 64 bits', columns: { ReqMem: '9223372036854776832M' }, GiB: 4 },
    { what: 'unknown', columns: { ReqMem: '0n' }, GiB: 0 },
    { what: 'from TRES', columns: { AllocTRES: 'billing=4,cpu=4,mem=2G,node=2', ReqTRES: 'mem=1G' }, GiB: 2 },
    { what: 'absurd, and so unknown', columns: { ReqMem: '9999999P' }, GiB: 0 },
  ])('has memory $what', async ({ columns, GiB }) => {
    expect(requestOf(await workloadOf(record(columns))).memory * 4).toBe(GiB * 2 ** 30);
  });

  test.each([
    { what: 'TRES', columns: { AllocTRES: 'cpu=4,gres/gpu=2' }, gpuModels: undefined },
    { what: 'TRES with a model', columns: { AllocTRES: 'cpu=4,gres/gpu:v100=2' }, gpuModels: ['v100'] },
    { what: 'TRES with and without a model', columns: { AllocTRES: 'gres/gpu=2,gres/gpu:v100=2' }, gpuModels: ['v100'] },
    { what: 'requested TRES where none were allocated', columns: { ReqTRES: 'cpu=4,gres/gpu=2' }, gpuModels: undefined },
  ])('has GPUs from $what, a task for each', async ({ columns, gpuModels }) => {
    const workload = await workloadOf(record({ ...columns, ReqMem: '4G' }));
    expect([...workload.groupTasks]).toEqual([2]);
    expect(requestOf(workload)).toEqual({ cpu: 2000, memory: 2 * 2 ** 30, gpu: 1000, ...(gpuModels ? { gpuModels } : {}) });
    expect([workload.procs[0], gpusOf(workload, 0)]).toEqual([4, 2000]);
  });

  test.each([
    { gres: 'gpu:2', gpus: 4 },
    { gres: 'gpu:v100:1', gpus: 2 },
    { gres: 'gres:gpu:1,craynetwork:1', gpus: 2 },
    { gres: 'gpu:tesla:2(IDX:0-1)', gpus: 4 },
    { gres: 'craynetwork:1', gpus: 0 },
  ])('has GPUs from the older $gres on each of two nodes', async ({ gres, gpus }) => {
    const text = `JobID|Submit|Start|Elapsed|State|NNodes|NCPUS|Timelimit|ReqGRES\n1|2024-01-01T00:00:00|2024-01-01T00:00:00|1-00:00:00|COMPLETED|2|8|UNLIMITED|${gres}\n`;
    expect(gpusOf((await read(text)).workload, 0)).toBe(gpus * 1000);
  });

  test('has a task on each node, if told so', async () => {
    const workload = await workloadOf(record({ NNodes: '3', NCPUS: '10', ReqMem: '3G', AllocTRES: 'gres/gpu=2' }), {
      tasks: 'nodes',
    });
    const groups = Array.from(workload.groupTasks, (tasks, group) => ({
      tasks,
      ...workload.requests[workload.groupRequest[group]],
    }));
    expect(groups).toEqual([
      { tasks: 1, cpu: 4000, memory: 2 ** 30, gpu: 1000 },
      { tasks: 1, cpu: 3000, memory: 2 ** 30, gpu: 1000 },
      { tasks: 1, cpu: 3000, memory: 2 ** 30, gpu: 0 },
    ]);
    expect(workload.procs[0]).toBe(10);
  });

  test.each([
    { state: 'COMPLETED', outcome: COMPLETES },
    { state: 'CD', outcome: COMPLETES },
    { state: 'FAILED', outcome: FAILS },
    { state: 'OUT_OF_MEMORY', outcome: FAILS },
    { state: 'CANCELLED by 380693', outcome: IS_CANCELLED },
    { state: 'CANCELLED+', outcome: IS_CANCELLED },
    { state: 'PREEMPTED', outcome: FAILS, repaired: /cut short/ },
    { state: 'BRAND_NEW', outcome: COMPLETES, repaired: /state that is not known/ },
  ])('of state $state has outcome $outcome', async ({ state, outcome, repaired }) => {
    const trace = await read(HEADER + record({ State: state }));
    expect(trace.workload.outcome[0]).toBe(outcome);
    expect(trace.repaired).toEqual(repaired ? [expect.objectContaining({ what: expect.stringMatching(repaired) })] : []);
  });

  test.each([
    { what: 'at its limit', Elapsed: '02:00:00', outcome: OUTLASTS, says: /killed at its limit: it runs until the limit that/ },
    { what: 'at the scan after its limit', Elapsed: '02:00:27', outcome: OUTLASTS, says: /killed at its limit/ },
    { what: 'at its limit, after a slow prolog', Elapsed: '01:59:01', outcome: OUTLASTS, says: /killed at its limit/ },
    { what: 'with its reservation', Elapsed: '01:58:59', outcome: FAILS, says: /TIMEOUT before its limit .*what it had run/ },
    { what: 'at a limit nobody knows', Elapsed: '01:00', Timelimit: '', outcome: OUTLASTS, says: /killed at its limit/ },
  ])('of state TIMEOUT that ended $what has outcome $outcome', async ({ outcome, says, what: _, ...columns }) => {
    for (const State of ['TIMEOUT', 'TO']) {
      const { workload, repaired } = await read(HEADER + record({ State, ...columns }));
      expect(workload.outcome[0]).toBe(outcome);
      expect(repaired.map(({ what }) => what).join()).toMatch(says);
    }
  });

  test.each([
    {
      why: 'had not started when sacct was asked',
      columns: { State: 'PENDING', Start: 'Unknown', End: 'Unknown', JobID: '9_[1-3,9%2]' },
    },
    { why: 'was not over when sacct was asked', columns: { State: 'RUNNING', End: 'Unknown' } },
    { why: 'cancelled before it started', columns: { State: 'CANCELLED by 7', Start: 'None', Elapsed: '00:00:00' } },
    { why: 'cancelled before it started', columns: { State: 'CANCELLED by 7', Elapsed: '00:00:00', NodeList: 'None assigned' } },
    { why: 'ended before it started', columns: { State: 'FAILED', Start: 'Unknown', Elapsed: '00:00:00' } },
    { why: 'ran on another cluster of its federation', columns: { State: 'REVOKED' } },
    { why: 'no processors', columns: { NCPUS: '0' } },
    { why: 'no submit time', columns: { Submit: 'Unknown' } },
    { why: 'ends before it starts', columns: { Elapsed: '', End: '2024-01-01T00:05:00' } },
    { why: 'a range of array tasks that cannot be told apart', columns: { JobID: '9_[0-999999999]' } },
  ])('is left out and counted: $why', async ({ why, columns }) => {
    const { workload, skipped } = await read(HEADER + record() + record({ JobID: '2', ...columns }));
    expect(workload.count).toBe(1);
    expect(skipped).toEqual([{ what: why, count: 1, where: [3] }]);
  });

  test('a few short lines do not stand for any number of jobs', async () => {
    const ranges = Array.from({ length: 5 }, (_, base) => record({ JobID: `${base + 10}_[1-90000]` })).join('');
    const { workload, skipped } = await read(HEADER + record() + ranges);
    expect(workload.count).toBe(1 + 2 * 90_000);
    expect(skipped).toEqual([{ what: 'a range of array tasks after 200,000 of them', count: 3, where: [5, 6, 7] }]);
  });

  test.each([
    { timelimit: '00:30:00', walltime: 1_800_000 },
    { timelimit: '1-00:00:30', walltime: 86_430_000 },
    { timelimit: '10:00', walltime: 600_000 },
    { timelimit: 'UNLIMITED', walltime: Infinity },
    { timelimit: 'Partition_Limit', walltime: Infinity, repaired: 'no walltime: none is set' },
    { timelimit: '', walltime: Infinity, repaired: 'no walltime: none is set' },
    { timelimit: '00:00:00', walltime: Infinity, repaired: 'a walltime of 0: taken as none' },
  ])('of time limit "$timelimit" has walltime $walltime', async ({ timelimit, walltime, repaired }) => {
    const trace = await read(HEADER + record({ Timelimit: timelimit }));
    expect(trace.workload.walltime[0]).toBe(walltime);
    expect(trace.repaired.map(({ what }) => what)).toEqual(repaired ? [repaired] : []);
  });

  test('may have raw times and numbers', async () => {
    const text = 'jobid|submit|start|elapsedraw|timelimitraw|alloccpus\n7|1704067200|2024-01-01T01:00:00+0100|90|60|1.50K\n';
    const { workload } = await read(text);
    expect([workload.origin, workload.recordedStart?.[0], workload.runtime[0]]).toEqual([Date.UTC(2024, 0, 1), 0, 90_000]);
    expect([workload.walltime[0], workload.procs[0]]).toEqual([3_600_000, 1536]);
  });

  test('takes the requested or the allocated resources', async () => {
    const text =
      'JobID|Submit|Start|Elapsed|ReqCPUS|NCPUS|ReqTRES|AllocTRES\n1|2024-01-01T00:00:00|2024-01-01T00:00:00|00:01|3|4|gres/gpu=1|gres/gpu=2\n';
    const granted = (await read(text)).workload;
    const asked = (await read(text, { procs: 'requested' })).workload;
    expect([granted.procs[0], gpusOf(granted, 0), asked.procs[0], gpusOf(asked, 0)]).toEqual([4, 2000, 3, 1000]);
  });
});

describe('several records', () => {
  test('of steps are no jobs', async () => {
    const { workload, noJob } = await read(
      HEADER + record() + record({ JobID: '1.batch' }) + record({ JobID: '1.0', NCPUS: '' }),
    );
    expect(workload.count).toBe(1);
    expect(noJob).toEqual([
      { what: 'headers', count: 1, where: [] },
      { what: 'steps of jobs', count: 2, where: [] },
    ]);
  });

  test('of an array are jobs of their own, also where one stands for many', async () => {
    const { workload, furtherJobs } = await read(
      HEADER + record({ JobID: '5_7' }) + record({ JobID: '5_[1-3,9%2]' }) + record({ JobID: '6_[0-4:2]' }),
    );
    expect(workload.ids).toEqual(['5_7', '5_1', '5_2', '5_3', '5_9', '6_0', '6_2', '6_4']);
    expect(furtherJobs).toEqual([{ what: 'tasks of an array in one record', count: 5, where: [3, 4] }]);
  });

  test('of a heterogeneous job are one job with a group each', async () => {
    const steps = record({ JobID: '5+0.batch' });
    const { workload, noJob } = await read(
      HEADER +
        record({ JobID: '5+0', NCPUS: '1' }) +
        steps +
        record({ JobID: '5+1', Elapsed: '02:00:00', ReqMem: '1Gc' }) +
        record({ JobID: '6' }),
    );
    expect([...workload.ids]).toEqual([5, 6]);
    expect([...workload.firstGroup]).toEqual([0, 2, 3]);
    expect([...workload.groupTasks]).toEqual([1, 4, 4]);
    expect([workload.procs[0], workload.runtime[0]]).toEqual([5, 7_200_000]);
    expect(noJob).toContainEqual({ what: 'further parts of heterogeneous jobs', count: 1, where: [] });
  });

  test('of one job are its attempts: the last that ran is kept', async () => {
    const again = { Submit: '2024-01-01T01:10:00', Start: '2024-01-01T02:00:00' };
    const { workload, skipped } = await read(
      HEADER +
        record({ State: 'PREEMPTED' }) +
        record({ JobID: '2' }) +
        record({ ...again, Elapsed: '05:00' }) +
        record({ ...again, State: 'PENDING' }),
    );
    expect([...workload.ids]).toEqual([2, 1]);
    expect(workload.runtime[1]).toBe(300_000);
    expect(skipped).toEqual([
      { what: 'had not started when sacct was asked', count: 1, where: [5] },
      { what: 'an earlier attempt of a job that was requeued', count: 1, where: [2] },
    ]);
  });

  test('of a heterogeneous job that was requeued are its attempts too', async () => {
    const parts = (columns: Record<string, string>) => ['5+0', '5+1'].map((JobID) => record({ JobID, ...columns })).join('');
    const again = { Submit: '2024-01-01T01:10:00', Start: '2024-01-01T02:00:00', Elapsed: '05:00' };
    const { workload, skipped } = await read(HEADER + parts({ State: 'NODE_FAIL' }) + parts(again));
    expect([...workload.groupTasks]).toEqual([4, 4]);
    expect([...workload.runtime]).toEqual([300_000]);
    expect(skipped).toEqual([{ what: 'an earlier attempt of a job that was requeued', count: 1, where: [2] }]);
  });

  test('of one id long after its job ended are other jobs', async () => {
    const { workload, warnings } = await read(
      HEADER + record() + record({ Submit: '2025-01-01T00:00:00', Start: '2025-01-01T00:00:00' }),
    );
    expect(workload.count).toBe(2);
    expect(warnings).toEqual([expect.stringMatching(/^1 jobs have the id of one that had ended before/)]);
  });

  test('of one id on two clusters are two jobs', async () => {
    const text = 'JobID|Cluster|Submit|Start|Elapsed|NCPUS\n';
    const job = (cluster: string) => `1|${cluster}|2024-01-01T00:00:00|2024-01-01T00:00:00|00:01|3\n`;
    const { workload, warnings } = await read(text + job('a') + job('b'));
    expect(workload.count).toBe(2);
    expect(warnings).toEqual(['the records are of 2 clusters (a, b)']);
  });
});

describe('local time', () => {
  const submit = async (time: string, zone: string) => {
    const { workload, warnings } = await read(HEADER + record({ Submit: time, Start: time }), { zone });
    return { time: new Date(workload.origin).toISOString(), warnings };
  };
  test.each([
    { time: '2024-07-01T12:00:00', zone: 'UTC', iso: '2024-07-01T12:00:00.000Z' },
    { time: '2024-07-01T12:00:00', zone: 'Europe/Berlin', iso: '2024-07-01T10:00:00.000Z' },
    { time: '2024-01-01T12:00:00', zone: 'Europe/Berlin', iso: '2024-01-01T11:00:00.000Z' },
    { time: '2024-01-01T12:00:00', zone: 'America/New_York', iso: '2024-01-01T17:00:00.000Z' },
    // Clocks were set back from 3:00 to 2:00: the first of the two half past two is taken.
    { time: '2024-10-27T02:30:00', zone: 'Europe/Berlin', iso: '2024-10-27T00:30:00.000Z', doubtful: true },
    // Clocks were set forward from 2:00 to 3:00: there was no half past two, the offset before it is taken.
    { time: '2024-03-31T02:30:00', zone: 'Europe/Berlin', iso: '2024-03-31T01:30:00.000Z', doubtful: true },
    { time: '2024-03-31T03:30:00', zone: 'Europe/Berlin', iso: '2024-03-31T01:30:00.000Z' },
  ])('$time in $zone is $iso', async ({ time, zone, iso, doubtful = false }) => {
    const found = await submit(time, zone);
    expect(found.time).toBe(iso);
    expect(found.warnings).toEqual(doubtful ? [expect.stringMatching(/an hour that occurred twice or never/)] : []);
  });

  test('is not what decides how long a job ran', async () => {
    const columns = {
      Submit: '2024-10-27T02:50:00',
      Start: '2024-10-27T02:50:00',
      End: '2024-10-27T02:10:00',
      Elapsed: '00:20:00',
    };
    const { workload } = await read(HEADER + record(columns), { zone: 'Europe/Berlin' });
    expect(workload.runtime[0]).toBe(1_200_000);
  });

  test('of a zone that is none is a usage error', async () => {
    await expect(read(HEADER + record(), { zone: 'Europe/Nowhere' })).rejects.toMatchObject({ mistake: 'usage' });
  });
});

describe('a dump', () => {
  const headerless =
    '5|5|c|p|q|acc|grp|1|eve|2|2024-01-01T00:00:00|x|2024-01-01T00:00:00|x|00:01|0:0|COMPLETED|1|2|2|1Gn|||00:02|n1|name';
  test.each([
    { what: 'without header', text: `${headerless}\n` },
    { what: 'without header, with bars behind', text: `${headerless}|\n` },
    { what: 'with a bar in the name', text: `${headerless}|me\n` },
    { what: 'with Windows line ends', text: `${headerless}\r\n` },
    { what: 'without last line end', text: headerless },
    { what: 'with a header and bars behind', text: `${COLUMNS}|\n${record().replace('\n', '|\n')}` },
    { what: 'of two, each with its header', text: `${HEADER}${record()}${HEADER}${record({ Submit: '2025-01-01T00:00:00' })}` },
    { what: 'with named columns', text: '5|2024-01-01T00:00:00|00:01|2\n', columns: 'JobID,Submit,Elapsed,NCPUS' },
    { what: 'with named columns in other words', text: '5|2024-01-01T00:00:00|00:01|2\n', columns: 'jobid+submit+elapsed+ncpus' },
  ])('$what is read', async ({ text, columns }) => {
    const { workload } = await read(text, columns ? { columns } : {});
    expect(workload.count).toBeGreaterThan(0);
    expect(workload.procs[0]).toBeGreaterThan(1);
  });

  test.each([
    { name: 'a|b', line: 'sbatch x.sh' },
    { name: 'job', line: 'sbatch --wrap "a | b"' },
    { name: '|a|', line: 'srun a|b|' },
    { name: '2024-01-01T00:00:00|x', line: 'x|2024-01-01T00:00:00' },
  ])('with bars in the name $name and in the command $line is read', async ({ name, line }) => {
    const columns = 'JobID|JobName|Submit|Start|Elapsed|State|NCPUS|Partition|SubmitLine';
    const text = `${columns}\n7|${name}|2024-01-01T00:00:00|2024-01-01T00:01:00|00:01:00|COMPLETED|3|batch|${line}\n`;
    const { workload } = await read(text);
    expect([jobId(workload, 0), workload.procs[0], nameOf(workload.partition, 0)]).toEqual(['7', 3, 'batch']);
  });

  test.each([
    { what: 'a line too short', text: HEADER + '1|2\n', says: /memory:2: found 2 columns where there should be 17/ },
    {
      what: 'a torn last line',
      text: HEADER + record() + '2|eve|ph',
      says: /memory:3: the last line is cut off: found 3 of 17 columns/,
    },
    { what: 'no job id', text: HEADER + record({ JobID: 'x' }), says: /memory:2: "x" is not a job id/ },
    { what: 'no time', text: HEADER + record({ Submit: 'noon' }), says: /memory:2: "noon" cannot be read \(submit\)/ },
    { what: 'no day', text: HEADER + record({ Start: '2024-02-31T00:00:00' }), says: /"2024-02-31T00:00:00" cannot be read/ },
    {
      what: 'a column missing',
      text: 'JobID|Start|Elapsed\n',
      says: /there is no column Submit among jobid, start, elapsed.*\n.*sacct -P/s,
    },
    {
      what: 'output for people',
      text: 'JobID    User\n------- -------\n1   eve\n',
      says: /found no bars between columns.*\n.*sacct -P/s,
    },
  ])('with $what is a clear error', async ({ text, says }) => {
    await expect(read(text)).rejects.toThrow(says);
  });
});

const FOLDER = '../shared/traces/slurm/';
describe.skipIf(!existsSync(FOLDER))(
  `dumps of real clusters (needs those in ${FOLDER}, which are not part of the project)`,
  () => {
    test.each([
      {
        file: 'xdmod-phillips.sacct.log.gz',
        records: 4285,
        completed: 2324,
        failed: 1717,
        outlasting: 1,
        cancelled: 243,
        never: 239,
        withoutLimit: 0,
      },
      {
        file: 'xdmod-pozidriv.sacct.log.gz',
        records: 11_704,
        completed: 10_134,
        failed: 1007 + 86,
        outlasting: 9,
        cancelled: 468,
        never: 419,
      },
    ])('$file', async ({ file, records, completed, failed, outlasting, cancelled, never }) => {
      const { workload, skipped, noJob, furtherJobs, format, repaired } = await readTrace(FOLDER + file);
      const count = (outcome: number) => workload.outcome.reduce((sum, one) => sum + (one === outcome ? 1 : 0), 0);
      expect(format).toBe('sacct');
      expect(workload.count + total(skipped) + total(noJob) - total(furtherJobs)).toBe(records);
      expect(skipped).toEqual([{ what: 'cancelled before it started', count: never, where: expect.any(Array) }]);
      expect([count(COMPLETES), count(FAILS), count(OUTLASTS)]).toEqual([completed, failed, outlasting]);
      expect(count(IS_CANCELLED)).toBe(cancelled - never);
      expect(workload.recordedStart?.every((start, job) => start >= workload.submit[job])).toBe(true);
      expect(repaired.map(({ what }) => what).join()).toMatch(/flag for "each cpu"/);
      expect(workload.procs.every((procs) => procs >= 1)).toBe(true);
    });

    test('phillips: a flagged ReqMem agrees with the memory that was allocated', async () => {
      const { workload } = await readTrace(`${FOLDER}xdmod-phillips.sacct.log.gz`);
      const job = Array.from(workload.ids, String).indexOf('167758');
      expect([workload.procs[job], requestOf(workload, job).memory * 8]).toEqual([8, 24_000 * 2 ** 20]);
      const gpuJob = Array.from(workload.ids, String).indexOf('163485');
      expect([gpusOf(workload, gpuJob), workload.procs[gpuJob], workload.outcome[gpuJob]]).toEqual([2000, 12, IS_CANCELLED]);
      expect(workload.walltime[gpuJob]).toBe((37 * 24 + 14) * 3_600_000);
    });

    test('job arrays: one line may stand for many jobs', async () => {
      const { workload, skipped, furtherJobs, noJob } = await readTrace(`${FOLDER}xdmod-job-arrays.sacct.log`);
      expect(workload.count + total(skipped) + total(noJob) - total(furtherJobs)).toBe(6);
      expect([...(workload.ids as string[])].sort()).toContain('4103947_100');
    });
  },
);
