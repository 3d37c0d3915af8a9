// Where GPU time goes, and finish-time fairness, against what they are defined as.
//
// Planted, and seen to be caught: work that is kept counts as lost; a resumed job loads a checkpoint; what was slow in runs that
// were broken off is counted twice; contention below 1 makes a share larger than the cluster; work stands for time in attempts; processors stand for GPUs that are down.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { attemptTime } from '../src/attempt-time.ts';
import type { Cluster } from '../src/cluster.ts';
import { simulate } from '../src/engine/simulate.ts';
import { finishTimeFairness } from '../src/metrics/finish-time-fairness.ts';
import { GPU_TIME, gpuHours } from '../src/metrics/gpu-hours.ts';
import { runTimes } from '../src/metrics/run-times.ts';
import { usefulSpans } from '../src/metrics/spans.ts';
import { worstFit } from '../src/placement/worst-fit.ts';
import { fcfs } from '../src/policies/fcfs.ts';
import { srtf } from '../src/policies/tiresias/shortest-remaining.ts';
import { attemptsCsv } from '../src/results/attempts-csv.ts';
import { NODE_FAILED, PREEMPTED, SUSPENDED } from '../src/schedule.ts';
import type { Schedule } from '../src/schedule.ts';
import { HOUR } from '../src/units.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';
import type { Workload } from '../src/workload.ts';

const CLUSTER: Cluster = {
  name: 'two nodes of two GPUs',
  interchangeable: false,
  pools: [{ name: 'n', count: 2, cpu: 8000, memory: Infinity, gpus: 2 }],
  partitions: [],
  outages: [],
};

const job = fc.record({
  submit: fc.nat(6),
  runtime: fc.integer({ min: 1, max: 9 }),
  tasks: fc.integer({ min: 1, max: 5 }),
  slow: fc.boolean(),
  interval: fc.constantFrom(1, 2, Infinity),
  restart: fc.nat(2),
});
const workloads = fc.array(job, { minLength: 1, maxLength: 8 }).map((rows): Workload => {
  const jobs = new WorkloadBuilder();
  rows.sort((one, other) => one.submit - other.submit);
  rows.forEach(({ submit, runtime, tasks, slow }, id) => {
    const request = jobs.request({ cpu: 1000, memory: 0, gpu: 1000 });
    const row = jobs.add({ id, submit: 4 * submit, runtime: 4 * runtime, walltime: Infinity, tasks, request });
    if (slow) jobs.speeds.add(row, { name: 'slow', others: 0.5 });
  });
  const column = (of: (row: (typeof rows)[number]) => number) => Float64Array.from(rows, of);
  const checkpoints = {
    interval: column(({ interval }) => 4 * interval),
    cost: new Float64Array(rows.length),
    restart: column(({ restart }) => restart),
  };
  return { ...jobs.finish('test'), checkpoints };
});

const outages = fc
  .array(fc.record({ firstNode: fc.nat(1), from: fc.nat(30), length: fc.integer({ min: 1, max: 10 }) }), { maxLength: 2 })
  .map((all) => all.map(({ firstNode, from, length }) => ({ firstNode, nodes: 1, from, until: from + length })));

const share = (run: Parameters<typeof gpuHours.figures>[0], name: string) =>
  (gpuHours.figures(run, { whole: [0, 1], steady: [0, 1] } as never).figures?.find((one) => one.name === name)?.value ?? NaN) *
  HOUR;

