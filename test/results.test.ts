import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { processorPool } from '../src/cluster.ts';
import type { Cluster } from '../src/cluster.ts';
import { attemptsCsv } from '../src/results/attempts-csv.ts';
import { csvSeconds, csvText } from '../src/results/csv.ts';
import { explanationsCsv } from '../src/results/explanations-csv.ts';
import { jobsCsv } from '../src/results/jobs-csv.ts';
import { readExplanations } from '../src/results/read-attempts.ts';
import { readJobs } from '../src/results/read-jobs.ts';
import { clearResults, makeFolder } from '../src/results/folder.ts';
import { AtomicFile, removeUnfinishedFiles, writeAtomically } from '../src/results/write.ts';
import { COMPLETED, NODE_FAILED, PREEMPTED, REJECTED, UNFINISHED } from '../src/schedule.ts';
import type { Schedule } from '../src/schedule.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';
import { nameOf } from '../src/workload.ts';
import type { Category, Workload } from '../src/workload.ts';

const s = 1000;
const steps = { time: Float64Array.of(0), value: Float64Array.of(4) };

/** Two tasks of half a processor, one with a GPU; a plain job; one that is too large. */
function workload(): Workload {
  const builder = new WorkloadBuilder();
  const half = builder.request({ cpu: 500, memory: 0, gpu: 0 });
  const withGpu = builder.request({ cpu: 1000, memory: 0, gpu: 500 });
  const plain = builder.request();
  const base = { runtime: 60 * s, walltime: 90 * s };
  builder.add({
    ...base,
    id: 'a,"b"',
    submit: 100.25 * s,
    tasks: 2,
    request: half,
    moreGroups: [{ tasks: 3, request: withGpu }],
    user: 'ada, countess',
    account: 'phys,ics',
    qos: 'high',
    queue: 'q',
  });
  builder.add({ ...base, id: '2', submit: 101 * s, tasks: 1, request: plain, account: 'chem', partition: 'cpu' });
  builder.add({ ...base, id: '3', submit: 102 * s, tasks: 99, request: plain, user: 'ben' });
  return builder.finish('test');
}

const cluster: Cluster = {
  name: 'test',
  interchangeable: false,
  pools: [
    { name: 'n', count: 4, cpu: 4000, memory: Infinity, gpus: 1 },
    { name: 'big', count: 1, cpu: 64000, memory: Infinity, gpus: 0 },
  ],
  partitions: [],
  outages: [],
};

function schedule(): Schedule {
  return {
    policy: 'test',
    count: 3,
    submit: Float64Array.of(0, 0.75 * s, 1.75 * s),
    start: Float64Array.of(0.5 * s, 10 * s, NaN),
    end: Float64Array.of(60.5 * s, NaN, NaN),
    lastStart: Float64Array.of(0.5 * s, 10 * s, NaN),
    state: Uint8Array.of(COMPLETED, UNFINISHED, REJECTED),
    attempts: {
      count: 2,
      job: Int32Array.of(1, 1),
      start: Float64Array.of(1 * s, 2 * s),
      end: Float64Array.of(1.5 * s, 3 * s),
      why: Uint8Array.of(PREEMPTED, NODE_FAILED),
      kept: Float64Array.of(0, 250),
    },
    placements: {
      first: Int32Array.of(0, 3, 4, 4),
      node: Int32Array.of(3, 0, 3, 4),
      group: Int32Array.of(0, 1, 1, 0),
      tasks: Int32Array.of(2, 1, 2, 1),
    },
    capacity: steps,
    until: 70 * s,
    explanations: [{ job: 1, time: 0.75 * s, reason: 'it is "first", and waits' }],
  };
}

