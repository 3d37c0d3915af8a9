import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readClusterFile } from '../src/cluster-file.ts';
import { gpuCount } from '../src/cluster.ts';
import { GavelThroughputs } from '../src/trace/gavel-throughputs.ts';
import { traceInMemory } from '../src/trace/input.ts';
import { readStored } from '../src/trace/read.ts';
import { COMPLETES, FAILS, gpusOf, IS_CANCELLED } from '../src/workload.ts';

const SHARED = '../shared/traces';
const SPEEDS = `{"v100": {"('LM (batch size 10)', 1)": {"null": 8.0, "('A', 1)": [1.0, 2.0]}, "('LM (batch size 10)', 2)": {"null": 0.0}},
  "k80": {"('LM (batch size 10)', 1)": {"null": 2.5}}}`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'yardmaster-ml-'));
  writeFileSync(join(folder, 'speeds.json'), SPEEDS);
});
afterAll(() => rmSync(folder, { recursive: true }));

const read = (text: string, parameters = {}) => readStored(traceInMemory(text, 'made'), { parameters });

describe('Gavel', () => {
  const line = (steps: number, arrival: number, gpus: number) =>
    `LM (batch size 10)\tcd %s && python3 main.py\t--steps\t1\t${steps}\t${arrival}\t${gpus}\n`;
  const physical = 'LM (batch size 10)\tpython3 m.py\tlm\t--steps\t1\t400\t1\t2.5\t-1.000000\t9\n';

  test('a run time is steps by steps a second on the type that was named', async () => {
    const parameters = { throughputs: join(folder, 'speeds.json') };
    const trace = await read(line(400, 0, 1) + line(4, 6.5, 1) + line(4, 7, 2), parameters);
    expect(trace.format).toBe('gavel');
    expect([...trace.workload.runtime]).toEqual([50_000, 500]);
    expect([...trace.workload.submit]).toEqual([0, 6500]);
    expect(trace.skipped).toEqual([{ what: 'no throughput of its type and size on v100', count: 1, where: [3] }]);
    const slow = await read(physical, { ...parameters, 'gpu-type': 'k80' });
    expect([slow.workload.runtime[0], slow.workload.origin, slow.workload.priority?.[0]]).toEqual([160_000, 9000, 2.5]);
  });

  test('says what is missing', async () => {
    await expect(read(line(1, 0, 1))).rejects.toThrow(/not how long a step takes\n.*throughputs=/s);
    const parameters = { throughputs: join(folder, 'speeds.json'), 'gpu-type': 'a100' };
    await expect(read(line(1, 0, 1), parameters)).rejects.toThrow(/no GPU type "a100".*\n.*one of: v100, k80/s);
    await expect(read(line(1, 0, 1), { throughputs: 'nowhere.json' })).rejects.toThrow(/nowhere\.json cannot be read/);
  });

  test('knows the speeds of a job on all types', () => {
    const speeds = GavelThroughputs.parse(SPEEDS, 'speeds.json').speeds('LM (batch size 10)', 1);
    expect([...speeds]).toEqual([['v100', 8], ['k80', 2.5]]); // prettier-ignore
    expect(() => GavelThroughputs.parse('{"v100": 3}', 's.json')).toThrow(/s\.json: v100: this is no object/);
  });
});

