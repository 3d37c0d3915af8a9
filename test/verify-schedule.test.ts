import { existsSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countInversions } from '../src/inversions.ts';
import { parseScheduleTable, readScheduleTable } from '../src/verify/schedule-table.ts';
import { compareSchedules } from '../src/verify/schedule.ts';
import { EXACT, judge } from '../src/verify/tolerance.ts';

const table = (text: string) => parseScheduleTable(`id,submit,start,end\n${text}`, 'test.csv');
const s = 1000;

describe('order inversions', () => {
  /** Few values, so that many tie. */
  const column = (length: number) => fc.array(fc.integer({ min: 0, max: 5 }), { minLength: length, maxLength: length });
  const columns = fc.integer({ min: 0, max: 30 }).chain((length) => fc.tuple(column(length), column(length)));

  test('are the pairs that a slow count finds', () => {
    fc.assert(
      fc.property(columns, ([a, b]) => {
        let slow = 0;
        for (let i = 0; i < a.length; i++) for (let j = 0; j < a.length; j++) if (a[i] < a[j] && b[i] > b[j]) slow++;
        expect(countInversions(Float64Array.from(a), Float64Array.from(b))).toBe(slow);
      }),
      { numRuns: 1000 },
    );
  });

  test('are counted for many jobs at once', () => {
    const up = Float64Array.from({ length: 200_000 }, (_, row) => row);
    expect(countInversions(up, up.slice().reverse())).toBe((200_000 * 199_999) / 2);
  });
});

describe('comparison', () => {
  test('of a schedule with itself is exact', () => {
    const same = table('1,0,0,10\n2,1,10,20\n3,2,,\n');
    const comparison = compareSchedules(same, same);
    expect(comparison).toMatchObject({ compared: 3, identical: 3, startedInOne: 0, inversions: 0, pairs: 1, offset: 0 });
    expect(comparison.worst).toEqual([]);
    expect(judge(comparison, EXACT).every(({ ok }) => ok)).toBe(true);
  });

  test('counts what differs', () => {
    const expected = table('1,0,0,10\n2,0,10,20\n3,0,20,30\n4,0,30,40\n5,0,,\n');
    const actual = table('1,0,0,10\n2,0,20,30\n3,0,12,22\n4,0,,\n5,0,,\n');
    const comparison = compareSchedules(expected, actual);
    expect(comparison).toMatchObject({
      compared: 5,
      identical: 2,
      startedInOne: 1,
      difference: { median: 8 * s, p95: 10 * s, max: 10 * s },
      inversions: 1,
      pairs: 3,
    });
    expect(comparison.meanWait).toMatchObject({ expected: 10 * s, actual: (32 / 3) * s });
    expect(comparison.makespan).toMatchObject({ expected: 40 * s, actual: 30 * s, error: -10 * s, share: -0.25 });
    expect(comparison.worst.map(({ id }) => id)).toEqual(['4', '2', '3']);
  });

  test('matches by id whatever the order of the rows, the n-th of an id with the n-th', () => {
    const expected = table('1,0,0,1\n2,0,5,6\n1,9,9,10\n');
    const actual = table('2,0,5,6\n1,0,0,1\n1,9,9,10\n');
    expect(compareSchedules(expected, actual)).toMatchObject({ compared: 3, identical: 3, missing: [], extra: [] });
  });

  test('names jobs that are in one file only', () => {
    const comparison = compareSchedules(table('1,0,0,1\n2,0,0,1\n'), table('2,0,0,1\n7,0,0,1\n2,0,0,1\n'));
    expect(comparison).toMatchObject({ compared: 1, missing: ['1'], extra: ['7', '2'] });
    expect(judge(comparison, EXACT).find(({ what }) => what === 'jobs')).toMatchObject({ value: 3, ok: false });
    expect(judge(comparison, { ...EXACT, partial: true }).every(({ ok }) => ok)).toBe(true);
  });

  test('moves the whole time base, submissions included, if they have the same offset', () => {
    const expected = table('1,16,16,20\n2,17,20,30\n3,17,21,30\n');
    const actual = table('1,0,0,4\n2,1,4,14\n3,1,9,14\n');
    const comparison = compareSchedules(expected, actual, { offset: 'auto' });
    expect(comparison).toMatchObject({ offset: 16 * s, identical: 2 });
    expect(comparison.meanWait?.error).toBeCloseTo((4 / 3) * s);
  });

  test('leaves submissions where they are if only starts are off', () => {
    const expected = table('1,0,16,20\n2,1,20,30\n');
    const actual = table('1,0,0,4\n2,1,4,14\n');
    const comparison = compareSchedules(expected, actual, { offset: 16 * s });
    expect(comparison).toMatchObject({ identical: 2, meanWait: { error: 0 } });
  });

  test('can take starts that are near for identical', () => {
    const comparison = compareSchedules(table('1,0,0,1\n2,0,0,1\n'), table('1,0,60,61\n2,0,61,62\n'), { within: 60 * s });
    expect(comparison).toMatchObject({ identical: 1, difference: { max: 61 * s } });
  });

  test('of nothing with something is outside any tolerance', () => {
    const verdicts = judge(compareSchedules(table(''), table('1,0,0,1\n')), { identical: 0, median: 1e9, partial: true });
    expect(verdicts.map(({ ok }) => ok)).toEqual([false, false]);
  });
});

