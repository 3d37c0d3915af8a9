/**
 * Damaged tables: the reader gives a clear error or a result that accounts for every row; nothing else.
 * YARDMASTER_FUZZ sets how many damaged files are tried for each format and seed.
 */
import { parquetMetadata } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, test } from 'vitest';
import { InputError } from '../src/errors.ts';
import { randomStream } from '../src/random.ts';
import type { Random } from '../src/random.ts';
import { csv } from '../src/trace/csv.ts';
import type { Trace } from '../src/trace/format.ts';
import { jsonl } from '../src/trace/jsonl.ts';
import { parquet } from '../src/trace/parquet.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';
import type { Workload } from '../src/workload.ts';
import { mutateBytes, mutateText } from './mutate-table.ts';
import { accounted, readAs, written } from './table-read.ts';

const CASES = Number(process.env.YARDMASTER_FUZZ ?? 150);
/** One damaged file of a few kilobytes must not take longer than this, on a loaded machine [ms]. */
const LONGEST = 5000;

/** A small workload that fills every column. */
function sample(jobs: number): Workload {
  const builder = new WorkloadBuilder();
  for (let job = 0; job < jobs; job++) {
    const request = builder.request({ cpu: 2000, memory: 1024 * job, gpu: 500, gpuModels: ['A100'], other: { rdma: 1 } });
    builder.add({
      id: job % 5 === 4 ? `${job}_1` : job,
      submit: job * 1500,
      runtime: 60_000 + job,
      walltime: job % 3 === 0 ? Infinity : 90_000,
      tasks: 1 + (job % 4),
      request: job % 2 === 0 ? builder.request() : request,
      moreGroups: job % 7 === 0 ? [{ tasks: 2, minimum: 1, request }] : [],
      recordedStart: job % 3 === 1 ? NaN : job * 1500 + 10,
      user: `user ${job % 3}`,
      queue: job % 2 === 0 ? 'a,b' : undefined,
      priority: job,
      after: job > 2 ? [{ id: job - 1, kind: job % 4, think: 1000 }] : [],
    });
  }
  return builder.finish('sample', 1_000_000);
}

const MAP = { map: 'id:job+submit:submit_s@s+runtime:runtime_s@s+procs:procs+groups:groups+state:outcome+user:user' };
const text = (format: typeof csv) => Buffer.from(written(format, sample(20)).bytes).toString();
const csvText = text(csv);
const jsonText = text(jsonl);
const eagle = 'job_id,wallclock_req,processors_req,gpus_req,submit_time,start_time,end_time,run_time,state,user\n'
  .concat('1,60.0,36,2,2019-01-01 08:55:55,2019-01-01 08:55:56,2019-01-01 09:00:00,244.0,COMPLETED,"a ""b"""\n')
  .concat('2,1e3,1,0,2019-03-10 02:30:00,2019-03-10 03:30:00,2019-03-10 04:00:00,,TIMEOUT,\n'); // prettier-ignore

interface Source {
  readonly name: string;
  readonly format: string;
  damaged(random: Random): string | Uint8Array;
  /** Rows of the damaged file as counted in another way; undefined where there is no simple one. */
  rows(content: string | Uint8Array): number | undefined;
}

const linesOf = (content: string | Uint8Array) => {
  const lines = String(content).replace(/^\uFEFF/, '').split('\n');
  return lines[lines.length - 1] === '' ? lines.length - 1 : lines.length;
}; // prettier-ignore

const countedCsv = (content: string | Uint8Array) => (String(content).includes('"') ? undefined : linesOf(content));

function countedJson(content: string | Uint8Array): number | undefined {
  const lines = String(content).split('\n').filter((line) => line.trim() !== ''); // prettier-ignore
  try {
    for (const line of lines) JSON.parse(line);
  } catch {
    return undefined;
  }
  return lines.every((line) => line.trim().startsWith('{')) ? lines.length : undefined;
}

