import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../src/errors.ts';
import { scaleArrivals, scaleRuntimes, scaleSizes, shiftSubmissions } from '../src/trace/scale.ts';
import { replicateArrivals } from '../src/trace/scale-replicate.ts';
import { DAY, HOUR } from '../src/units.ts';
import type { Workload } from '../src/workload.ts';
import { jobId } from '../src/workload.ts';
import { workloads } from './table-workloads.ts';
import { workloadOf } from './workload-of.ts';

const s = 1000;
const jobs = workloadOf([
  { id: 1, submit: 10 * s, runtime: 10 * s, walltime: 20 * s, procs: 1 },
  { id: 2, submit: 20 * s, runtime: 20 * s, procs: 3, after: [{ id: 1, think: 4 * s }] },
  { id: 3, submit: 40 * s, runtime: 40 * s, procs: 6 },
]);

/** Sum of run time x processors over the time from first to last submission [processors]. */
function loadOf({ count, procs, runtime, submit }: Workload): number {
  let area = 0;
  for (let job = 0; job < count; job++) area += procs[job] * runtime[job];
  return area / submit[count - 1];
}

test('arrivals come closer, run times longer, sizes larger: the load is doubled each time', () => {
  const before = loadOf(jobs);
  expect(loadOf(scaleArrivals(jobs, 2).workload)).toBe(2 * before);
  expect(loadOf(scaleRuntimes(jobs, 2).workload)).toBe(2 * before);
  expect(loadOf(scaleSizes(jobs, 2, 100).workload)).toBe(2 * before);
});

test('arrivals keep waits as they were and shorten think times', () => {
  const workload = { ...jobs, recordedStart: Float64Array.of(5 * s, NaN, 31 * s) };
  const scaled = scaleArrivals(workload, 2).workload;
  expect([...scaled.submit]).toEqual([0, 5 * s, 15 * s]);
  expect([...scaled.recordedStart!]).toEqual([5 * s, NaN, 16 * s]);
  expect([...scaled.dependencies!.think]).toEqual([2 * s]);
});

test('limits are lengthened with run times; none stays none', () => {
  expect([...scaleRuntimes(jobs, 1.5).workload.walltime]).toEqual([30 * s, Infinity, Infinity]);
});

test('sizes are held at the machine, and that is said', () => {
  const { workload, notes } = scaleSizes(jobs, 4, 10);
  expect([...workload.procs]).toEqual([4, 10, 10]);
  expect([...workload.groupTasks]).toEqual([4, 10, 10]);
  expect(notes).toEqual([
    'the tasks of all jobs are multiplied by 4 and rounded; core-hours are 2.065 times what they were',
    '2 jobs are held at the 10 processors of the machine',
  ]);
  expect([...scaleSizes(jobs, 2, 4).workload.procs]).toEqual([2, 4, 6]);
});

test('a trace is moved in its own time, not before its zero', () => {
  expect(shiftSubmissions(jobs, -10 * s).workload.origin).toBe(0);
  expect(() => shiftSubmissions(jobs, -11 * s)).toThrow(InputError);
});

test.each([0, -1, NaN, Infinity, 1e9])('the factor %s is refused', (factor) => {
  for (const change of [scaleArrivals, scaleRuntimes]) expect(() => change(jobs, factor)).toThrow(InputError);
  expect(() => scaleSizes(jobs, factor, 10)).toThrow(InputError);
});

describe('copies', () => {
  test('are moved, wrap around, have ids of their own, and wait for jobs of their own copy', () => {
    const { workload, notes } = replicateArrivals(jobs, 2, 5 * s);
    // Submissions 0, 10, 30 and 5, 15, 35; the last one wraps around after 30.001 s.
    expect([...workload.submit]).toEqual([0, 4999, 5000, 10_000, 15_000, 30_000]);
    expect([...workload.ids]).toEqual([1, 6, 4, 2, 5, 3]);
    const { first, on } = workload.dependencies!;
    const waits = [...on].map((other, edge) => [first.findIndex((start, row) => start <= edge && first[row + 1] > edge), other]);
    expect(waits.map((pair) => pair.map((row) => jobId(workload, row)))).toEqual([['2', '1'], ['5', '4']]); // prettier-ignore
    expect(notes).toHaveLength(1);
  });

  test('moved by whole days keep their hour of the day', () => {
    const days = workloadOf([
      { submit: 0, runtime: 1, procs: 1 },
      { submit: 3 * DAY + 5 * HOUR, runtime: 1, procs: 1 },
    ]);
    const hours = [...replicateArrivals(days, 3, DAY).workload.submit].map((time) => time % DAY);
    expect(hours.sort((a, b) => a - b)).toEqual([0, 0, 0, 5 * HOUR, 5 * HOUR, 5 * HOUR]);
  });

  test('of text ids get a number', () => {
    const text = workloadOf([{ id: 'x', submit: 0, runtime: 1, procs: 1 }]);
    expect(replicateArrivals(text, 2, 0).workload.ids).toEqual(['x', 'x#2']);
  });
});

test('every change leaves a workload that is sorted, whole and within itself', () => {
  const factor = fc.constantFrom(0.1, 0.5, 0.99, 1, 1.3, 2, 7.5);
  fc.assert(
    fc.property(workloads, factor, fc.constantFrom(1, 8, 200), fc.integer({ min: 1, max: 3 }), (workload, by, procs, copies) => {
      const all = [
        scaleArrivals(workload, by),
        scaleRuntimes(workload, by),
        scaleSizes(workload, by, procs),
        replicateArrivals(workload, copies, 1500),
      ];
      for (const { workload: changed, notes } of all) {
        expect(notes.length).toBeGreaterThan(0);
        checkWhole(changed);
      }
      const sized = all[2].workload;
      for (let job = 0; job < sized.count; job++) {
        expect(sized.procs[job]).toBeLessThanOrEqual(Math.max(procs, workload.procs[job]));
      }
      expect(all[3].workload.count).toBe(copies * workload.count);
      expect(loadless(scaleArrivals(workload, 1).workload)).toEqual(loadless(workload));
    }),
  );
});

function loadless({ submit, runtime, walltime }: Workload): unknown {
  return { submit, runtime, walltime };
}

function checkWhole({
  count,
  ids,
  submit,
  runtime,
  walltime,
  firstGroup,
  groupTasks,
  groupMinimum,
  groupRequest,
  ...rest
}: Workload) {
  expect(new Set<string | number>(ids).size).toBe(count);
  expect([submit.length, runtime.length, walltime.length, firstGroup.length]).toEqual([count, count, count, count + 1]);
  for (let job = 1; job < count; job++) expect(submit[job]).toBeGreaterThanOrEqual(submit[job - 1]);
  for (let job = 0; job < count; job++) {
    expect(Number.isInteger(submit[job]) && Number.isInteger(runtime[job])).toBe(true);
    let millicores = 0;
    for (let group = firstGroup[job]; group < firstGroup[job + 1]; group++) {
      expect(groupTasks[group]).toBeGreaterThanOrEqual(1);
      expect(groupMinimum[group]).toBeLessThanOrEqual(groupTasks[group]);
      millicores += groupTasks[group] * rest.requests[groupRequest[group]].cpu;
    }
    expect(rest.procs[job]).toBe(Math.ceil(millicores / 1000));
  }
  for (const on of rest.dependencies?.on ?? []) expect(on).toBeLessThan(count);
}
