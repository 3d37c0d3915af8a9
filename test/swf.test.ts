import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Trace } from '../src/trace/format.ts';
import { traceInMemory } from '../src/trace/input.ts';
import { readStored } from '../src/trace/read.ts';
import { swf } from '../src/trace/swf.ts';
import { AFTER_ANY, AFTER_OK, COMPLETES, FAILS, IS_CANCELLED, jobId, nameOf, OUTLASTS } from '../src/workload.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';
import type { Workload } from '../src/workload.ts';

const UNKNOWN = -1;

/** A line with these fields; the others are a plain job of one processor for 10 s. */
function line(fields: Partial<Record<keyof typeof FIELD, string | number>> = {}): string {
  const values: (string | number)[] = [1, 0, UNKNOWN, 10, 1, UNKNOWN, UNKNOWN, 1, 60, UNKNOWN, 1];
  while (values.length < 18) values.push(UNKNOWN);
  for (const [name, value] of Object.entries(fields)) values[FIELD[name as keyof typeof FIELD]] = value;
  return `${values.join(' ')}\n`;
}

const FIELD = {
  ...{ id: 0, submit: 1, wait: 2, run: 3, allocated: 4, cpuTime: 5, requested: 7, walltime: 8, memory: 9, status: 10 },
  ...{ user: 11, group: 12, queue: 14, partition: 15, preceding: 16, think: 17 },
};

const read = (text: string, parameters = {}): Promise<Trace> => readStored(traceInMemory(text), { format: 'swf', parameters });
const workloadOf = async (text: string, parameters = {}): Promise<Workload> => (await read(text, parameters)).workload;

