// The lists of pods and nodes of Alibaba's GPU cluster trace of 2023.
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { gpuCount, nodeCount, nodeName, processorCount } from '../src/cluster.ts';
import { loadCluster, readClusterFile } from '../src/cluster-file.ts';
import { formats } from '../src/trace/index.ts';
import { readTrace } from '../src/trace/read.ts';
import { gpusOf, jobId, nameOf } from '../src/workload.ts';
import type { Workload } from '../src/workload.ts';
import { accounted, readAs } from './table-read.ts';

const PODS = [
  'name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time',
  'openb-pod-0000,12000,16384,1,1000,,LS,Running,100,900,120',
  'openb-pod-0001,6000,12288,1,460,V100M16|V100M32,BE,Failed,50,60,50.0',
  'openb-pod-0002,4000,8192,0,0,,LS,Pending,200,260,',
  'openb-pod-0003,64000,1024,8,1000,,LS,Succeeded,300,300,300',
  'openb-pod-0004,64000,1024,2,500,,LS,Succeeded,300,300,300',
  'openb-pod-0005,64000,1024,1,0,,LS,Succeeded,300,300,300',
  '',
].join('\n');

const requestsOf = (workload: Workload) =>
  Array.from({ length: workload.count }, (_, job) => workload.requests[workload.groupRequest[workload.firstGroup[job]]]);
const ids = (workload: Workload) => Array.from({ length: workload.count }, (_, job) => jobId(workload, job));

describe('openb pods', () => {
  test('shares, models, life times and outcomes', async () => {
    const trace = await readAs('openb', PODS);
    const { workload } = trace;
    expect(ids(workload)).toEqual(['openb-pod-0001', 'openb-pod-0000', 'openb-pod-0002', 'openb-pod-0003']);
    expect(requestsOf(workload)).toEqual([
      { cpu: 6000, memory: 12_288 * 2 ** 20, gpu: 460, gpuModels: ['V100M16', 'V100M32'] },
      { cpu: 12_000, memory: 2 ** 34, gpu: 1000 },
      { cpu: 4000, memory: 2 ** 33, gpu: 0 },
      { cpu: 64_000, memory: 2 ** 30, gpu: 8000 },
    ]);
    expect([...workload.submit]).toEqual([0, 50_000, 150_000, 250_000]);
    expect([...workload.runtime]).toEqual([10_000, 780_000, 60_000, 0]);
    expect([...(workload.recordedStart ?? [])]).toEqual([0, 70_000, NaN, 250_000]);
    expect([...workload.outcome]).toEqual([1, 0, 0, 0]);
    expect(nameOf(workload.qos, 0)).toBe('BE');
    expect(trace.skipped.map(({ what, where }) => [what, [...where]])).toEqual([
      ['asks for shares of several GPUs, or for no share that there is', [6, 7]],
    ]);
    expect(trace.repaired.map(({ count }) => count)).toEqual([1]);
    expect(accounted(trace)).toBe(7);
  });

  test('a list with five columns has arrivals only, and one with times can be replayed so', async () => {
    const short = PODS.split('\n')
      .map((line) => line.split(',').slice(0, 5).join(','))
      .join('\n');
    for (const [text, parameters] of [
      [short, {}],
      [PODS, { times: 'arrivals' }],
    ] as const) {
      const { workload } = await readAs('openb', text, parameters);
      expect(ids(workload)).toEqual(['openb-pod-0000', 'openb-pod-0001', 'openb-pod-0002', 'openb-pod-0003']);
      expect([...workload.submit]).toEqual([0, 1000, 2000, 3000]);
      expect([...workload.runtime]).toEqual([Infinity, Infinity, Infinity, Infinity]);
    }
    await expect(readAs('openb', short, { times: 'recorded' })).rejects.toThrow('has no times');
  });

  test('pods are drawn again until the next one would pass the load, and drawn out to come below it', async () => {
    const arrivals = { times: 'arrivals', order: 'shuffled', gpus: 10 };
    const more = (await readAs('openb', PODS, { ...arrivals, load: 3, seed: 5 })).workload;
    const total = (workload: Workload) => ids(workload).reduce((sum, _, job) => sum + gpusOf(workload, job), 0) / 1000;
    expect(ids(more).slice(0, 4).sort()).toEqual(['openb-pod-0000', 'openb-pod-0001', 'openb-pod-0002', 'openb-pod-0003']);
    expect(
      ids(more)
        .slice(4)
        .every((id, index) => id.endsWith(`-tuned-${index}`)),
    ).toBe(true);
    expect(total(more)).toBeGreaterThan(29);
    // A pod of 8 GPUs is looked at as if it asked for one.
    expect(total(more)).toBeLessThan(38);
    const less = await readAs('openb', PODS, { ...arrivals, load: 0.94, seed: 5 });
    expect(total(less.workload)).toBeLessThanOrEqual(9.4);
    expect(accounted(less)).toBe(7);
    const again = (await readAs('openb', PODS, { ...arrivals, load: 3, seed: 5 })).workload;
    expect(ids(again)).toEqual(ids(more));
    const other = (await readAs('openb', PODS, { ...arrivals, load: 3, seed: 6 })).workload;
    expect(ids(other)).not.toEqual(ids(more));
  });

  test('it is told from other tables, and errors say where', async () => {
    const openb = formats.find(({ name }) => name === 'openb');
    expect(openb?.likelihood(PODS)).toBe(1);
    expect(openb?.likelihood('name,cpu_milli\na,1\n')).toBe(0);
    await expect(readAs('openb', PODS.replace('12000', 'many'))).rejects.toThrow(/:2.*cpu_milli is "many"/);
    await expect(readAs('openb', PODS.replace('openb-pod-0001,', ''))).rejects.toThrow(/:3.*found 10 fields/);
    await expect(readAs('openb', PODS.replace('gpu_milli', 'milli'))).rejects.toThrow('no column gpu_milli');
  });
});

