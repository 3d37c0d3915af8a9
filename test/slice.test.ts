import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseMoment } from '../src/cli/moment.ts';
import { InputError } from '../src/errors.ts';
import { randomStream } from '../src/random.ts';
import { filterJobs, sampleJobs, sampleUsers, sliceByRow, sliceByTime } from '../src/trace/slice.ts';
import type { Changed } from '../src/trace/slice.ts';
import { jobId, nameOf } from '../src/workload.ts';
import type { Workload } from '../src/workload.ts';
import { workloadOf } from './workload-of.ts';
import { meaningOf, workloads } from './table-workloads.ts';

const s = 1000;
const jobs = workloadOf([
  { id: 'a', submit: 100 * s, runtime: 5, procs: 1, user: 'ada' },
  { id: 'b', submit: 110 * s, runtime: 5, procs: 4, user: 'ben' },
  { id: 'c', submit: 120 * s, runtime: 5, procs: 2, user: 'ada', after: [{ id: 'a' }] },
  { id: 'd', submit: 130 * s, runtime: 5, procs: 8, after: [{ id: 'c' }] },
]);
const idsOf = ({ workload }: Changed) => Array.from({ length: workload.count }, (_, job) => jobId(workload, job)).join('');

test('a window counts from the first submission or in the trace’s own time; its end is not part of it', () => {
  expect(idsOf(sliceByTime(jobs, { from: 10 * s, until: 30 * s, clock: 'first-submission' }))).toBe('bc');
  const { workload } = sliceByTime(jobs, { from: 120 * s, clock: 'trace' });
  expect([idsOf({ workload, notes: [] }), workload.origin, ...workload.submit]).toEqual(['cd', 120 * s, 0, 10 * s]);
});

test('a window of dates needs a trace that tells its day', () => {
  const march = Date.parse('2010-03-01');
  const dated = { ...jobs, epoch: march - 105 * s };
  expect(idsOf(sliceByTime(dated, { from: march, until: march + 20 * s, clock: 'unix' }))).toBe('bc');
  expect(() => sliceByTime(jobs, { from: march, clock: 'unix' })).toThrow(/does not say on which day it begins/);
});

test.each([
  ['2010-03-01', '2010-03-01T00:00:00Z'],
  ['2010-03-01T08:30', '2010-03-01T08:30:00Z'],
  ['2010-03-01 08:30:15', '2010-03-01T08:30:15Z'],
  ['2010-03-01T08:30+01:00', '2010-03-01T07:30:00Z'],
])('%s is a moment', (text, iso) => {
  expect(parseMoment(text, '--from')).toEqual({ time: Date.parse(iso), isDate: true });
});

test('durations are moments too, and days that no month has are none', () => {
  expect(parseMoment('30d', '--from')).toEqual({ time: 30 * 86_400 * s, isDate: false });
  for (const text of ['2010-02-30', '2010-13-01', '2010-03-01T25:00', '2010-03-01T08']) {
    expect(() => parseMoment(text, '--from')).toThrow(`"${text}" is not a date`);
  }
});

test('rows, users and sizes choose jobs', () => {
  expect(idsOf(sliceByRow(jobs, 1, 3))).toBe('bc');
  expect(idsOf(filterJobs(jobs, { users: ['ada'] }))).toBe('ac');
  expect(idsOf(filterJobs(jobs, { minProcs: 2, maxProcs: 4 }))).toBe('bc');
  expect(idsOf(filterJobs(jobs, { users: ['ada', 'ben'], minProcs: 2 }))).toBe('bc');
  expect(filterJobs(jobs, { minProcs: 1 }).workload).toBe(jobs);
});

test('dependencies on jobs that are left out are dropped, and that is said', () => {
  const { workload, notes } = filterJobs(jobs, { minProcs: 2 });
  expect([...(workload.dependencies?.on ?? [])]).toEqual([1]);
  expect(notes[1]).toContain('1 dependencies');
});

test('a name that no job has, and a part without jobs, are refused', () => {
  expect(() => filterJobs(jobs, { users: ['eve'] })).toThrow(/no job has the user "eve"[^]*ada, ben/);
  expect(() => filterJobs(jobs, { queues: ['q'] })).toThrow(/says no queue/);
  expect(() => sliceByTime(jobs, { from: 1e9, clock: 'trace' })).toThrow(InputError);
  expect(() => sampleUsers(workloadOf([{ submit: 0, runtime: 1, procs: 1 }]), 0.5, randomStream(1, 'x'))).toThrow(
    /names no users/,
  );
});

describe('a sample', () => {
  const many = workloadOf(
    Array.from({ length: 1000 }, (_, job) => ({ submit: job, runtime: 1, procs: 1, user: `u${job % 50}` })),
  );

  test('of jobs has exactly so many, the same for the same seed, each as likely as any other', () => {
    const draw = (seed: number) => [...(sampleJobs(many, 0.3, randomStream(seed, 'sample')).workload.ids as Float64Array)];
    expect(draw(1)).toHaveLength(300);
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    const hits = new Float64Array(1000);
    for (let seed = 0; seed < 200; seed++) for (const id of draw(seed)) hits[id]++;
    // Binomial with 200 draws of 0.3: mean 60, standard deviation 6.5; 0.999999 of all are within 5 deviations.
    expect(Math.min(...hits)).toBeGreaterThan(60 - 33);
    expect(Math.max(...hits)).toBeLessThan(60 + 33);
  });

  test('of users has all jobs of each user or none', () => {
    const { workload, notes } = sampleUsers(many, 0.2, randomStream(3, 'users'));
    expect(notes[0]).toBe('10 of 50 users are drawn');
    expect(workload.count).toBe(200);
  });

  test.each([0, 1.5, NaN])('of share %s is refused', (share) => {
    expect(() => sampleJobs(many, share, randomStream(1, 'x'))).toThrow(InputError);
  });
});

test('what is kept is as it was, whatever is cut', () => {
  const cut = fc.record({ from: fc.nat(6), length: fc.integer({ min: 1, max: 6 }) });
  fc.assert(
    fc.property(workloads, cut, (workload, { from, length }) => {
      if (from >= workload.count) return;
      const part = sliceByRow(workload, from, from + length).workload;
      const base = workload.submit[from];
      const expected = described(workload, from, Math.min(workload.count, from + length), base);
      expect(described(part, 0, part.count, 0)).toEqual(expected);
      expect(part.origin).toBe(workload.origin + base);
    }),
  );
});

/** The jobs of some rows with times since `base`, and dependencies by id where both ends are there. */
function described(workload: Workload, from: number, until: number, base: number): unknown {
  const { jobs } = meaningOf(workload) as { jobs: { submit: number; recordedStart?: number; after?: number[][] }[] };
  return jobs.slice(from, until).map(({ submit, recordedStart, after = [], ...job }) => ({
    ...job,
    submit: submit - base,
    // A column of starts that nobody knows may go.
    start: recordedStart === undefined ? NaN : recordedStart - base,
    after: after.filter(([on]) => on >= from && on < until).map(([on, ...rest]) => [jobId(workload, on), ...rest]),
    user: nameOf(workload.user, from),
  })).map(({ user: _, ...job }) => job); // prettier-ignore
}
