import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { detectFormat } from '../src/trace/detect.ts';
import type { TraceFormat } from '../src/trace/format.ts';
import { formats } from '../src/trace/index.ts';
import { traceInMemory } from '../src/trace/input.ts';
import { readStored, readTrace } from '../src/trace/read.ts';

const SWF = '7 5 -1 10 1 -1 -1 1 60 -1 1 1 1 -1 -1 -1 -1 -1\n8 3 -1 10 1 -1 -1 1 60 -1 1 1 1 -1 -1 -1 -1 -1\n';
const SACCT = 'JobID|Submit|Elapsed|NCPUS\n1|2024-01-01T00:00:00|00:10|4\n';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'yardmaster-read-'))));
afterAll(() => rmSync(folder, { recursive: true }));

function stored(name: string, content: string): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

describe('the format', () => {
  test.each([
    { what: 'by the name of the file', name: 'a.swf', text: SWF, format: 'swf' },
    { what: 'by the name under its compression', name: 'a.SWF.gz', text: SWF, format: 'swf' },
    { what: 'by the beginning', name: 'log', text: SWF, format: 'swf' },
    { what: 'by a header alone', name: 'log2', text: `; Version: 2.2\n; MaxJobs: 2\n${SWF}`, format: 'swf' },
    { what: 'by the beginning', name: 'dump.txt', text: SACCT, format: 'sacct' },
    { what: 'by the name of the file', name: 'dump.sacct.log', text: SACCT, format: 'sacct' },
  ])('is found $what ($name)', async ({ name, text, format }) => {
    expect((await readTrace(stored(name, text))).format).toBe(format);
  });

  test('is the one that was named, whatever the file looks like', async () => {
    await expect(readTrace(stored('b.swf', SWF), { format: 'sacct' })).rejects.toThrow(/no bars/);
  });

  test.each([
    { what: 'a mistyped name', format: 'sfw', text: SWF, says: /there is no trace format "sfw"\n.*did you mean "swf"/s },
    {
      what: 'a file that looks like nothing',
      format: undefined,
      text: 'hello\n',
      says: /looks like no trace format.*\n.*--format: swf, sacct/s,
    },
  ])('is asked for: $what', async ({ format, text, says }) => {
    await expect(readStored(traceInMemory(text), { format })).rejects.toThrow(says);
    await expect(readStored(traceInMemory(text), { format })).rejects.toMatchObject({ mistake: 'usage' });
  });

  test('is asked for where two are as likely', async () => {
    const like = (name: string): TraceFormat => ({ ...formats[0], name, extensions: ['.log'], likelihood: () => 0.8 });
    const detecting = detectFormat([like('one'), like('two')], undefined, 'a.log', () => Promise.resolve('x'));
    await expect(detecting).rejects.toThrow(/looks like one and like two/);
  });

  test('has a name of its own in the list', () => {
    expect(new Set(formats.map(({ name }) => name)).size).toBe(formats.length);
  });
});

test('a limit keeps the first jobs by submission and counts the others', async () => {
  const { workload, skipped } = await readStored(traceInMemory(SWF), { limit: 1 });
  expect([...workload.ids]).toEqual([8]);
  expect(skipped).toEqual([{ what: 'after the first 1 jobs, which are all that were asked for', count: 1, where: [] }]);
});

test('dependencies on nothing are counted, and the first are named', async () => {
  const job = (id: number, after: number) => `${id} ${id} -1 10 1 -1 -1 1 60 -1 1 1 1 1 -1 -1 ${after} -1\n`;
  const warningsOf = async (text: string) => (await readStored(traceInMemory(text))).warnings;
  expect(await warningsOf(job(1, -1) + job(2, 1))).toEqual([]);
  expect(await warningsOf(job(1, 9) + job(2, 1))).toEqual([
    '1 dependency on no other job of the trace, taken as satisfied: 1 on 9',
  ]);
  expect(await warningsOf(job(1, 9) + job(2, 2) + job(3, 1) + job(4, 8) + job(5, 7))).toEqual([
    '4 dependencies on no other job of the trace, taken as satisfied: 1 on 9, 2 on itself, 4 on 8, ...',
  ]);
});

test('parameters are checked', async () => {
  await expect(readStored(traceInMemory(SWF), { parameters: { proc: 'requested' } })).rejects.toThrow(
    /no parameter "proc"\n.*"procs"/s,
  );
});

test('text that is not UTF-8 is warned of', async () => {
  const { warnings } = await readStored(traceInMemory(Buffer.from(`; J\xfcrgen\n${SWF}`, 'latin1')));
  expect(warnings).toContain('some characters are not UTF-8; they are read as U+FFFD');
});

test('the file is named by what it is called, and described as stored', async () => {
  const trace = await readTrace(stored('named.swf', SWF));
  expect(trace).toMatchObject({ format: 'swf', bytes: SWF.length, workload: { name: 'named.swf', count: 2 } });
  expect(trace.sha256).toMatch(/^[0-9a-f]{64}$/);
});