describe('Philly', () => {
  const attempt = (start: string | null, end: string | null, gpus = 2) => ({
    start_time: start,
    end_time: end,
    detail: [{ ip: 'm47', gpus: Array.from({ length: gpus }, (_, gpu) => `gpu${gpu}`) }],
  });
  const job = (id: number, status: string, ...attempts: object[]) => ({
    status,
    vc: 'v',
    jobid: `application_${id}`,
    attempts,
    submitted_time: '2017-10-07 01:00:00',
    user: 'u',
  });
  const LOG = JSON.stringify([
    job(
      1,
      'Pass',
      attempt('2017-10-07 01:00:10', '2017-10-07 01:01:10'),
      attempt('2017-10-07 01:02:00', '2017-10-07 01:02:30', 4),
    ),
    job(2, 'Killed', attempt('2017-10-07 01:00:10', '2017-10-07 01:01:10')),
    job(3, 'Failed'),
    job(4, 'Pass', attempt('2017-10-07 01:00:10', 'None')),
    job(5, 'Failed', attempt('2017-10-07 01:00:10', null), attempt('2017-10-07 01:00:20', '2017-10-07 01:00:20')),
  ]);

  test('run times are sums over attempts, sizes those of the first', async () => {
    const { workload, skipped, repaired, format } = await read(LOG);
    expect(format).toBe('philly');
    expect(workload.ids).toEqual(['application_1', 'application_2', 'application_5']);
    expect([...workload.runtime]).toEqual([90_000, 60_000, 0]);
    expect([...workload.outcome]).toEqual([COMPLETES, IS_CANCELLED, FAILS]);
    expect(gpusOf(workload, 0)).toBe(2000);
    // Seven hours behind UTC in October.
    expect(workload.origin).toBe(Date.UTC(2017, 9, 7, 8));
    expect([...(workload.recordedStart ?? [])]).toEqual([10_000, 10_000, 20_000]);
    expect(skipped.map(({ what }) => what)).toEqual(['never ran', 'was still running when the log was written']);
    expect(repaired.map(({ count }) => count)).toEqual([1, 1]);
  });

  test('other reductions of the literature can be asked for', async () => {
    const { workload } = await read(LOG, { runtime: 'span', gpus: 'largest' });
    expect(workload.runtime[0]).toBe(140_000);
    expect(gpusOf(workload, 0)).toBe(4000);
  });

  test('an hour that occurred twice is told', async () => {
    const text = LOG.replaceAll('2017-10-07', '2017-11-05');
    expect((await read(text)).warnings.join()).toMatch(/local times occurred twice, when clocks were set back on 2017-11-05/);
  });
});

const CAPACITY = `date,a,b,none,total
2020-04-01,16,8,0,24
2020-04-02,16,24,0,40
2020-04-03,8,24,0,32
`;

describe('Helios', () => {
  const HEADER = 'job_id,user,vc,gpu_num,cpu_num,node_num,state,submit_time,start_time,end_time,duration,queue\n';
  const row = (id: number, gpus: number, cpus: number, nodes: number, state: string) =>
    `${id},u1,a,${gpus},${cpus},${nodes},${state},2020-04-01 12:00:00,2020-04-01 12:00:30,2020-04-01 12:01:30,60,30\n`;

  test('jobs have a task on each node, and belong to a partition', async () => {
    const text = HEADER + row(1, 16, 20, 2, 'COMPLETED') + row(2, 0, 4, 1, 'TIMEOUT') + row(3, 1, 5, 3, 'NODE_FAIL') + row(4, 1, 1, 1, 'SUSPENDED'); // prettier-ignore
    const { workload, skipped, format } = await read(text);
    expect(format).toBe('helios');
    expect([...workload.groupTasks]).toEqual([2, 1, 1]);
    expect(workload.requests[workload.groupRequest[0]]).toMatchObject({ cpu: 10_000, gpu: 8000 });
    expect([...workload.outcome]).toEqual([COMPLETES, COMPLETES, FAILS]);
    expect(workload.origin).toBe(Date.UTC(2020, 3, 1, 4));
    expect(workload.recordedStart?.[0]).toBe(30_000);
    expect(workload.partition.names).toEqual(['a']);
    expect(skipped).toEqual([{ what: 'is suspended', count: 1, where: [5] }]);
  });

  test('capacity by day becomes partitions whose nodes come and go', async () => {
    writeFileSync(join(folder, 'cluster_gpu_number.csv'), CAPACITY);
    const trace = await read(HEADER + row(1, 1, 1, 1, 'COMPLETED'), { capacity: join(folder, 'cluster_gpu_number.csv') });
    const { cluster } = trace.declared;
    expect(cluster?.pools.map(({ name, count, gpus }) => [name, count, gpus])).toEqual([['a', 2, 8], ['b', 3, 8]]); // prettier-ignore
    const hour = 3_600_000;
    expect(cluster?.outages).toEqual([
      { firstNode: 1, nodes: 1, from: 36 * hour, until: Infinity },
      { firstNode: 3, nodes: 2, from: 0, until: 12 * hour },
    ]);
  });

  test.each([
    { what: 'a day out of order', text: `${CAPACITY}2020-04-02,8,8,0,16\n`, says: /f\.csv:5: its days are not in order/ },
    { what: 'half a node', text: `${CAPACITY}2020-04-04,8,4,0,12\n`, says: /f\.csv:5: .* is no day/ },
  ])('capacity with $what is refused', async ({ text, says }) => {
    await expect(readClusterFile(text, 'f.csv')).rejects.toThrow(says);
  });
});

