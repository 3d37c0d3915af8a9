import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { InputError } from '../src/errors.ts';
import { CsvScanner } from '../src/trace/csv-scanner.ts';
import type { Tally, Trace } from '../src/trace/format.ts';
import { traceInMemory } from '../src/trace/input.ts';
import { readStored } from '../src/trace/read.ts';
import { fuzz, FUZZ_RUNS } from './mutate.ts';

const RUNS = Math.ceil(FUZZ_RUNS / 6);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'yardmaster-ml-fuzz-'));
  writeFileSync(join(folder, 'speeds.json'), `{"v100": {"('LM (batch size 10)', 1)": {"null": 8.0}}}`);
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Case {
  readonly format: string;
  readonly samples: readonly string[];
  readonly separator: string;
  readonly parameters?: () => Readonly<Record<string, string>>;
}

const philly = JSON.stringify(
  [1, 2, 3].map((id) => ({
    status: 'Pass',
    vc: 'v',
    jobid: `a_${id}`,
    attempts: [{ start_time: '2017-10-07 01:00:10', end_time: '2017-10-07 01:01:10', detail: [{ ip: 'm', gpus: ['gpu0'] }] }],
    submitted_time: '2017-10-07 01:00:00',
    user: 'u',
  })),
  undefined,
  1,
);

const CASES: readonly Case[] = [
  {
    format: 'tiresias',
    samples: ['job_id,num_gpu,submit_time,iterations,model_name,duration,interval\n0,1,0,6,vgg,164,30\n1,8,30,1,vgg,147,2\n'],
    separator: ',',
  },
  {
    format: 'muri',
    samples: ['job_id,num_gpu,submit_time,model_name,duration,iteration_time\n0,1,0,vgg,164,30\n1,8,30,vgg,147,2\n'],
    separator: ',',
  },
  {
    format: 'elasticflow',
    samples: ['job_id,submission_time,duration,num_gpu\na-1,3793,1183,1\na-2,3794,1215,16\n'],
    separator: ',',
  },
  {
    format: 'shockwave',
    samples: ['LM (batch size 10)\tp x\tlm\t--steps\t1\t13\t2\tgns\t1\t-1.0\t1418\t55\n'.repeat(3)],
    separator: '\t',
  },
  {
    format: 'gavel',
    samples: [
      'LM (batch size 10)\tcd %s\t--steps\t1\t400\t5\t1\n'.repeat(3),
      'LM (batch size 10)\tp m\tlm\t--steps\t1\t400\t1\t2.5\t-1.000000\t9\n'.repeat(3),
    ],
    separator: '\t',
    parameters: () => ({ throughputs: join(folder, 'speeds.json') }),
  },
  { format: 'philly', samples: [philly], separator: ':' },
  {
    format: 'helios',
    samples: [
      `job_id,user,vc,gpu_num,cpu_num,node_num,state,submit_time,start_time,end_time,duration,queue\n${'7,u1,a,16,20,2,COMPLETED,2020-04-01 12:00:00,2020-04-01 12:00:30,2020-04-01 12:01:30,60,30\n'.repeat(3)}`,
    ],
    separator: ',',
  },
  {
    format: 'acme',
    samples: [
      `job_id,user,node_num,gpu_num,cpu_num,mem_per_pod_GB,type,state,submit_time,start_time,end_time,duration,queue,gpu_time\n${'dlc5,u9,2,16,32,100,Pretrain,FAILED,2023-03-01 00:00:00+00:00,2023-03-01 00:00:05+00:00,2023-03-01 00:01:05+00:00,60,5,960.0\n'.repeat(3)}`,
    ],
    separator: ',',
  },
  {
    format: 'pollux',
    samples: [`name,time,application,num_replicas,batch_size\n${'a,53,bert,2,16\n'.repeat(4)}`],
    separator: ',',
    parameters: () => ({ runtime: '1h' }),
  },
  {
    format: 'pai',
    samples: [`job_id,num_inst,submit_time,num_cpu,num_gpu,gpu_type,duration,user\n${'1,3,10,6,0.5,T4,100,u\n'.repeat(4)}`],
    separator: ',',
  },
  {
    format: 'dlrm',
    samples: [
      `instance_sn,role,app_name,cpu_request,gpu_request,rdma_request,memory_request,disk_request,creation_time,scheduled_time,deletion_time\n${'i0,HN,a,12,1,25,120.0,640.0,100,105,160\n'.repeat(4)}`,
    ],
    separator: ',',
  },
  {
    format: 'spot-gpu',
    samples: [
      `job_name,organization,gpu_model,cpu_request,gpu_request,worker_num,submit_time,duration,job_type\n${'a,o,A10,8,1,2,5,60,HP\n'.repeat(4)}`,
    ],
    separator: ',',
  },
  {
    format: 'azure-llm',
    samples: [`TIMESTAMP,ContextTokens,GeneratedTokens\n${'2023-11-16 18:15:46.6805900,400,44\n'.repeat(4)}`],
    separator: ',',
  },
  {
    format: 'genai',
    samples: [
      `gmt_create,predict_type,predict_status,exec_time_seconds,groupId\n${'2024-11-15 16:57:50,TXT_2_IMG,SUCCEED,32.0,G0\n'.repeat(4)}`,
    ],
    separator: ',',
  },
  {
    format: 'borg-2011',
    samples: [
      [0, 1, 2, 0, 1, 4]
        .map((event, time) => `${time}000000,,7,0,1,${event},u,3,9,0.5,0.25,0.1,0\n`)
        .join('')
        .repeat(2),
    ],
    separator: ',',
  },
  {
    format: 'borg-2019',
    samples: [
      [0, 3, 4, 0, 3, 6]
        .map(
          (type, time) =>
            `{"time":"${time}000000","type":${type},"collection_id":"7","instance_index":0,"priority":200,"resource_request":{"cpus":0.5,"memory":0.25}}\n`,
        )
        .join(''),
    ],
    separator: ':',
  },
  {
    format: 'kwok-replayer',
    samples: [
      JSON.stringify({
        meta: { num_nodes: 3 },
        pods: [1, 2].map((id) => ({ id, start_time: 1.5, end_time: 3, cpu: 0.25, mem: 0.5, priority: 2, replicas: 2 })),
      }).replaceAll(',', ',\n'),
    ],
    separator: ':',
  },
  {
    format: 'kueue-generator',
    samples: [
      `cohorts:
- className: cohort
  count: 2
  queuesSets:
  - className: cq
    count: 2
    workloadsSets:
    - count: 3
      creationIntervalMs: 100
      workloads:
      - className: small
        runtimeMs: 200
        priority: 50
        request: 500m
`,
    ],
    separator: ' ',
  },
];