describe('a job', () => {
  test('has the columns of its line', async () => {
    const workload = await workloadOf(
      line({
        id: 7,
        submit: 100,
        wait: 5,
        run: 50,
        requested: 8,
        walltime: 3600,
        memory: 2048,
        user: 3,
        group: 4,
        queue: 5,
        partition: 6,
      }),
    );
    expect(jobId(workload, 0)).toBe('7');
    expect(workload).toMatchObject({ origin: 100_000, epoch: NaN, count: 1 });
    expect([workload.submit[0], workload.runtime[0], workload.walltime[0], workload.procs[0]]).toEqual([0, 50_000, 3_600_000, 8]);
    expect(workload.recordedStart?.[0]).toBe(5000);
    expect(workload.requests[workload.groupRequest[0]]).toEqual({ cpu: 1000, memory: 2048 * 1024, gpu: 0 });
    expect(['user', 'account', 'queue', 'partition'].map((name) => nameOf(workload[name as 'user'], 0))).toEqual([
      '3',
      '4',
      '5',
      '6',
    ]);
  });

  test.each([
    { what: 'requested processors', fields: { requested: 4, allocated: 8 }, parameters: {}, procs: 4 },
    { what: 'allocated ones where none were requested', fields: { requested: -1, allocated: 8 }, parameters: {}, procs: 8 },
    { what: 'allocated ones if chosen', fields: { requested: 4, allocated: 8 }, parameters: { procs: 'allocated' }, procs: 8 },
    {
      what: 'requested ones where none were allocated',
      fields: { requested: 4, allocated: 0 },
      parameters: { procs: 'allocated' },
      procs: 4,
    },
    { what: 'a part of one as a whole', fields: { requested: 1.2 }, parameters: {}, procs: 2 },
  ])('gets $what', async ({ fields, parameters, procs }) => {
    expect((await workloadOf(line(fields), parameters)).procs[0]).toBe(procs);
  });

  test.each([
    { status: 1, outcome: COMPLETES },
    { status: 0, outcome: FAILS },
    { status: 5, outcome: IS_CANCELLED },
    { status: -1, outcome: COMPLETES },
    { status: 4, outcome: FAILS },
  ])('of status $status has outcome $outcome', async ({ status, outcome }) => {
    expect((await workloadOf(line({ status }))).outcome[0]).toBe(outcome);
  });

  test.each([
    { what: 'failed at its limit', status: 0, run: 100, outcome: OUTLASTS },
    { what: 'was cancelled at its limit', status: 5, run: 100, outcome: OUTLASTS },
    { what: 'was gone a while after its limit', status: 0, run: 190, outcome: OUTLASTS },
    { what: 'failed before its limit', status: 0, run: 99, outcome: FAILS },
    { what: 'failed long after its limit', status: 0, run: 191, outcome: FAILS },
    { what: 'completed at its limit', status: 1, run: 100, outcome: COMPLETES },
    { what: 'ended at its limit, nobody knows how', status: -1, run: 100, outcome: COMPLETES },
  ])('one that $what has outcome $outcome', async ({ status, run, outcome }) => {
    const { workload, repaired } = await read(line({ status, run, walltime: 100 }));
    expect(workload.outcome[0]).toBe(outcome);
    const said = repaired.map(({ what }) => what).join();
    if (outcome === OUTLASTS) expect(said).toMatch(/killed at its limit: it runs until the limit that it has in the replay/);
    else expect(said).toBe('');
  });

  test.each([
    { what: 'cancelled before it started', fields: { run: -1, allocated: -1, status: 5 } },
    { what: 'cancelled before it started', fields: { run: 0, allocated: 0, status: 5 } },
    { what: 'no run time', fields: { run: -1 } },
    { what: 'no processors', fields: { requested: 0, allocated: -1 } },
    { what: 'no submit time', fields: { submit: -1 } },
  ])('is left out and counted: $what', async ({ what, fields }) => {
    const { workload, skipped } = await read(line() + line(fields));
    expect(workload.count).toBe(1);
    expect(skipped).toEqual([{ what, count: 1, where: [2] }]);
  });

  test.each([
    { walltime: -1, what: 'no walltime: none is set' },
    { walltime: 0, what: 'a walltime of 0: taken as none' },
  ])('of walltime $walltime has none', async ({ walltime, what }) => {
    const { workload, repaired } = await read(line({ walltime }));
    expect(workload.walltime[0]).toBe(Infinity);
    expect(repaired).toEqual([{ what, count: 1, where: [1] }]);
  });

  test('of no run time at all, or past its limit, stays as it is', async () => {
    const { workload, warnings } = await read(line({ run: 0 }) + line({ run: 90, walltime: 60 }));
    expect([...workload.runtime]).toEqual([0, 90_000]);
    expect(warnings).toEqual([expect.stringMatching(/^1 job ran on past their walltime/)]);
  });

  test('may have fractions of seconds', async () => {
    const workload = await workloadOf(line({ submit: 0.25, run: 3477.501, cpuTime: 12.25, wait: '1e1' }));
    expect([workload.origin, workload.runtime[0], workload.recordedStart?.[0]]).toEqual([250, 3_477_501, 10_000]);
  });

  test('waits for another one and its user thinks', async () => {
    const workload = await workloadOf(line({ id: 1 }) + line({ id: 2, preceding: 1, think: 30 }) + line({ id: 3, preceding: 9 }));
    expect(workload.dependencies).toEqual({
      first: Int32Array.of(0, 0, 1, 1),
      on: Int32Array.of(0),
      kind: Uint8Array.of(AFTER_ANY),
      think: Float64Array.of(30_000),
    });
  });

  test('that was interrupted is one job, its parts are none', async () => {
    const { workload, noJob } = await read(
      line({ id: 4, run: 90 }) +
        line({ id: 4, submit: -1, run: 40, status: 2 }) +
        line({ id: 4, submit: -1, run: 50, status: 3 }),
    );
    expect([...workload.runtime]).toEqual([90_000]);
    expect(noJob).toEqual([{ what: expect.stringMatching(/parts of an interrupted job/), count: 2, where: [] }]);
  });

  test('has users of 14 digits and more', async () => {
    const workload = await workloadOf(
      line({ user: '35012304659472' }) + line({ user: '99999999999999999998' }) + line({ user: '99999999999999999999' }),
    );
    expect(workload.user.names).toEqual(['35012304659472', '99999999999999999998', '99999999999999999999']);
  });
});