describe('gpu-hours', () => {
  test('add up to all there were, and say of completed work what it is', () => {
    fc.assert(
      fc.property(workloads, outages, fc.constantFrom(fcfs, srtf), (workload, planned, policy) => {
        const cluster = { ...CLUSTER, outages: planned };
        const schedule = simulate(workload, cluster, policy, { placement: worstFit });
        const run = { workload, cluster, schedule };
        expect(GPU_TIME.reduce((sum, name) => sum + share(run, name), 0)).toBeCloseTo(4 * schedule.until, 6);
        for (const name of GPU_TIME.filter((one) => one !== 'idle')) expect(share(run, name)).toBeGreaterThan(-1e-6);
        expect(share(run, 'useful')).toBeCloseTo(workOf(workload, schedule), 6);
        expect(share(run, 'idle') + share(run, 'down')).toBeCloseTo(4 * schedule.until - heldIn(workload, schedule), 6);
      }),
      { numRuns: 300 },
    );
  });

  test('are told apart: slow, broken off, loaded again', () => {
    const jobs = new WorkloadBuilder();
    const request = jobs.request({ cpu: 1000, memory: 0, gpu: 2000 });
    const row = { id: 0, submit: 0, runtime: 100, walltime: Infinity, tasks: 2, request };
    jobs.add(row);
    const workload: Workload = {
      ...jobs.finish('test'),
      checkpoints: { interval: Float64Array.of(40), cost: Float64Array.of(0), restart: Float64Array.of(5) },
    };
    const cluster = { ...CLUSTER, outages: [{ firstNode: 0, nodes: 1, from: 50, until: 60 }] };
    const schedule = simulate(workload, cluster, fcfs, { placement: worstFit });
    const run = { workload, cluster, schedule };
    expect(schedule.until).toBe(60 + 5 + 60);
    expect(GPU_TIME.map((name) => Math.round(share(run, name)))).toEqual([400, 0, 20, 0, 40, 20, 20]);
  });

  test.each([
    { what: 'failed with its node', options: { onNodeFailure: 'fail' as const }, useful: 50, slowed: 50 },
    { what: 'still runs at the end', options: { until: 40 }, useful: 40, slowed: 40 },
  ])('of a slow job that $what are what it had done by then', ({ options, useful, slowed }) => {
    const jobs = new WorkloadBuilder();
    const request = jobs.request({ cpu: 1000, memory: 0, gpu: 1000 });
    jobs.speeds.add(jobs.add({ id: 0, submit: 0, runtime: 100, walltime: Infinity, tasks: 2, request }), {
      name: 'slow',
      others: 0.5,
    });
    const workload = jobs.finish('test');
    const cluster = { ...CLUSTER, outages: [{ firstNode: 0, nodes: 1, from: 50, until: 60 }] };
    const schedule = simulate(workload, cluster, fcfs, { placement: worstFit, ...options });
    expect([share({ workload, cluster, schedule }, 'useful'), share({ workload, cluster, schedule }, 'slowed')]).toEqual([
      useful,
      slowed,
    ]);
  });
});

test('work that a run kept on faster GPUs takes no more time than the run had', () => {
  const jobs = new WorkloadBuilder();
  const request = jobs.request({ cpu: 1000, memory: 0, gpu: 1000 });
  const row = jobs.add({ id: 0, submit: 0, runtime: 200, walltime: Infinity, tasks: 1, request });
  jobs.speeds.add(row, { name: 'fast', gpus: { A: 2 } });
  const checkpoints = { interval: Float64Array.of(10), cost: Float64Array.of(0), restart: Float64Array.of(0) };
  const workload: Workload = { ...jobs.finish('test'), checkpoints };
  const pools = [{ ...CLUSTER.pools[0], count: 1, gpuModel: 'A' }];
  const cluster = { ...CLUSTER, pools, outages: [{ firstNode: 0, nodes: 1, from: 50, until: 60 }] };
  const schedule = simulate(workload, cluster, fcfs, { placement: worstFit });
  expect([schedule.attempts.kept[0], schedule.end[0]]).toEqual([100, 110]);
  const { from, until } = usefulSpans({ workload, cluster, schedule });
  expect([[...from], [...until]]).toEqual([
    [0, 60],
    [50, 110],
  ]);
});

describe('of a job that was slow and broken off', () => {
  const jobs = new WorkloadBuilder();
  const request = jobs.request({ cpu: 1000, memory: 0, gpu: 1000 });
  jobs.speeds.add(jobs.add({ id: 0, submit: 0, runtime: 100, walltime: Infinity, tasks: 2, request }), {
    name: 'slow',
    others: 0.5,
  });
  const checkpoints = { interval: Float64Array.of(20), cost: Float64Array.of(0), restart: Float64Array.of(0) };
  const workload: Workload = { ...jobs.finish('test'), checkpoints };
  const cluster = { ...CLUSTER, outages: [{ firstNode: 0, nodes: 1, from: 50, until: 60 }] };
  const schedule = simulate(workload, cluster, fcfs, { placement: worstFit });
  const run = { workload, cluster, schedule };

  // 25 of its work are done in 50, 20 of them are kept: 40 of the time, and 10 are lost. The other 80 are done on one node.
  test('GPU-hours are lost as long as they were held', () => {
    expect(schedule.end[0]).toBe(130);
    expect(GPU_TIME.map((name) => Math.round(share(run, name)))).toEqual([200, 40, 0, 0, 20, 20, 4 * 130 - 280]);
  });

  test('other metrics and attempts.csv count the same time', () => {
    const { from, until } = usefulSpans(run);
    expect([[...from], [...until]]).toEqual([
      [0, 50],
      [40, 130],
    ]);
    expect([...runTimes(run)]).toEqual([120]);
    expect([...attemptsCsv(workload, schedule)][1]).toBe('0,0,0.05,node-failed,0.04\n');
  });
});

