// Arrays of jobs: one record in the queue for all tasks that wait (Slurm 22.05, job_scheduler.c, backfill.c, job_mgr.c).
import { describe, expect, test } from 'vitest';
import { slurmBuiltin } from '../src/policies/slurm/slurm-builtin.ts';
import { COMPLETED, REJECTED } from '../src/schedule.ts';
import { reasonsOf, run, startsOf } from './slurm-runs.ts';
import type { RunJob } from './slurm-runs.ts';

// Planted, and caught here: the limit of running tasks counts those that have ended; every task counts for the depth; planned
// tasks are not counted; bf_max_job_test is not heeded.

const task = (number: number, job: Omit<RunJob, 'array'>, limit?: number): RunJob => ({
  ...job,
  array: { id: 9, task: number, ...(limit === undefined ? {} : { limit }) },
});
const tasks = (count: number, job: Omit<RunJob, 'array'>, limit?: number) =>
  Array.from({ length: count }, (_, number) => task(number, job, limit));

describe('an array', () => {
  test('has no more tasks running than its limit', () => {
    const done = run(tasks(5, { at: 0, runs: 100 }, 2), { spec: slurmBuiltin });
    expect(startsOf(done)).toEqual([0, 0, 100, 100, 200]);
    expect(reasonsOf(done, 4)).toEqual(['JobArrayTaskLimit']);
  });

  test('that waits for its limit stops nobody', () => {
    const jobs = [...tasks(3, { at: 0, runs: 100 }, 1), { at: 0, runs: 10, user: 'ben' }];
    expect(startsOf(run(jobs, { spec: slurmBuiltin }))[3]).toBe(0);
  });

  test('counts once for the depth of a pass, however many of its tasks wait', () => {
    const partitions = ['PartitionName=left Nodes=n[1-2] Default=YES', 'PartitionName=right Nodes=n[3-4]'];
    const long = { at: 0, cpus: 16, runs: 300 };
    const jobs: RunJob[] = [long, ...tasks(4, { ...long, at: 1 }), { at: 1, runs: 10, partition: 'right' }];
    const depth = 'default_queue_depth=1';
    expect(startsOf(run(jobs, { spec: slurmBuiltin, partitions, scheduler: depth }))[5]).toBe(3);
    // The same jobs without an array wait for the pass over the whole queue.
    const single = jobs.map(({ array: _, ...job }) => job);
    expect(startsOf(run(single, { spec: slurmBuiltin, partitions, scheduler: depth }))[5]).toBe(60);
  });

  test('has at most bf_max_job_array_resv tasks planned', () => {
    const jobs = [{ at: 0, cpus: 32, runs: 300 }, ...tasks(5, { at: 1, cpus: 32, runs: 300 }), { at: 2, cpus: 32, runs: 1 }];
    const planned = (most: number) => {
      const done = run(jobs, { scheduler: `bf_max_job_array_resv=${most}`, options: { until: 100_000 } });
      return jobs.flatMap((_, job) => (reasonsOf(done, job).some((reason) => reason.includes('planned')) ? [job] : []));
    };
    expect(planned(2)).toEqual([1, 2, 6]);
    expect(planned(20)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('with a task number beyond MaxArraySize is turned away as a whole', () => {
    const jobs = [task(2, { at: 0, runs: 1 }), task(3, { at: 0, runs: 1 })];
    expect([...run(jobs, { conf: ['MaxArraySize=3'] }).state]).toEqual([REJECTED, REJECTED]);
    expect([...run(jobs, { conf: ['MaxArraySize=4'] }).state]).toEqual([COMPLETED, COMPLETED]);
  });
});

describe('a heterogeneous job', () => {
  test('is started by backfill only, all components at one time, and its partition waits for it', () => {
    const jobs: RunJob[] = [
      { at: 0, cpus: 16, runs: 50, limit: 1 },
      { at: 1, cpus: 8, components: [16], runs: 10 },
      { at: 2, cpus: 1, runs: 10 },
    ];
    // The first backfill cycle finds room for one component only, and for the third job beside both.
    expect(startsOf(run(jobs))).toEqual([0, 60, 30]);
    expect(startsOf(run(jobs, { spec: slurmBuiltin }))).toEqual([0, NaN, NaN]);
  });

  // After two starts a cycle ends. Components count one by one, and who is started next is told only then.
  test.each([
    { scheduler: 'bf_max_job_start=2', starts: [0, 60, 30, 30] },
    { scheduler: 'bf_max_job_start=2,bf_hetjob_immediate', starts: [0, 30, 30, 60] },
    { scheduler: 'bf_max_job_start=3,bf_hetjob_immediate', starts: [0, 30, 30, 60] },
  ])('starts when the queue has been gone through, or at once: $scheduler', ({ scheduler, starts }) => {
    const jobs: RunJob[] = [
      { at: 0, cpus: 8, runs: 3000, limit: 60 },
      { at: 1, cpus: 8, components: [8], runs: 3000 },
      { at: 2, cpus: 1, runs: 3000 },
      { at: 2, cpus: 1, runs: 3000 },
    ];
    expect(startsOf(run(jobs, { scheduler }))).toEqual(starts);
  });

  test('has no two components on one node', () => {
    const job: RunJob = { at: 0, cpus: 4, components: [4], runs: 60 };
    expect(startsOf(run([job], { nodes: 2 }))).toEqual([30]);
    // Both would fit on one node.
    expect(startsOf(run([job], { nodes: 1 }))).toEqual([NaN]);
  });
});

describe('bf_max_job_test and bf_window', () => {
  // Job 0 leaves one node idle; each of the next ones needs all four nodes, or, the last one, that one node.
  const jobs = (wide: number): RunJob[] => [
    { at: 0, cpus: 24, runs: 3600, limit: 60 },
    ...Array.from({ length: wide }, () => ({ at: 1, cpus: 32, runs: 60, limit: 60 })),
    { at: 2, cpus: 8, runs: 60, limit: 30 },
  ];
  const lastStart = (wide: number, scheduler: string) => startsOf(run(jobs(wide), { scheduler })).at(-1);

  test.each([
    { scheduler: 'bf_max_job_test=500', start: 30 },
    { scheduler: 'bf_max_job_test=5,bf_node_space_size=500', start: 30 },
    { scheduler: 'bf_max_job_test=4,bf_node_space_size=500', start: 3840 },
    // The table of promises has as many rows as jobs are tested, if nothing else is said: it is full before.
    { scheduler: 'bf_max_job_test=5', start: 3840 },
  ])('$scheduler: of five jobs that wait, the last one starts at $start s', ({ scheduler, start }) => {
    expect(lastStart(4, scheduler)).toBe(start);
  });

  // A reservation for the wide job beyond the window is not made: the long narrow one then delays it.
  test.each([
    { window: 1440, wide: 3600, narrow: 3660 },
    { window: 61, wide: 3600, narrow: 3660 },
    { window: 30, wide: 7230, narrow: 30 },
  ])('bf_window=$window min: the wide job starts at $wide s, the long one at $narrow s', ({ window, wide, narrow }) => {
    const some: RunJob[] = [
      { at: 0, cpus: 24, runs: 3600, limit: 60 },
      { at: 1, cpus: 32, runs: 60, limit: 60 },
      { at: 2, cpus: 8, runs: 7200, limit: 120 },
    ];
    expect(startsOf(run(some, { scheduler: `bf_window=${window}` }))).toEqual([0, wide, narrow]);
  });
});