describe('a file', () => {
  test.each([
    { what: 'tabs', text: (line() + line()).replaceAll(' ', '\t') },
    { what: 'blanks before and behind', text: `  ${line().trimEnd()}   \n\t${line()}` },
    { what: 'Windows line ends', text: (line() + line()).replaceAll('\n', '\r\n') },
    { what: 'no last line end', text: (line() + line()).trimEnd() },
    { what: 'a byte order mark', text: `\uFEFF${line()}${line()}` },
  ])('with $what', async ({ text }) => {
    expect((await workloadOf(text)).count).toBe(2);
  });

  test('is the same however it is cut into pieces', async () => {
    const text = `; MaxProcs: 4\n; Note: Jürgen\n${Array.from({ length: 40 }, (_, job) => line({ id: job + 1, submit: job, user: job % 3 })).join('')}`;
    const long = `${text}${`; ${'x'.repeat(3000)}\n`.repeat(50)}${text}`;
    const whole = await workloadOf(long);
    expect(whole.count).toBe(80);
    expect([...whole.ids]).toEqual(Array.from({ length: 80 }, (_, row) => 1 + (row >> 1)));
  });

  test('need not be sorted, nor start at 0', async () => {
    const { workload, warnings } = await read(
      line({ id: 1, submit: 50 }) + line({ id: 2, submit: 20, wait: 5 }) + line({ id: 3, submit: 50 }),
    );
    expect([...workload.ids]).toEqual([2, 1, 3]);
    expect([...workload.submit]).toEqual([0, 30_000, 30_000]);
    expect(workload.recordedStart?.[0]).toBe(5000);
    expect(warnings).toEqual([expect.stringMatching(/^1 jobs stand after one that was submitted later/)]);
  });

  test('has a header that names queues and may lie', async () => {
    const header =
      '; UnixStartTime: 1000\n; TimeZoneString: Asia/Tokyo\n; MaxJobs: 3\n; MaxRecords: 2\n; MaxProcs: 4\n; MaxNodes: 2\n';
    const names =
      ';Queue: 1 night\n; Queue: 2 \n; Queue: 3 night\n;;  Partition:  1  fat \n; Note: see http://example.org\n; http://example.org\n';
    const { workload, declared, warnings } = await read(
      header + names + [1, 2, 3].map((queue) => line({ queue, partition: 1, requested: 4 + queue })).join(''),
    );
    expect([0, 1, 2].map((job) => nameOf(workload.queue, job))).toEqual(['night', '2', '3']);
    expect(nameOf(workload.partition, 0)).toBe('fat');
    expect(workload.epoch).toBe(1_000_000);
    expect(declared).toMatchObject({ procs: 4, nodes: 2, epoch: 1_000_000, timeZone: 'Asia/Tokyo' });
    expect(declared.header?.map(([label]) => label)).not.toContain('http');
    expect(warnings).toEqual([
      'the header says MaxRecords 2, but there are 3: the lines are what counts',
      'the header says MaxProcs 4, but 3 jobs have more processors (the largest 7)',
    ]);
  });

  test('has a header that may be longer than anything', async () => {
    const fields = Array.from({ length: 10_003 }, (_, row) => `; Note${row}: text\n`).join('');
    const { declared, warnings, noJob } = await read(fields + line({}));
    expect(declared.header).toHaveLength(10_000);
    expect(noJob).toEqual([expect.objectContaining({ count: 10_003 })]);
    expect(warnings).toEqual(['of the header 10000 fields are kept; 3 more are left out']);
  });

  test('may have Unix times already', async () => {
    const { workload, warnings } = await read(`; UnixStartTime: 1535348017\n${line({ submit: 1535348017 })}`);
    expect([workload.origin, workload.epoch]).toEqual([1_535_348_017_000, 0]);
    expect(warnings).toEqual([expect.stringMatching(/Unix times already/)]);
  });

  describe('with whole minutes in field 6 and nothing in field 9', () => {
    const alcf = (minutes: number) => line({ cpuTime: minutes * 60, walltime: -1 });
    test('has its walltimes there', async () => {
      const { workload, warnings } = await read(alcf(1) + alcf(2) + alcf(3));
      expect([...workload.walltime]).toEqual([60_000, 120_000, 180_000]);
      expect(warnings).toEqual([expect.stringMatching(/field 6/)]);
    });
    test('has none if told so, or if a CPU time is among them', async () => {
      const { workload } = await read(alcf(1) + alcf(2) + alcf(3), { walltime: 'requested-time' });
      expect([...workload.walltime]).toEqual([Infinity, Infinity, Infinity]);
      expect((await workloadOf(alcf(1) + alcf(2) + line({ cpuTime: 61, walltime: -1 }))).walltime[0]).toBe(Infinity);
    });
  });

  test('of 19 columns is read without the last one', async () => {
    const { workload, warnings } = await read(line().replace('\n', ' 1\n'));
    expect(workload.count).toBe(1);
    expect(warnings).toEqual([expect.stringMatching(/19 columns/)]);
  });

  test("of 21 columns is Alea's: bytes a node, names of queues", async () => {
    const alea = line({ submit: 1356998400, requested: 128, memory: 64 * 1024 ** 3, user: 'eve' }).replace(
      '\n',
      ' {1,2} q_2w 2:ppn=64:x86_64:cl_zewura#excl\n',
    );
    const workload = await workloadOf(alea);
    expect([nameOf(workload.queue, 0), nameOf(workload.user, 0), workload.procs[0], workload.epoch]).toEqual([
      'q_2w',
      'eve',
      128,
      0,
    ]);
    expect(workload.requests[workload.groupRequest[0]].memory).toBe(1024 ** 3);
  });
});