describe('Acme', () => {
  test('both column orders are read by name, times with their zones', async () => {
    const seren = await read(
      'job_id,user,node_num,gpu_num,cpu_num,type,state,submit_time,start_time,end_time,duration,queue,gpu_time\n' +
        '5,u9,2,16,32,Pretrain,COMPLETED,2023-03-01 08:00:00+08:00,2023-03-01 08:00:05+08:00,2023-03-01 08:01:05+08:00,60,5,960.0\n',
    );
    const kalos = await read(
      'job_id,user,node_num,gpu_num,cpu_num,mem_per_pod_GB,shared_mem_per_pod,type,state,submit_time,start_time,end_time,fail_time,stop_time,duration,queue,gpu_time\n' +
        'dlc5,u9,2,16,32,100,10,Pretrain,FAILED,2023-03-01 00:00:00+00:00,2023-03-01 00:00:05+00:00,2023-03-01 00:01:05+00:00,,,60,5,960.0\n',
    );
    for (const { workload, format } of [seren, kalos]) {
      expect(format).toBe('acme');
      expect([workload.origin, workload.runtime[0], workload.groupTasks[0]]).toEqual([Date.UTC(2023, 2, 1), 60_000, 2]);
    }
    expect(kalos.workload.requests[kalos.workload.groupRequest[0]]).toMatchObject({ cpu: 16_000, gpu: 8000, memory: 100e9 });
    expect(kalos.warnings.join()).toContain('these columns are not read: shared_mem_per_pod, fail_time, stop_time');
  });
});

describe.skipIf(!existsSync(SHARED))('published files (skipped where ../shared is absent)', () => {
  test('Gavel: 96 jobs of the physical cluster have a run time on each of its types', async () => {
    const packed = ['-xOf', `${SHARED}/gpu/gavel-msr-seed0.tar.xz`, '--wildcards', '*/max_min_fairness.trace'];
    const text = execFileSync('tar', packed, { encoding: 'utf8' });
    const throughputs = `${SHARED}/gpu/gavel-physical_cluster_throughputs.json.gz`;
    for (const type of ['v100', 'p100', 'k80']) {
      const { workload, skipped } = await read(text, { throughputs, 'gpu-type': type });
      expect(workload.count + skipped.reduce((sum, { count }) => sum + count, 0)).toBe(96);
      expect(workload.count).toBeGreaterThan(80);
    }
    const speeds = GavelThroughputs.parse(gunzipSync(readFileSync(throughputs)).toString(), throughputs);
    expect(speeds.types).toContain('k80_unconsolidated');
  });

  test('Helios: Earth has 784 GPUs at the start, 1,208 at the end, 1,232 at most', async () => {
    const path = `${SHARED}/platforms/helios-earth-cluster_gpu_number.csv`;
    const cluster = await readClusterFile(readFileSync(path, 'utf8'), path);
    const at = (time: number) =>
      gpuCount(cluster) - 8 * cluster.outages.filter(({ from, until }) => from <= time && time < until).reduce((sum, { nodes }) => sum + nodes, 0); // prettier-ignore
    const days = Array.from({ length: 181 }, (_, day) => at(day * 86_400_000));
    expect([days[0], days[180], Math.max(...days)]).toEqual([784, 1208, 1232]);
  });
});