describe('jobs.csv', () => {
  test('has the columns of the contract, and is empty where there is nothing', () => {
    expect([...jobsCsv(workload(), cluster, schedule())].join('')).toBe(
      'job,submit_s,start_s,end_s,state,wait_s,user,queue,cpus,gpus,nodes,placement,restarts,account,partition,qos\n' +
        '"a,""b""",100.25,100.75,160.75,completed,0.5,"ada, countess",q,4,1.5,2,n0*1 n3*4,0,"phys,ics",,high\n' +
        '2,101,110.25,,unfinished,9.25,,,1,0,1,big*1,2,chem,cpu,\n' +
        '3,102,,,rejected,,ben,,99,0,,,0,,,\n',
    );
  });

  test('says nothing of nodes on a pool of processors', () => {
    const { placements: _, ...rest } = schedule();
    const lines = [...jobsCsv(workload(), processorPool(4), rest)].join('').split('\n');
    expect(lines[2]).toBe('2,101,110.25,,unfinished,9.25,,,1,0,,,2,chem,cpu,');
  });

  test('comes in pieces that join to whole rows, however many there are', () => {
    const builder = new WorkloadBuilder();
    const request = builder.request();
    const count = 20_000;
    for (let id = 0; id < count; id++)
      builder.add({ id, submit: id * s, runtime: s, walltime: s, tasks: 1, request, user: `u${id % 7}` });
    const many = builder.finish('many');
    const column = () => many.submit.slice();
    const done: Schedule = {
      ...schedule(),
      count,
      submit: column(),
      start: column(),
      end: column().map((time) => time + s),
      lastStart: column(),
      state: new Uint8Array(count).fill(COMPLETED),
      placements: undefined,
    };
    const pieces = [...jobsCsv(many, processorPool(1), done)];
    expect(pieces.length).toBeGreaterThan(2);
    const rows = parse(pieces.join(''), { columns: true }) as Record<string, string>[];
    expect(rows).toHaveLength(count);
    expect(rows[count - 1]).toMatchObject({
      job: String(count - 1),
      start_s: String(count - 1),
      end_s: String(count),
      user: 'u0',
    });
  });
});

test('jobs.csv is read again with accounts, partitions and QoS; one of format 1 has none', () => {
  const text = [...jobsCsv(workload(), cluster, schedule())].join('');
  const table = readJobs(Buffer.from(text), 'jobs.csv');
  const namesOf = (category: Category | undefined) => category && [0, 1, 2].map((row) => nameOf(category, row));
  expect(namesOf(table.account)).toEqual(['phys,ics', 'chem', undefined]);
  expect(namesOf(table.partition)).toEqual([undefined, 'cpu', undefined]);
  expect(namesOf(table.qos)).toEqual(['high', undefined, undefined]);
  const old = text.replace(/,account,partition,qos/, '').replace(/,"phys,ics",,high|,chem,cpu,(?=\n)|,,,(?=\n$)/g, '');
  const { account, partition, qos, count } = readJobs(Buffer.from(old), 'jobs.csv');
  expect([count, account, partition, qos]).toEqual([3, undefined, undefined, undefined]);
});

test('attempts.csv and explanations.csv have a row for each', () => {
  expect([...attemptsCsv(workload(), schedule())].join('')).toBe(
    'job,start_s,end_s,why,kept_s\n2,101.25,101.75,preempted,0\n2,102.25,103.25,node-failed,0.25\n',
  );
  expect([...explanationsCsv(workload(), schedule())].join('')).toBe('job,time_s,reason\n2,101,"it is ""first"", and waits"\n');
});

test('explanations.csv has dates where the trace knows the day, and is read either way', () => {
  const jobs = readJobs(Buffer.from([...jobsCsv(workload(), cluster, schedule())].join('')), 'jobs.csv');
  const dated = [...explanationsCsv({ ...workload(), epoch: Date.UTC(2024, 9, 1) }, schedule())].join('');
  expect(dated).toBe('job,time_s,reason,date\n2,101,"it is ""first"", and waits",2024-10-01T00:01:41.000Z\n');
  const read = (text: string) => readExplanations(Buffer.from(text), 'explanations.csv', jobs);
  expect(read(dated)).toEqual(read([...explanationsCsv(workload(), schedule())].join('')));
});

