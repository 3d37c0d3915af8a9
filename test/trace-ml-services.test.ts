import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readClusterFile } from '../src/cluster-file.ts';
import { gpuCount, nodeCount, nodeName } from '../src/cluster.ts';
import { packedPlacement } from '../src/trace/pollux-tables.ts';
import { traceInMemory } from '../src/trace/input.ts';
import { readStored, readTrace } from '../src/trace/read.ts';
import { COMPLETES, FAILS, IS_CANCELLED, isService } from '../src/workload.ts';

const SHARED = '../shared/traces';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'yardmaster-ml-more-'));
  mkdirSync(join(folder, 'bert'));
  // Two GPUs of one node at 4, 8 and 12 samples each, one on each of two nodes at 8; columns in another order.
  const steps = 'local_bsz,step_time,sync_time,placement\n4,0.5,0.1,2\n8,0.9,0.2,2\n12,1.1,0.3,2\n8,1.5,0.9,11\n';
  writeFileSync(join(folder, 'bert', 'placements.csv'), steps);
  for (const batch of [16, 20, 48]) {
    writeFileSync(join(folder, 'bert', `validation-${batch}.csv`), 'epoch,iteration,progress\n0,50,1\n1,100,2\n2,150,3\n');
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

const read = (text: string, parameters = {}) => readStored(traceInMemory(text, 'made'), { parameters });

describe('Pollux', () => {
  const jobs = (...rows: string[]) => `name,time,application,num_replicas,batch_size\n${rows.join('\n')}\n`;

  test('a run time is iterations of all epochs, each as long as was measured or lies between', async () => {
    const rows = ['a,53,bert,2,16', 'b,54.5,bert,2,20', 'c,60,bert,2,48', 'd,61,bert,3,48', 'e,62,gpt,2,16'];
    const { workload, skipped, format } = await read(jobs(...rows), { tables: folder });
    expect(format).toBe('pollux');
    // 8 samples: 0.9 s. 10 samples: half way to 12, 1.0 s. 24 samples are two passes of 12, the first without its sync.
    expect([...workload.runtime]).toEqual([90_000, 100_000, 190_000]);
    expect([...workload.submit]).toEqual([0, 1500, 7000]);
    expect(skipped.map(({ what }) => what)).toEqual([
      'has a size that was not measured',
      'is of an application that is not known',
    ]);
  });

  test('without tables a run time must be given', async () => {
    await expect(read(jobs('a,53,bert,2,16'))).rejects.toThrow(/do not say how long they run\n.*tables=/s);
    expect((await read(jobs('a,53,bert,2,16'), { runtime: '1h' })).workload.runtime[0]).toBe(3_600_000);
    await expect(read(jobs('a,53,bert,2,17'), { tables: folder })).rejects.toThrow(/validation-17\.csv cannot be read/);
  });

  test.each([[1, '1'], [4, '4'], [6, '24'], [10, '244']])('%i GPUs on nodes of four are %s', (gpus, digits) => {
    expect(packedPlacement(gpus, 4)).toBe(digits);
  }); // prettier-ignore
});

describe('a small table', () => {
  test('of PAI counts what an instance asks for', async () => {
    const header = 'job_id,num_inst,submit_time,num_cpu,num_gpu,gpu_type,duration,user\n';
    const { workload, format } = await read(`${header}1,3,10,6,0.5,T4,100,u\n2,1,11,4,0,CPU,7,u\n`);
    expect(format).toBe('pai');
    expect([...workload.groupTasks]).toEqual([3, 1]);
    expect(workload.requests).toEqual([
      { cpu: 6000, memory: 0, gpu: 500, gpuModels: ['T4'] },
      { cpu: 4000, memory: 0, gpu: 0 },
    ]);
  });

  test('of DLRM instances has services, and some that were there before', async () => {
    const header =
      'instance_sn,role,app_name,cpu_request,cpu_limit,gpu_request,gpu_limit,rdma_request,rdma_limit,memory_request,memory_limit,disk_request,disk_limit,max_instance_per_node,creation_time,scheduled_time,deletion_time\n';
    const { workload, format, repaired } = await read(
      `${header}i0,HN,a,12,12,1,1,25,25,120.0,120.0,640.0,800.0,8,,,\ni1,CN,a,2,2,0,0,0,0,1.5,2,0,0,-1,100,105,165\n`,
    );
    expect(format).toBe('dlrm');
    expect([isService(workload, 0), isService(workload, 1), workload.runtime[1]]).toEqual([true, false, 60_000]);
    expect(workload.requests[0]).toEqual({ cpu: 12_000, memory: 120 * 2 ** 30, gpu: 1000, other: { rdma: 25, disk: 640 } });
    expect(repaired).toEqual([{ what: 'was created before the trace begins: taken as created with it', count: 1, where: [2] }]);
  });

  test('of spot jobs ranks those of high priority first', async () => {
    const header = 'job_name,organization,gpu_model,cpu_request,gpu_request,worker_num,submit_time,duration,job_type\n';
    const { workload, format } = await read(`${header}a,o,A10,8,1,2,5,60,HP\nb,o,H800,8,8,1,6,60,Spot\n`);
    expect(format).toBe('spot-gpu');
    expect([[...workload.groupTasks], [...(workload.priority ?? [])]]).toEqual([[2, 1], [1, 0]]); // prettier-ignore
  });

  test('of requests to language models makes run times of tokens', async () => {
    const { workload, format } = await read('TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.6805900,400,44\n', {
      prefill: '500ms',
      decode: '20s',
    });
    expect(format).toBe('azure-llm');
    expect([workload.runtime[0], workload.origin]).toEqual([200 + 880, Date.UTC(2023, 10, 16, 18, 15, 46, 681)]);
  });

  test('of Borg tasks ends at the end of the last run', async () => {
    const event = (time: number, kind: number, task = 0) => `${time}000000,,7,${task},1,${kind},u,3,9,0.5,0.25,0.1,0\n`;
    const text =
      event(10, 0) + event(12, 1) + event(20, 2) + event(20, 0) + event(25, 1) + event(40, 5) + event(11, 0, 1) + event(12, 1, 1);
    const { workload, format, skipped, noJob } = await read(`#time\n${text}`, { 'machine-cpus': 10, 'machine-memory-gib': 4 });
    expect(format).toBe('borg-2011');
    expect([workload.count, workload.runtime[0], workload.recordedStart?.[0], workload.outcome[0]]).toEqual([1, 15_000, 2000, IS_CANCELLED]); // prettier-ignore
    expect(workload.requests[0]).toEqual({ cpu: 5000, memory: 2 ** 30, gpu: 0 });
    expect(skipped).toEqual([{ what: 'has no end in the trace', count: 1, where: [8] }]);
    expect(noJob.map(({ count }) => count)).toEqual([1, 6]);
  });

  test('of Borg instances of 2019 has other numbers for its events, and ids beyond 2^53', async () => {
    const event = (time: string, type: number | string) =>
      `{"time":"${time}","type":${JSON.stringify(type)},"collection_id":"9007199254740993","instance_index":0,"priority":200,"resource_request":{"cpus":0.5,"memory":0.25}}\n`;
    const text = event('10000000', 0) + event('12000000', 'SCHEDULE') + event('40000000', 6) + event('9223372036854775807', 7);
    const { workload, format, noJob } = await read(text);
    expect(format).toBe('borg-2019');
    expect([workload.ids, workload.runtime[0], workload.qos.names]).toEqual([['9007199254740993-0'], 28_000, ['production']]);
    expect(workload.outcome[0]).toBe(COMPLETES);
    expect(noJob.map(({ count }) => count)).toEqual([2, 1]);
  });

  test('of a replayer for KWOK has a pod for each replica, and its nodes', async () => {
    const pods = [{ id: 4, start_time: 1.5, end_time: 3, cpu: 0.25, mem: 0.5, priority: 2, replicas: 2 }];
    const { workload, format, declared, furtherJobs } = await read(JSON.stringify({ meta: { num_nodes: 3 }, pods }), {
      'node-cpus': 8,
    });
    expect(format).toBe('kwok-replayer');
    expect([workload.ids, [...workload.runtime]]).toEqual([['4-0', '4-1'], [1500, 1500]]); // prettier-ignore
    expect(workload.requests[0].cpu).toBe(2000);
    expect(declared.cluster && nodeCount(declared.cluster)).toBe(3);
    expect(furtherJobs[0].count).toBe(1);
  });
});

describe('a list of machines', () => {
  test('of PAI has no header', async () => {
    const text =
      '7399a758eb02bae1a3621236,CPU,96,512,0\n75c536d5ba60528b3ef3ae40,T4,96,512,2\n6265a99de1a50cc6f1b03602,T4,96,512,2\n';
    const { pools } = await readClusterFile(text, 'm.csv');
    expect(pools.map(({ count, gpus, gpuModel, cpu }) => [count, gpus, gpuModel, cpu])).toEqual([
      [1, 0, undefined, 96_000],
      [2, 2, 'T4', 96_000],
    ]);
    await expect(readClusterFile(`${text}6265a99de1a50cc6f1b03602,T4,96\n`, 'm.csv')).rejects.toThrow(
      /m\.csv:4: .* is no machine/,
    );
  });

  test('of Philly has blanks behind its commas', async () => {
    const cluster = await readClusterFile('machineId, number of GPUs, single GPU mem\nm1, 2, 24GB\nm2, 8, 12GB\n', 'p.csv');
    expect([gpuCount(cluster), cluster.pools[0].gpuMemory, nodeName(cluster, 1)]).toEqual([10, 24 * 2 ** 30, 'm2']);
  });

  test('of Lingjun has three levels of switches, each within the one above', async () => {
    const cluster = await readClusterFile('ip,DSW,PSW,ASW\na,G6,P1,S1\nb,G6,P2,S1\nc,G6,P2,S1\n', 'l.csv');
    expect(cluster.topology?.map(({ domain }) => [...domain.code])).toEqual([[0, 0, 0], [0, 1, 1], [0, 1, 1]]); // prettier-ignore
  });
});

describe.skipIf(!existsSync(SHARED))('published files (skipped where ../shared is absent)', () => {
  test('16,485 CN and 7,386 HN instances of 156 services', async () => {
    const { workload } = await readTrace(`${SHARED}/gpu/alibaba-gpu-v2025-disaggregated_DLRM_trace.csv.gz`);
    const role = workload.qos.names.map((name, code) => [name, workload.qos.code.filter((one) => one === code).length]);
    expect(Object.fromEntries(role)).toEqual({ HN: 7386, CN: 16_485 });
    expect(workload.queue.names).toHaveLength(156);
    expect(workload.runtime.filter((time) => time === Infinity)).toHaveLength(8878);
  });

  test('26,823 requests for images, 33 of them unfinished', async () => {
    const { workload, skipped } = await readTrace(`${SHARED}/gpu/alibaba-genai-v2026-lora_request_trace.csv.gz`);
    expect(skipped.map(({ count }) => count).reduce((sum, one) => sum + one)).toBe(33);
    expect(workload.count).toBe(26_790);
    const outcomes = [COMPLETES, FAILS].map((which) => workload.outcome.filter((one) => one === which).length);
    expect(outcomes).toEqual([26_392, 398]);
  });

  test.each([['code', 8819], ['conv', 19_366]])('requests of the %s service: %i', async (name, count) => {
    expect((await readTrace(`${SHARED}/gpu/azure-llm-inference-2023-${name}.csv.gz`)).workload.count).toBe(count);
  }); // prettier-ignore

  test.each([['baseline', 15_000], ['large-scale', 50_000], ['tas', 15_000]])('Kueue, %s: %i workloads', async (name, count) => {
    const { workload, format } = await readTrace(`${SHARED}/k8s/kueue-perf-${name}-generator.yaml`);
    expect([format, workload.count]).toEqual(['kueue-generator', count]);
  }); // prettier-ignore

  test('the sample of Borg and the traces of the replayer', async () => {
    expect((await readTrace(`${SHARED}/k8s/google2011-task-events-sample-1.csv`)).format).toBe('borg-2011');
    const { workload, declared } = await readTrace(`${SHARED}/k8s/kwok-trace-replayer-arr_30s_life_2000s.json.gz`);
    expect(workload.count).toBeGreaterThan(1000);
    expect(declared.cluster && nodeCount(declared.cluster)).toBe(16);
  });

  test('4,278 nodes of the spot cluster, hosts of Lingjun', async () => {
    const unpacked = (name: string) => gunzipSync(readFileSync(`${SHARED}/platforms/${name}`)).toString();
    const spot = await readClusterFile(unpacked('alibaba-spot-gpu-v2026-node_info_df.csv.gz'), 'spot.csv');
    expect(nodeCount(spot)).toBe(4278);
    expect(gpuCount(spot)).toBe(2494 + 902 + 8 * (432 + 219 + 122 + 77 + 22) + 40);
    expect(nodeCount(await readClusterFile(unpacked('alibaba-lingjun-2023-topo.csv.gz'), 'topo.csv'))).toBe(847);
  });
});