describe('a clear error', () => {
  test.each([
    { what: 'too few columns', text: line() + '1 2 3\n' + line(), says: /memory:2: found 3 columns where there should be 18/ },
    {
      what: 'a change of width',
      text: line() + line().replace('\n', ' 1\n'),
      says: /memory:2: found 19 columns where there should be 18/,
    },
    { what: 'a word', text: line({ run: 'ten' }), says: /memory:1: "ten" is not a number \(field 4, run time\).*\n.*hint/s },
    { what: 'a number with a comma', text: line({ run: '1,5' }), says: /"1,5" is not a number/ },
    { what: 'a number beyond all time', text: line({ submit: '1e300' }), says: /1e\+300 is not a submit time/ },
    {
      what: 'a torn last line',
      text: line() + '2 0 -1 10',
      says: /memory:2: the last line is cut off: found 4 of 18 columns.*\n.*incomplete/s,
    },
    {
      what: 'a torn number',
      text: line() + line().trimEnd().slice(0, -1),
      says: /the last line is cut off: found "-" at its end/,
    },
    {
      what: 'no jobs',
      text: `; MaxJobs: 1\n${line({ run: -1, status: 5 })}`,
      says: /no job to replay in it; found 1 x cancelled before it started, 1 x comments/,
    },
    { what: 'nothing', text: '', says: /the file is empty/ },
    { what: 'another format', text: 'a;b;c\n1;2;3\n', says: /found 1 columns.*\n.*--format/s },
  ])('for $what', async ({ text, says }) => {
    await expect(read(text)).rejects.toThrow(says);
    await expect(read(text)).rejects.toMatchObject({ name: 'InputError', mistake: 'data' });
  });
});

describe('numbers', () => {
  test.each(['-0', '-0.0', '-00', '-.0', '-0e1', '-0.'])('a run time of %s is zero without a sign', async (text) => {
    const { workload } = await read(line() + line({ run: text }));
    expect(Object.is(workload.runtime[1], 0)).toBe(true);
  });

  test('are read as JavaScript reads them, and nothing else is one', async () => {
    const token = fc.oneof(
      fc.integer({ min: 0, max: 2_000_000 }).map(String),
      fc.stringMatching(/^[0-9]{0,4}\.?[0-9]{0,3}(e[0-9])?$/),
      fc.stringMatching(/^[-+0-9.ex]{1,6}$/),
      fc.constantFrom('007', '1.', '.5', '.', '-', 'NaN', '0x10', '1e', 'Infinity', '-0'),
    );
    await fc.assert(
      fc.asyncProperty(token, async (text) => {
        const isNumber = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text);
        const value = Number(text);
        if (text === '') return;
        const reading = read(line() + line({ run: text, walltime: 1e9 }));
        if (!isNumber) await expect(reading).rejects.toThrow(/is not a number/);
        else if (value < 0) expect((await reading).skipped).toHaveLength(1);
        else if (value < 1e9)
          expect((await reading).workload.runtime[1]).toBe(Math.round(value * 1000) + 0); // -0 is 0
        else if (value > 1e13) await expect(reading).rejects.toThrow(/is not a run time/);
        else await reading.catch(() => undefined);
      }),
      { numRuns: 500 },
    );
  });
});