describe('cells', () => {
  test('any text survives a reader of CSV', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'é', ';') }), { minLength: 2, maxLength: 5 }),
        (cells) => {
          const [row] = parse(`${cells.map(csvText).join(',')}\n`, { relax_column_count: true }) as string[][];
          expect(row).toEqual(cells);
        },
      ),
    );
  });

  test('seconds are exactly the milliseconds, as short as can be', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e15, max: 1e15 }), (ms) => {
        const text = csvSeconds(ms);
        expect(text).toMatch(/^-?\d+(\.\d{0,2}[1-9])?$/);
        const [whole, fraction = ''] = text.replace('-', '').split('.');
        expect(BigInt(whole) * 1000n + BigInt(fraction.padEnd(3, '0'))).toBe(BigInt(Math.abs(ms)));
      }),
    );
    expect(csvSeconds(NaN)).toBe('');
  });
});

describe('files', () => {
  const folder = () => mkdtempSync(join(tmpdir(), 'yardmaster-'));

  test('are written with the folders they need, whatever the size of the pieces', () => {
    const path = join(folder(), 'a', 'b', 'out.txt');
    const pieces = ['é'.repeat(3), 'x'.repeat(3_000_000), new Uint8Array([65, 66]), new Uint8Array(2_000_000).fill(67), 'end'];
    writeAtomically(path, pieces);
    expect(readFileSync(path, 'utf8')).toBe('ééé' + 'x'.repeat(3_000_000) + 'AB' + 'C'.repeat(2_000_000) + 'end');
    expect(readdirSync(join(path, '..'))).toEqual(['out.txt']);
  });

  test('are left as they were when writing fails', () => {
    const path = join(folder(), 'out.txt');
    writeFileSync(path, 'before');
    function* failing() {
      yield 'half';
      throw new Error('no more');
    }
    expect(() => writeAtomically(path, failing())).toThrow('no more');
    expect(readFileSync(path, 'utf8')).toBe('before');
    expect(readdirSync(join(path, '..'))).toEqual(['out.txt']);
  });

  test('that are half written are removed when a run is interrupted', () => {
    const path = join(folder(), 'out.txt');
    const file = new AtomicFile(path);
    file.write('half');
    expect(readdirSync(join(path, '..'))).toHaveLength(1);
    removeUnfinishedFiles();
    expect(readdirSync(join(path, '..'))).toHaveLength(0);
    expect(existsSync(path)).toBe(false);
  });
});

describe('folders', () => {
  test('are made one by one, and not below a file', () => {
    const top = mkdtempSync(join(tmpdir(), 'folders-'));
    makeFolder(join(top, 'a', 'b'));
    makeFolder(join(top, 'a', 'b'));
    writeFileSync(join(top, 'file'), '');
    expect(() => makeFolder(join(top, 'file', 'c'))).toThrow('it is a file');
  });

  test('are cleared of what an earlier run left, and of nothing else', () => {
    const out = mkdtempSync(join(tmpdir(), 'results-'));
    for (const name of ['easy', 'other']) mkdirSync(join(out, name));
    const stale = ['manifest.json', 'easy/attempts.csv', 'easy/explanations.csv', 'easy/jobs.csv.12.part'];
    const kept = ['easy/notes.txt', 'other/attempts.csv', 'mine.part'];
    for (const name of [...stale, ...kept]) writeFileSync(join(out, name), '');
    clearResults(out, ['easy', 'fcfs']);
    expect(stale.filter((name) => existsSync(join(out, name)))).toEqual([]);
    expect(kept.filter((name) => existsSync(join(out, name)))).toEqual(kept);
  });

  test('a file that cannot be put into its place is told as that, and leaves nothing', () => {
    const out = mkdtempSync(join(tmpdir(), 'rename-'));
    expect(() => writeAtomically(out, ['x'])).toThrow('it is a folder');
    const path = join(out, 'late');
    const file = new AtomicFile(path);
    mkdirSync(path);
    expect(() => file.commit()).toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    file.discard();
    expect(readdirSync(out)).toEqual(['late']);
  });
});