/** Formats whose rows are no lines. */
const NO_ROWS = new Set(['philly', 'borg-2019', 'kwok-replayer', 'kueue-generator']);
/** Formats that have nothing to leave out. */
const STRICT = new Set(['kwok-replayer', 'kueue-generator']);

const total = (tallies: readonly Tally[]) => tallies.reduce((sum, { count }) => sum + count, 0);

function expectSane({ workload }: Trace): void {
  for (const { cpu, memory, gpu } of workload.requests) {
    expect([cpu, memory, gpu].every((amount) => Number.isSafeInteger(amount) && amount >= 0)).toBe(true);
  }
  for (let job = 0; job < workload.count; job++) {
    const { submit, runtime, walltime, procs, recordedStart, firstGroup } = workload;
    const times = Number.isSafeInteger(submit[job]) && submit[job] >= 0 && runtime[job] >= 0 && walltime[job] > 0;
    const whole = Number.isSafeInteger(runtime[job]) || runtime[job] === Infinity;
    const sized = procs[job] >= 1 && firstGroup[job + 1] > firstGroup[job];
    const started = recordedStart === undefined || !(recordedStart[job] < submit[job]);
    if (!(times && whole && sized && started)) throw new Error(`job ${job} makes no sense: submit ${submit[job]}`);
  }
}

test.each(CASES)(
  `${RUNS} damaged files of $format give a clear error or an account of all rows`,
  async (each) => {
    const { format, samples, separator } = each;
    let [read, refused] = [0, 0];
    const check = async (text: string, unreadable: string) => {
      try {
        const trace = await readStored(traceInMemory(text), {
          format,
          parameters: { ...each.parameters?.(), ...(!STRICT.has(format) && { unreadable }) },
        });
        expectSane(trace);
        const rows = trace.workload.count - total(trace.furtherJobs) + total(trace.skipped) + total(trace.noJob);
        const plain = text.replace(/^\uFEFF/, '');
        if (!NO_ROWS.has(format)) expect(rows).toBe(new CsvScanner('', separator).take(plain, true).length);
        read++;
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        expect(error.where).not.toBe('');
        expect(error.hint).not.toBe('');
        refused++;
      }
    };
    await fuzz(samples, separator, (text) => check(text, 'stop'), RUNS / 2);
    await fuzz(samples, separator, (text) => check(text, 'skip'), RUNS / 2);
    // A fuzzer whose inputs are all refused at the first line tests nothing.
    expect(read).toBeGreaterThan(STRICT.has(format) ? RUNS / 100 : RUNS / 20);
    expect(refused).toBeGreaterThan(RUNS / 20);
  },
  600_000,
);
