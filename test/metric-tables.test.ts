import { describe, expect, test } from 'vitest';
import { boundedSlowdown } from '../src/metrics/bounded-slowdown.ts';
import { flatFigures, measure } from '../src/metrics/measure.ts';
import type { MeasureOptions } from '../src/metrics/measure.ts';
import type { Run } from '../src/metrics/metric.ts';
import { overtaken } from '../src/metrics/overtaken.ts';
import { perProcessorBoundedSlowdown } from '../src/metrics/per-processor-bounded-slowdown.ts';
import { queueLength } from '../src/metrics/queue-length.ts';
import { turnaround } from '../src/metrics/turnaround.ts';
import { wait } from '../src/metrics/wait.ts';
import { windowsOf } from '../src/metrics/windows.ts';
import { CANCELLED, FAILED, KILLED, NODE_FAILED, REJECTED, SUSPENDED } from '../src/schedule.ts';
import { scheduleOf } from './schedule-of.ts';
import type { JobStory } from './schedule-of.ts';

const s = 1000;
const h = 3600 * s;

/** One figure of a run by its flat name. */
function figure(run: Run, name: string, options: MeasureOptions = {}): number | undefined {
  const [metric] = name.split('.');
  return flatFigures(measure(run, { ...options, names: [metric] })).find((other) => other.name === name)?.value;
}

describe('bounded slowdown', () => {
  test.each([
    { what: 'no wait', start: 0, end: 60 * s, slowdown: 1 },
    { what: 'waits as long as it runs', start: 60 * s, end: 120 * s, slowdown: 2 },
    { what: 'a tiny job is measured as 10 s', start: 90 * s, end: 91 * s, slowdown: 9.1 },
    { what: 'a tiny job never goes below 1', start: 0, end: 1 * s, slowdown: 1 },
    { what: 'a job of no length', start: 20 * s, end: 20 * s, slowdown: 2 },
    { what: 'never ended', start: 5 * s, end: NaN, slowdown: NaN },
    { what: 'never started', start: NaN, end: NaN, slowdown: NaN },
  ])('$what: $slowdown', ({ start, end, slowdown }) => {
    expect(boundedSlowdown.perJob(scheduleOf([{ start, end }]))[0]).toBe(slowdown);
  });

  test('over its processors, and never below 1', () => {
    const run = scheduleOf([
      { start: 60 * s, end: 70 * s, procs: 2 },
      { start: 60 * s, end: 70 * s, procs: 4 },
      { start: 60 * s, end: 70 * s, procs: 64 },
    ]);
    expect([...perProcessorBoundedSlowdown.perJob(run)]).toEqual([3.5, 1.75, 1]);
  });
});