describe('tables', () => {
  test('are our jobs.csv, or columns of other names, in any order, gzipped or not', async () => {
    const ours = 'job,submit_s,start_s,end_s,state,wait_s,user\n"a,b",0.5,1.25,2,completed,0.75,"x\ny"\n';
    expect(parseScheduleTable(ours, 'jobs.csv')).toMatchObject({
      ids: ['a,b'],
      start: Float64Array.of(1250),
      end: Float64Array.of(2000),
    });
    const path = join(mkdtempSync(join(tmpdir(), 'yardmaster-')), 'x.csv.gz');
    writeFileSync(path, gzipSync('\ufeffend,start,id\r\n3.0,2.0,j\r\n'));
    expect(await readScheduleTable(path)).toEqual({
      name: path,
      ids: ['j'],
      submit: undefined,
      start: Float64Array.of(2000),
      end: Float64Array.of(3000),
    });
  });

  test.each([
    ['', 'the file is empty'],
    ['a,b\n1,2\n', 'no column job or id'],
    ['id,submit,end\n1,2,3\n', 'no column start_s or start'],
    ['id,start\n1,2\n3\n', 'bad.csv, line 3: 1 cells where the header has 2'],
    ['id,start\n1,soon\n', 'bad.csv, line 2: "soon" is not a time in seconds'],
    ['id,start\n"1,2\n', 'bad.csv'],
  ])('%j is refused with its place', (text, message) => {
    expect(() => parseScheduleTable(text, 'bad.csv')).toThrow(message);
  });
});

const RECORDS = '../shared/truth/schedules';
describe.skipIf(!existsSync(RECORDS))(`records of other simulators (skipped where ${RECORDS} is absent)`, () => {
  const read = (name: string) => readScheduleTable(`${RECORDS}/${name}.csv.gz`);

  test.each([
    ['textbook-easy-sdsc4k', 'pyss-easy-sdsc4k', 4606, 3683.9],
    ['textbook-easy-sdsc4k', 'cqsim-easy-sdsc4k', 3415, 2984.9],
    ['textbook-easy-sdsc4k', 'alea-easy-sdsc4k', 3514, 3831.6],
    ['textbook-easy-sdsc4k', 'accasim-easy-sdsc4k', 2954, 3920.6],
  ])('%s and %s agree in %i starts, as was counted elsewhere', async (expected, actual, identical, meanWait) => {
    const comparison = compareSchedules(await read(expected), await read(actual), { offset: 'auto' });
    expect(comparison.identical).toBe(identical);
    expect(comparison.meanWait!.actual / s).toBeCloseTo(meanWait, 1);
  });
});
