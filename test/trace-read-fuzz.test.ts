import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { InputError } from '../src/errors.ts';
import type { Tally, Trace } from '../src/trace/format.ts';
import { traceInMemory } from '../src/trace/input.ts';
import { readStored } from '../src/trace/read.ts';
import { randomStream } from '../src/random.ts';
import { countLines, fuzz, FUZZ_RUNS } from './mutate.ts';

const SWF = [
  `; Version: 2.2
; MaxJobs: 5
; UnixStartTime: 843480031
; MaxProcs: 128
; Queue: 1 batch
; Partition: 1 fat
1 0 10 100 4 -1 -1 4 3600 -1 1 3 1 -1 1 1 -1 -1
2 5 0 3477.5 1 12.25 -1 -1 3600 1024 0 3 1 -1 1 1 -1 -1
3 5 -1 -1 -1 -1 -1 4 60 -1 5 4 1 -1 2 -1 1 20
4 60 4 90 8 -1 -1 4 0 -1 2 4 1 -1 2 -1 -1 -1
4 -1 4 90 8 -1 -1 4 -1 -1 3 4 1 -1 2 -1 -1 -1
`,
  '1\t1535348017\t3\t17\t512\t600\t-1\t-1\t-1\t-1\t-1\t35012304659472\t-1\t-1\t-1\t-1\t-1\t-1\n'.repeat(4).replaceAll('\t', ' '),
  '7 806 1 6 64 -1 -1 64 540 -1 0 92605928607567 7 -1 -1 -1 -1 -1 0\n8 900 1 6 64 -1 -1 64 540 -1 1 9 7 -1 -1 -1 -1 -1 1\n',
  '7 1356998400 1 6 64 -1 -1 64 540 1048576 1 eve a -1 q -1 -1 -1 {1,2} q_1d 1:ppn=64:x86_64#excl\n'.repeat(2),
];

const record = (id: string, state: string, timelimit: string, more = '') =>
  `${id}|7|c|batch|normal|acc|grp|1|eve|2|2016-12-22T07:15:12|2016-12-22T07:15:12|2016-12-22T07:15:13|2016-12-22T08:15:13|01:00:00|0:0|${state}|2|12|12|31000Mn|cpu=12,node=2|billing=12,cpu=12,gres/gpu=2,mem=62000M,node=2|${timelimit}|n[1-2,4],m3|name${more}\n`;

const SACCT = [
  record('1', 'COMPLETED', '1-00:00:00') +
    record('2', 'CANCELLED by 7', 'UNLIMITED', '|bar') +
    record('2', 'COMPLETED', '02:00:00'),
  record('5+0', 'FAILED', '10:00:00') + record('5+0.batch', 'FAILED', '') + record('5+1', 'FAILED', 'Partition_Limit'),
  record('8_[1-3,9%2]', 'TIMEOUT', '01:00:00') + record('8_4', 'PREEMPTED', '01:00') + record('9', 'PENDING', '01:00:00'),
  'JobID|Submit|Start|End|Elapsed|State|NCPUS|NNodes|ReqMem|ReqGRES|Timelimit|Priority|\n' +
    '1|2024-10-27T02:30:00|2024-10-27T02:10:00|2024-10-27T02:20:00|00:10:00|COMPLETED|4|2|2Gc|gpu:v100:2|INVALID|5|\n' +
    '1.batch||2024-10-27T02:10:00|2024-10-27T02:20:00|00:10:00|COMPLETED|4|2|2Gc|gpu:v100:2||5|\n' +
    '2|2024-03-31T02:30:00|Unknown|Unknown|00:00:00|RUNNING|1.50K|2|9223372036854775816M||1-0:00:00||\n',
];

const total = (tallies: readonly Tally[]) => tallies.reduce((sum, { count }) => sum + count, 0);

function expectAccounted({ workload, skipped, noJob, furtherJobs }: Trace, lines: number): void {
  expect(workload.count - total(furtherJobs) + total(skipped) + total(noJob)).toBe(lines);
  for (const { cpu, memory, gpu } of workload.requests) {
    expect(cpu).toBeGreaterThanOrEqual(0);
    expect(Number.isSafeInteger(cpu) && Number.isSafeInteger(memory) && Number.isSafeInteger(gpu)).toBe(true);
  }
  for (let job = 0; job < workload.count; job++) {
    const sane =
      workload.submit[job] >= 0 &&
      Number.isSafeInteger(workload.submit[job]) &&
      Number.isSafeInteger(workload.runtime[job]) &&
      workload.runtime[job] >= 0 &&
      workload.walltime[job] > 0 &&
      workload.procs[job] >= 1 &&
      !(workload.recordedStart !== undefined && workload.recordedStart[job] < workload.submit[job]) &&
      workload.firstGroup[job + 1] > workload.firstGroup[job];
    if (!sane) throw new Error(`job ${job} makes no sense: submit ${workload.submit[job]}, procs ${workload.procs[job]}`);
  }
}

test.each([
  { format: 'swf', samples: SWF, separator: ' ', parameters: {} },
  { format: 'sacct', samples: SACCT, separator: '|', parameters: { zone: 'Europe/Berlin' } },
  { format: 'sacct', samples: SACCT, separator: '|', parameters: { procs: 'requested', tasks: 'nodes' } },
])(
  `${FUZZ_RUNS} damaged $format files ($parameters) give a clear error or all their lines`,
  async ({ format, samples, ...rest }) => {
    const { separator, parameters } = rest;
    let read = 0;
    let refused = 0;
    await fuzz(samples, separator, async (text) => {
      try {
        expectAccounted(await readStored(traceInMemory(text), { format, parameters }), countLines(text));
        read++;
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        expect(error.where).toContain('memory');
        refused++;
      }
    });
    // A fuzzer whose inputs are all refused at the first line tests nothing.
    expect(read).toBeGreaterThan(FUZZ_RUNS / 20);
    expect(refused).toBeGreaterThan(FUZZ_RUNS / 20);
  },
  600_000,
);

test(`${FUZZ_RUNS} damaged compressed files give a clear error or a result`, async () => {
  const packed = gzipSync(SWF[0]);
  let read = 0;
  for (let run = 0; run < FUZZ_RUNS; run++) {
    const random = randomStream(run, 'damage');
    const damaged = Buffer.from(packed.subarray(0, random.uniform() < 0.3 ? random.integer(packed.length) : packed.length));
    for (let flips = random.integer(4); flips > 0 && damaged.length > 0; flips--) {
      damaged[random.integer(damaged.length)] ^= 1 << random.integer(8);
    }
    try {
      await readStored(traceInMemory(damaged), { format: 'swf' });
      read++;
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
    }
  }
  expect(read).toBeGreaterThan(0);
}, 600_000);