describe('jobs that were interrupted', () => {
  // Ran 30 s, kept 20 s of it, waited 10 s, and needed 40 s more.
  const preempted: JobStory = { start: 0, end: 80 * s, lastStart: 40 * s, attempts: [{ start: 0, end: 30 * s, kept: 20 * s }] };

  test('lost work is delay: 80 s for 60 s of work', () => {
    expect(boundedSlowdown.perJob(scheduleOf([preempted]))[0]).toBeCloseTo(80 / 60, 12);
  });

  test('wait ends with the first start', () => {
    const run = scheduleOf([{ ...preempted, start: 5 * s, attempts: [{ start: 5 * s, end: 30 * s }] }]);
    expect(wait.perJob(run)[0]).toBe(5);
    expect(turnaround.perJob(run)[0]).toBe(80);
  });

  test('utilization holds all 70 s, useful utilization 60 s of them', () => {
    const run = scheduleOf([preempted], { procs: 1 });
    expect(figure(run, 'utilization.whole')).toBe(70 / 80);
    expect(figure(run, 'useful-utilization.whole')).toBe(60 / 80);
    expect(figure(run, 'core-hours-lost.total')).toBeCloseTo(10 / 3600, 12);
    expect(figure(run, 'core-hours-lost.share')).toBeCloseTo(10 / 70, 12);
  });

  test('they are in the queue again between two runs', () => {
    const { time, value } = queueLength.series(scheduleOf([preempted]));
    expect([...time]).toEqual([30 * s, 40 * s]);
    expect([...value]).toEqual([1, 0]);
  });

  test('a job that was not started again has no last run, though its last start is known', () => {
    const attempts = [{ start: 0, end: 30 * s, why: SUSPENDED, kept: 30 * s }];
    const waiting = scheduleOf([{ start: 0, lastStart: 0, attempts }], { procs: 1, until: 60 * s });
    expect(figure(waiting, 'utilization.whole')).toBe(0.5);
    expect(figure(waiting, 'queue-length.mean')).toBe(0.5);
    const cancelled = scheduleOf([{ start: 0, lastStart: 0, end: 60 * s, state: CANCELLED, attempts }], { procs: 1 });
    expect(figure(cancelled, 'makespan.makespan')).toBe(30);
    expect(boundedSlowdown.perJob(cancelled)[0]).toBe(2);
    expect(figure(cancelled, 'throughput.whole')).toBe(0);
  });

  test('a suspended job that loses its node loses what it had kept, from the last of it on', () => {
    const attempts = [
      { start: 0, end: 10 * s, kept: 10 * s, why: SUSPENDED },
      { start: 20 * s, end: 30 * s, kept: 10 * s, why: SUSPENDED },
      { start: 35 * s, end: 35 * s, kept: -15 * s, why: NODE_FAILED },
    ];
    const run = scheduleOf(
      [
        { start: 0, lastStart: 40 * s, end: 65 * s, attempts },
        { submit: 10 * s, start: 10 * s, end: 10 * s },
      ],
      {
        procs: 1,
      },
    );
    // Held 0-10, 20-30 and 40-65; of the first two only 0-5 was not in vain.
    expect(figure(run, 'utilization.whole')).toBe(45 / 65);
    expect(figure(run, 'useful-utilization.whole')).toBe(30 / 65);
    expect(figure(run, 'useful-utilization.submissions')).toBe(0.5);
    expect(boundedSlowdown.perJob(run)[0]).toBeCloseTo(65 / 30, 12);
  });

  test('are counted by reason', () => {
    const attempts = [
      { start: 0, end: 1 },
      { start: 2, end: 3, why: NODE_FAILED },
    ];
    const run = scheduleOf([
      { start: 0, end: 9, lastStart: 5, attempts },
      { start: 9, end: 12, lastStart: 11, attempts: [{ start: 9, end: 10, why: SUSPENDED, kept: 1 }] },
    ]);
    const [restarts] = measure(run, { names: ['restarts'] });
    expect(restarts.figures?.map(({ name, value }) => `${name} ${value}`)).toEqual([
      'total 2',
      'preempted 1',
      'node-failed 1',
      'suspended 1',
      'jobs 1',
      'most 2',
    ]);
    // Three runs were interrupted, one of them by a failure, and two ended their jobs.
    expect(figure(run, 'preemptions.total')).toBe(2);
    expect(figure(run, 'preemptions.jobs')).toBe(2);
    expect(figure(run, 'preemptions.per-start')).toBe(2 / 5);
  });
});

describe('windows', () => {
  const jobs: JobStory[] = [
    { submit: 0, start: 0, end: 10 * s },
    { submit: 20 * s, start: 20 * s, end: 60 * s },
  ];

  test('the whole run ends with the last end, the submissions with the last submission', () => {
    expect(windowsOf(scheduleOf(jobs))).toEqual({
      whole: { from: 0, until: 60 * s },
      submissions: { from: 0, until: 20 * s },
      steady: { from: 2 * s, until: 20 * s },
    });
  });

  test('unfinished jobs stretch the whole run to its stop', () => {
    const run = scheduleOf([...jobs, { submit: 20 * s }], { until: 90 * s });
    expect(windowsOf(run).whole).toEqual({ from: 0, until: 90 * s });
  });

  test('warm-up and drain are cut off the submissions, and never more than there is', () => {
    const run = scheduleOf(jobs);
    expect(windowsOf(run, { warmUp: 5 * s, drain: 3 * s }).steady).toEqual({ from: 5 * s, until: 17 * s });
    expect(windowsOf(run, { warmUp: 50 * s }).steady).toEqual({ from: 50 * s, until: 50 * s });
  });

  test('utilization says its window', () => {
    const run = scheduleOf(jobs, { procs: 2 });
    expect(figure(run, 'utilization.whole')).toBe(50 / 120);
    expect(figure(run, 'utilization.submissions')).toBe(10 / 40);
    expect(figure(run, 'utilization.steady')).toBe(8 / 36);
    expect(figure(run, 'utilization.steady', { warmUp: 10 * s })).toBe(0);
    expect(figure(run, 'wait.steady-mean', { warmUp: 10 * s })).toBe(0);
  });

  test('if all jobs come at once there is no time between submissions', () => {
    expect(figure(scheduleOf([{ start: 0, end: 9 }]), 'utilization.submissions')).toBeNaN();
  });
});