test('what a suspended job had kept is lost with its nodes, in the time that it took', () => {
  const attempts = {
    count: 3,
    job: Int32Array.of(0, 0, 0),
    start: Float64Array.of(0, 50, 90),
    end: Float64Array.of(40, 70, 90),
    why: Uint8Array.of(SUSPENDED, SUSPENDED, NODE_FAILED),
    kept: Float64Array.of(20, 10, -15),
    slowed: Float64Array.of(20, 10, 0),
  };
  const { kept, lost, tookBack, keptForGood } = attemptTime({}, { attempts });
  expect([...kept]).toEqual([40, 20, 0]);
  expect([...lost]).toEqual([0, 0, 0]);
  expect([...tookBack]).toEqual([0, 0, 30]);
  expect([...keptForGood]).toEqual([30, 0, 0]);
});

test('a run that wrote a checkpoint of all it did has lost the writing of it, and no part of its work', () => {
  const attempts = {
    count: 1,
    job: Int32Array.of(0),
    start: Float64Array.of(0),
    end: Float64Array.of(44),
    why: Uint8Array.of(PREEMPTED),
    kept: Float64Array.of(20),
    slowed: Float64Array.of(20),
  };
  const one = (value: number) => Float64Array.of(value);
  const { kept, lost } = attemptTime({ checkpoints: { interval: one(Infinity), cost: one(4), restart: one(0) } }, { attempts });
  expect([kept[0], lost[0]]).toEqual([40, 4]);
});

test('nodes that are down take their own GPUs with them, however many others have', () => {
  const pools = [
    { ...CLUSTER.pools[0], name: 'many', count: 1, cpu: 1000, gpus: 8 },
    { ...CLUSTER.pools[0], name: 'none', count: 3, cpu: 64_000, gpus: 0 },
  ];
  const jobs = new WorkloadBuilder();
  const request = jobs.request({ cpu: 1000, memory: 0, gpu: 0 });
  jobs.add({ id: 0, submit: 0, runtime: 100, walltime: Infinity, tasks: 1, request });
  const workload = jobs.finish('test');
  const outages = [
    { firstNode: 0, nodes: 1, from: 20, until: 50 },
    { firstNode: 0, nodes: 2, from: 40, until: 70 },
  ];
  const cluster = { ...CLUSTER, pools, outages };
  const run = { workload, cluster, schedule: simulate(workload, cluster, fcfs, { placement: worstFit }) };
  expect(Math.round(share(run, 'down'))).toBe(8 * 50);
});

/** GPU time that jobs held, whatever they made of it. */
function heldIn({ groupTasks }: Workload, { lastStart, end, attempts }: Schedule): number {
  let held = 0;
  for (let row = 0; row < lastStart.length; row++) {
    if (!Number.isNaN(lastStart[row])) held += (end[row] - lastStart[row]) * groupTasks[row];
  }
  for (let row = 0; row < attempts.count; row++)
    held += (attempts.end[row] - attempts.start[row]) * groupTasks[attempts.job[row]];
  return held;
}

/** Every job is over: its work, once, on its GPUs. */
function workOf(workload: Workload, { start }: Schedule): number {
  let work = 0;
  for (let row = 0; row < workload.count; row++) {
    if (!Number.isNaN(start[row])) work += workload.runtime[row] * workload.groupTasks[row];
  }
  return work;
}

test('finish-time fairness is turnaround over the run time in a share of what was asked for meanwhile', () => {
  fc.assert(
    fc.property(workloads, fc.constantFrom(fcfs, srtf), (workload, policy) => {
      const schedule = simulate(workload, CLUSTER, policy, { placement: worstFit });
      const rho = finishTimeFairness.perJob({ workload, cluster: CLUSTER, schedule });
      const { submit, end, start } = schedule;
      for (let row = 0; row < workload.count; row++) {
        if (Number.isNaN(start[row])) {
          expect(rho[row]).toBeNaN();
          continue;
        }
        let asked = 0;
        for (let time = submit[row]; time < end[row]; time++) {
          for (let other = 0; other < workload.count; other++) {
            if (!Number.isNaN(start[other]) && submit[other] <= time && time < end[other])
              asked += workload.groupTasks[other] / 4;
          }
        }
        const stay = end[row] - submit[row];
        expect(rho[row]).toBeCloseTo(stay / (workload.runtime[row] * Math.max(1, asked / stay)), 9);
      }
    }),
    { numRuns: 200 },
  );
});