describe('writing', () => {
  const job = fc.record({
    submit: fc.integer({ min: 0, max: 5 }),
    runtime: fc.constantFrom(0, 1, 2.5, 1000.001),
    walltime: fc.constantFrom(Infinity, 60, 3600.5),
    tasks: fc.integer({ min: 1, max: 4 }),
    outcome: fc.constantFrom(COMPLETES, FAILS, IS_CANCELLED),
    wait: fc.constantFrom(NaN, 0, 7),
    user: fc.constantFrom(undefined, '0', '3'),
    queue: fc.constantFrom(undefined, 'night', 'day'),
    memory: fc.constantFrom(0, 1024, 1024 ** 3),
    after: fc.constantFrom(0, 1, 2),
  });

  test('and reading again gives the same workload', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(job, { minLength: 1, maxLength: 12 }), async (jobs) => {
        const builder = new WorkloadBuilder();
        jobs.sort((a, b) => a.submit - b.submit);
        jobs.forEach(({ submit, runtime, walltime, wait, memory, after, ...rest }, row) => {
          builder.add({
            ...rest,
            id: row + 1,
            submit: submit * 1000,
            runtime: Math.round(runtime * 1000),
            walltime: walltime * 1000,
            recordedStart: (submit + wait) * 1000,
            request: builder.request({ cpu: 1000, memory, gpu: 0 }),
            after: after > 0 ? [{ id: after, think: after === 1 ? 5000 : undefined }] : undefined,
          });
        });
        const workload = builder.finish('memory', 1_272_639_895_000);
        const lost: string[] = [];
        const text = [...swf.write!.write(workload, (what) => lost.push(what), { procs: 64 })].join('');
        const trace = await read(text);
        expect(lost).toEqual([]);
        expect(trace.declared.procs).toBe(64);
        expect(trace.warnings.filter((warning) => !warning.includes('past their walltime'))).toEqual([]);
        expect(trace.workload).toEqual({
          ...workload,
          requests: trace.workload.requests,
          groupRequest: trace.workload.groupRequest,
        });
        const memoryOf = ({ requests, groupRequest }: Workload) =>
          Array.from(groupRequest, (request) => requests[request].memory);
        expect(memoryOf(trace.workload)).toEqual(memoryOf(workload));
      }),
    );
  });

  test('tells what the format cannot hold', () => {
    const builder = new WorkloadBuilder();
    const gpu = builder.request({ cpu: 2500, memory: 1000, gpu: 1000, other: { rdma: 1 } });
    builder.add({
      id: 'a',
      submit: 0,
      runtime: 1,
      walltime: 1,
      tasks: 4,
      minimum: 2,
      request: gpu,
      qos: 'high',
      user: 'eve',
      priority: 3,
    });
    const after = [{ id: 'a', kind: AFTER_OK }, { id: 'c' }];
    builder.add({ id: 'b', submit: 0, runtime: 1, walltime: 1, tasks: 1, request: builder.request(), after });
    builder.add({ id: 'c', submit: 0, runtime: 1, walltime: 1, tasks: 1, request: builder.request() });
    const lost: Record<string, number> = {};
    const pieces = [...swf.write!.write(builder.finish('x'), (what, jobs) => (lost[what] = jobs))];
    expect(
      pieces
        .join('')
        .split('\n')
        .filter((text) => !text.startsWith(';'))[0],
    ).toBe('1 0 -1 0.001 10 -1 -1 10 0.001 1 1 1 -1 -1 -1 -1 -1 -1');
    expect(lost).toEqual({
      'ids that are no numbers: numbered by line': 3,
      'names (user): numbered in order of appearance': 1,
      GPUs: 1,
      'other resources': 1,
      'parts of a processor: rounded up': 1,
      'how processors are grouped into tasks': 1,
      'jobs that could run with fewer tasks': 1,
      'memory: rounded up to whole KB a processor': 1,
      QoS: 1,
      priority: 1,
      'dependencies after the first one': 1,
      'kinds of dependency: all are written as "after the other one has ended"': 1,
    });
  });
});