describe('capacity and resources', () => {
  test('only processors that were up count: half of them for half of the time', () => {
    const capacity = { time: Float64Array.of(0, 50), value: Float64Array.of(4, 2) };
    expect(figure(scheduleOf([{ start: 0, end: 100, procs: 2 }], { capacity }), 'utilization.whole')).toBe(200 / 300);
  });

  test('a container of 250 millicores is a quarter of a processor', () => {
    const run = scheduleOf([{ start: 0, end: 100, millicores: 250 }], { procs: 1 });
    expect(figure(run, 'utilization.whole')).toBe(0.25);
    expect(figure(run, 'busy-processors.max')).toBe(0.25);
  });

  test('GPUs, also a share of one', () => {
    const pool = { name: 'node', count: 2, cpu: 4000, memory: Infinity, gpus: 2 };
    const cluster = { name: 'gpus', interchangeable: false, pools: [pool], partitions: [], outages: [] };
    const run = scheduleOf([{ start: 0, end: 100, gpus: 1.5 }], { cluster });
    expect(figure(run, 'gpu-utilization.whole')).toBe(1.5 / 4);
    expect(figure(scheduleOf([{ start: 0, end: 1 }]), 'gpu-utilization.whole')).toBeNaN();
  });
});

describe('jobs by state', () => {
  // One hour on two processors each, but the rejected and the cancelled one, and one that still runs after 30 min.
  const run = scheduleOf(
    [
      { start: 0, end: h, procs: 2 },
      { start: 0, end: h, procs: 2, state: FAILED },
      { start: 0, end: h, procs: 2, state: KILLED },
      { end: 5, state: CANCELLED },
      { end: 0, state: REJECTED },
      { start: h / 2, procs: 2 },
    ],
    { until: h, procs: 8 },
  );

  test('every job is counted once', () => {
    const [states] = measure(run, { names: ['jobs-by-state'] });
    expect(states.figures?.map(({ name, value }) => `${value} ${name}`)).toEqual([
      '1 unfinished',
      '1 completed',
      '1 failed',
      '1 killed',
      '1 cancelled',
      '1 rejected',
    ]);
  });

  test('core-hours delivered, and those for nothing', () => {
    expect(figure(run, 'core-hours-delivered.total')).toBe(7);
    expect(figure(run, 'core-hours-delivered.completed')).toBe(2);
    expect(figure(run, 'core-hours-delivered.unfinished')).toBe(1);
    expect(figure(run, 'core-hours-wasted.total')).toBe(4);
    expect(figure(run, 'core-hours-wasted.killed')).toBe(2);
    expect(figure(run, 'core-hours-lost.total')).toBe(0);
  });

  test('throughput counts the runs that ended their job', () => {
    expect(figure(run, 'throughput.whole')).toBe(3);
  });

  test('those without a value are told', () => {
    expect(measure(run, { names: ['wait', 'turnaround'] }).map(({ jobs, jobsWithout }) => [jobs, jobsWithout])).toEqual([
      [4, 2],
      [3, 3],
    ]);
  });
});

describe('weights and classes', () => {
  const run = scheduleOf([
    { start: 10 * s, end: 20 * s, procs: 1 },
    { start: 40 * s, end: 70 * s, procs: 8 },
    { start: 90 * s, end: 90 * s + 2 * h, procs: 9 },
    { start: NaN, procs: 9, runtime: 2 * h },
  ]);

  test('area-weighted: 10 processor-seconds waited 10 s, 240 waited 40 s, 64,800 waited 90 s', () => {
    expect(figure(run, 'wait.area-weighted-mean')).toBeCloseTo((10 * 10 + 240 * 40 + 64_800 * 90) / 65_050, 10);
    expect(figure(run, 'wait.mean')).toBeCloseTo(140 / 3, 12);
  });

  test.each([
    { metric: 'wait-by-size', group: '1', mean: 10 },
    { metric: 'wait-by-size', group: '2-8', mean: 40 },
    { metric: 'wait-by-size', group: '9-64', mean: 90 },
    { metric: 'wait-by-length', group: 'below-1min', mean: 25 },
    { metric: 'wait-by-length', group: '1h-1d', mean: 90 },
    { metric: 'bounded-slowdown-by-size', group: '1', mean: 2 },
    { metric: 'bounded-slowdown-by-length', group: 'below-1min', mean: (2 + 7 / 3) / 2 },
  ])('$metric $group: mean $mean', ({ metric, group, mean }) => {
    expect(figure(run, `${metric}.${group}.mean`)).toBeCloseTo(mean, 10);
  });

  test('a class without jobs is there, without a mean', () => {
    expect(figure(run, 'wait-by-size.65-512.mean')).toBeNaN();
  });

  test.each([
    { runtime: 59_999, group: 'below-1min' },
    { runtime: 60_000, group: '1min-1h' },
    { runtime: h, group: '1h-1d' },
    { runtime: 24 * h, group: 'from-1d' },
    { runtime: 24 * h, walltime: h - 1, group: '1min-1h' },
  ])('$runtime ms under a limit of $walltime is $group', ({ runtime, walltime, group }) => {
    const [{ groups }] = measure(scheduleOf([{ start: 0, end: 1, runtime, walltime }]), { names: ['wait-by-length'] });
    expect(groups?.find(({ jobs }) => jobs === 1)?.name).toBe(group);
  });
});