/** Every encoding and page layout that the writer of the library has, without compression: damage gets to the values. */
function encodedParquet(jobs: number): Uint8Array {
  const rows = Array.from({ length: jobs }, (_, job) => job);
  const user = rows.map((job) => (job % 3 === 0 ? null : `user ${job % 4}`));
  const columnData = [
    { name: 'job', data: rows.map((job) => `job-${job}`), type: 'STRING', encoding: 'DELTA_BYTE_ARRAY' },
    { name: 'submit_s', data: rows, type: 'INT32', encoding: 'DELTA_BINARY_PACKED' },
    { name: 'runtime_s', data: rows.map((job) => job + 0.5), type: 'DOUBLE', encoding: 'BYTE_STREAM_SPLIT' },
    { name: 'walltime_s', data: rows.map((job) => BigInt(job * 60)), type: 'INT64', encoding: 'DELTA_BINARY_PACKED' },
    { name: 'procs', data: rows.map((job) => 1 + (job % 3)), type: 'INT32', nullable: false },
    { name: 'groups', data: rows.map(() => null), type: 'STRING', nullable: true },
    { name: 'outcome', data: rows.map(() => 'completes'), type: 'STRING', encoding: 'DELTA_LENGTH_BYTE_ARRAY' },
    { name: 'user', data: user, type: 'STRING', nullable: true },
    { name: 'epoch_s', data: rows.map(() => null), type: 'DOUBLE', nullable: true },
    { name: 'flag', data: rows.map((job) => job % 2 === 0), type: 'BOOLEAN', encoding: 'RLE' },
  ] as const;
  return new Uint8Array(
    parquetWriteBuffer({ columnData: [...columnData], codec: 'UNCOMPRESSED', rowGroupSize: 40, pageSize: 200 }),
  );
}

const parquetFiles = [written(parquet, sample(40)).bytes, encodedParquet(100)];

const sources: readonly Source[] = [
  { name: 'csv', format: 'csv', damaged: (random) => mutateText(csvText, random), rows: countedCsv },
  { name: 'csv, Eagle', format: 'csv', damaged: (random) => mutateText(eagle, random), rows: countedCsv },
  { name: 'csv, bytes', format: 'csv', damaged: (random) => mutateBytes(Buffer.from(csvText), random), rows: () => undefined },
  { name: 'jsonl', format: 'jsonl', damaged: (random) => mutateText(jsonText, random), rows: countedJson },
  {
    name: 'jsonl, one array',
    format: 'jsonl',
    damaged: (random) => mutateText(`[${jsonText.trim().split('\n').join(',\n')}]`, random),
    rows: () => undefined,
  },
  ...parquetFiles.map((bytes, index) => ({
    name: `parquet ${index + 1}`,
    format: 'parquet',
    damaged: (random: Random) => mutateBytes(bytes, random),
    rows: (content: string | Uint8Array) => Number(parquetMetadata(content as Uint8Array).num_rows),
  })),
];

describe.each(sources)('$name', ({ name, format, damaged, rows }) => {
  test(`${CASES} damaged files give a clear error or a result with a full account`, { timeout: 3_600_000 }, async () => {
    const random = randomStream(process.env.YARDMASTER_FUZZ_SEED ?? 1, `fuzz/${name}`);
    let read = 0;
    for (let number = 0; number < CASES; number++) {
      const content = damaged(random);
      const parameters = { ...(number % 3 === 0 ? MAP : {}), ...(number % 2 === 0 ? { unreadable: 'skip' } : {}) };
      const began = performance.now();
      let trace: Trace;
      try {
        trace = await readAs(format, content, parameters);
      } catch (error) {
        if (!(error instanceof InputError)) throw new Error(`case ${number} of ${name}`, { cause: error });
        continue;
      } finally {
        expect(performance.now() - began, `time of case ${number}`).toBeLessThan(LONGEST);
      }
      read++;
      checkWorkload(trace.workload);
      const expected = rows(content);
      if (expected !== undefined) expect(accounted(trace), `rows of case ${number}`).toBe(expected);
    }
    // Damage that is always refused would test nothing but the refusal.
    if (CASES >= 100) expect(read / CASES).toBeGreaterThan(0.03);
  });
});

/** What every workload must be, whatever it was read from. */
function checkWorkload({
  count,
  submit,
  runtime,
  walltime,
  procs,
  firstGroup,
  groupTasks,
  groupMinimum,
  dependencies,
}: Workload): void {
  expect(submit[0]).toBe(0);
  for (let job = 0; job < count; job++) {
    const fine =
      Number.isInteger(submit[job]) &&
      (job === 0 || submit[job] >= submit[job - 1]) &&
      Number.isInteger(runtime[job]) &&
      runtime[job] >= 0 &&
      walltime[job] > 0 &&
      procs[job] >= 0 &&
      firstGroup[job + 1] > firstGroup[job];
    expect(fine, `job ${job}`).toBe(true);
  }
  groupTasks.forEach((tasks, group) => {
    expect(tasks >= 1 && groupMinimum[group] >= 0 && groupMinimum[group] <= tasks).toBe(true);
  });
  for (const on of dependencies?.on ?? []) expect(on >= 0 && on < count).toBe(true);
}