const NODES = 'sn,cpu_milli,memory_mib,gpu,model\nn-0,64000,1024,2,P100\nn-1,64000,1024,2,P100\nn-2,32000,2048,0,\n';

describe('openb nodes', () => {
  test('equal nodes that follow each other are one pool, under their own names', async () => {
    const cluster = await readClusterFile(NODES, 'nodes.csv');
    expect(cluster.pools.map(({ count, cpu, memory, gpus, gpuModel }) => [count, cpu, memory, gpus, gpuModel])).toEqual([
      [2, 64_000, 2 ** 30, 2, 'P100'],
      [1, 32_000, 2 ** 31, 0, undefined],
    ]);
    expect([0, 1, 2].map((node) => nodeName(cluster, node))).toEqual(['n-0', 'n-1', 'n-2']);
    await expect(readClusterFile(NODES.replace('2,P100', 'two,P100'), 'nodes.csv')).rejects.toThrow('nodes.csv:2');
  });
});

const TRACES = '../shared/traces';
const pods = (list: string) => `${TRACES}/gpu/alibaba-gpu-v2023-openb_pod_list_${list}.csv.gz`;

describe.skipIf(!existsSync(TRACES))('the published lists (skipped where ../shared/traces is absent)', () => {
  test.each([
    ['default', 8152, 6086.8],
    ['gpushare100', 8152, 3952.67],
    ['gpuspec33', 8152, 6086.8],
    ['cpu250', 9420, 6086.8],
    ['multigpu50', 9061, 11_358.8],
  ])('%s: %i pods ask for %d GPUs', async (list, count, gpus) => {
    const { workload, format, skipped } = await readTrace(pods(list));
    expect(format).toBe('openb');
    expect(skipped).toEqual([]);
    expect(workload.count).toBe(count);
    let total = 0;
    for (let job = 0; job < count; job++) total += gpusOf(workload, job);
    expect(total / 1000).toBeCloseTo(gpus, 6);
  });

  test('default: sizes, shares, processors and life times', async () => {
    const { workload } = await readTrace(pods('default'));
    const asked = requestsOf(workload);
    const sizes = [0, 1000, 2000, 4000, 8000].map((gpu) => asked.filter((request) => request.gpu === gpu).length);
    expect(sizes).toEqual([1088, 6989 - 3078, 16, 15, 44]);
    expect(asked.filter(({ gpu }) => gpu > 0 && gpu < 1000)).toHaveLength(3078);
    expect(Math.round(asked.reduce((sum, { cpu }) => sum + cpu, 0) / 1000)).toBe(85_436);
    const waited = (job: number) => (workload.recordedStart?.[job] ?? NaN) - workload.submit[job] || 0;
    const lives = [...workload.runtime.map((runtime, job) => runtime + waited(job))].sort((a, b) => a - b);
    expect((lives[4075] + lives[4076]) / 2000).toBe(540);
    expect(Math.round(lives.reduce((sum, life) => sum + life, 0) / lives.length / 1000)).toBe(25_839);
    expect([...(workload.recordedStart ?? [])].filter(Number.isNaN)).toHaveLength(897);
  });

  test('nodes: all of them, and those with GPUs', async () => {
    const all = await loadCluster(`${TRACES}/platforms/alibaba-gpu-v2023-openb_node_list_all_node.csv.gz`);
    expect([nodeCount(all), gpuCount(all), processorCount(all)]).toEqual([1523, 6212, 125_514]);
    const gpuNodes = await loadCluster(`${TRACES}/platforms/alibaba-gpu-v2023-openb_node_list_gpu_node.csv.gz`);
    expect([nodeCount(gpuNodes), gpuCount(gpuNodes)]).toEqual([1213, 6212]);
  });
});