describe('users', () => {
  // Slowdowns: ada 1 and 3, ben 4, and one of nobody.
  const run = scheduleOf([
    { start: 0, end: 10 * s, user: 'ada' },
    { start: 20 * s, end: 30 * s, user: 'ada' },
    { start: 30 * s, end: 40 * s, user: 'ben' },
    { start: 90 * s, end: 100 * s },
    { start: NaN, user: 'cyd' },
  ]);

  test('each user is one value, and the worst is named', () => {
    const [byUser] = measure(run, { names: ['bounded-slowdown-by-user'] });
    expect(byUser).toMatchObject({ value: 3, jobs: 3, jobsWithout: 1 });
    expect(byUser.groups?.map(({ name, jobs, figures }) => [name, jobs, figures[0].value])).toEqual([
      ['ben', 1, 4],
      ['ada', 2, 2],
    ]);
    expect(figure(run, 'bounded-slowdown-by-user.worst')).toBe(4);
    expect(figure(run, 'bounded-slowdown-by-user.users')).toBe(2);
  });

  test("Jain's index of 2 and 4 is 36 / 40", () => {
    expect(figure(run, 'jain-bounded-slowdown.index')).toBe(0.9);
  });

  test('processor time: between the submissions ada gets all she asks for, ben half, cyd asks for nothing yet', () => {
    const shared = scheduleOf([
      { start: 0, end: 20 * s, user: 'ada' },
      { start: 10 * s, end: 30 * s, user: 'ben' },
      { submit: 20 * s, start: 30 * s, end: 40 * s, user: 'cyd' },
    ]);
    expect(figure(shared, 'jain-processor-time.submissions')).toBeCloseTo(1.5 ** 2 / (2 * 1.25), 12);
    expect(figure(shared, 'jain-processor-time.whole')).toBe(1);
  });
});

describe('order of starts', () => {
  test.each([
    { what: 'in order', starts: [0, 1, 2], overtaken: [0, 0, 0] },
    { what: 'the last one first', starts: [5, 6, 2], overtaken: [1, 1, 0] },
    { what: 'at one instant nobody is overtaken', starts: [3, 3, 3], overtaken: [0, 0, 0] },
    { what: 'one that never starts is overtaken by all later ones', starts: [NaN, 4, 3], overtaken: [2, 1, 0] },
  ])('$what', ({ starts, overtaken: expected }) => {
    const run = scheduleOf(starts.map((start, submit) => ({ submit, start, end: start + 9 })));
    expect([...overtaken.perJob(run)]).toEqual(expected);
  });

  test('jobs of one instant do not overtake each other; one that was never in the queue has no value', () => {
    const run = scheduleOf([{ start: 5, end: 6 }, { start: 1, end: 6 }, { state: REJECTED, end: 0 }, { submit: NaN }]);
    expect([...overtaken.perJob(run)]).toEqual([0, 0, NaN, NaN]);
  });

  // Job 0 wants 4 processors and waits until 9; what starts later but before it?
  test.each([
    { what: 'a smaller one could not have made room', later: { procs: 3 }, unfair: 0 },
    { what: 'one as large took its place', later: { procs: 4 }, unfair: 1 },
    { what: 'a larger one', later: { procs: 8 }, unfair: 1 },
    { what: 'not before it, but with it', later: { procs: 8, start: 9 }, unfair: 0 },
    { what: 'submitted together', later: { procs: 8, submit: 0 }, unfair: 0 },
  ])('unfair start: $what', ({ later, unfair }) => {
    const run = scheduleOf([
      { procs: 4, start: 9, end: 20 },
      { submit: 1, start: 2, end: 3, ...later },
    ]);
    expect(figure(run, 'unfair-starts.starts')).toBe(unfair);
  });

  test('a job that waits for GPUs is not passed by one without', () => {
    const gpuJob = { procs: 1, gpus: 1, start: 9, end: 20 };
    const later = { submit: 1, start: 2, end: 3, procs: 4 };
    expect(figure(scheduleOf([gpuJob, later]), 'unfair-starts.starts')).toBe(0);
    expect(figure(scheduleOf([gpuJob, { ...later, gpus: 1 }]), 'unfair-starts.starts')).toBe(1);
  });

  test('resource inequality: one of two equal jobs runs first', () => {
    // 0-10: one processor dealt to two jobs, 5 each; 10-20: the second job has it alone. 5 of 20 change hands.
    const run = scheduleOf([
      { start: 0, end: 10 },
      { start: 10, end: 20 },
    ]);
    expect(figure(run, 'resource-inequality.share')).toBe(0.25);
  });
});
