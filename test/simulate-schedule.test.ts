// What a policy may see, and what every schedule keeps to, whatever happened.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withIdentities } from '../src/cluster-spec.ts';
import { processorPool } from '../src/cluster.ts';
import { simulate } from '../src/engine/simulate.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { easy } from '../src/policies/easy/easy.ts';
import { fcfs } from '../src/policies/fcfs.ts';
import type { Cycle, PolicySetup, PolicySpec } from '../src/policy.ts';
import { CANCELLED, COMPLETED, FAILED, KILLED, PREEMPTED, REJECTED, SUSPENDED, UNFINISHED } from '../src/schedule.ts';
import type { Schedule } from '../src/schedule.ts';
import type { Workload } from '../src/workload.ts';
import { specOf, whimsical } from './engine-views.ts';
import { denseWorkloads, options, outages, PROCS } from './engine-workloads.ts';
import { workloadOf } from './workload-of.ts';

// Planted, and caught:
// - `requestsOf` leaves the outcome in;
// - the reason of an explanation is kept each time it is given;
// - capacity notes each node of an outage in a step of its own.

describe('what a policy is handed', () => {
  /** Everything that can be reached from a value without breaking into private fields. */
  function reach(value: unknown, seen = new Set<object>(), keys = new Set<string>()): { seen: Set<object>; keys: Set<string> } {
    if (typeof value !== 'object' || value === null || seen.has(value)) return { seen, keys };
    seen.add(value);
    if (ArrayBuffer.isView(value)) return { seen, keys };
    for (
      let layer: object = value;
      layer !== null && layer !== Object.prototype;
      layer = Object.getPrototypeOf(layer) as object
    ) {
      for (const key of Object.getOwnPropertyNames(layer)) {
        keys.add(key);
        if (key !== 'constructor') reach(Reflect.get(value, key), seen, keys);
      }
    }
    return { seen, keys };
  }

  test('has no column of the future in it', () => {
    const workload: Workload = {
      ...workloadOf([
        { submit: 0, runtime: 5, procs: 1 },
        { submit: 1, runtime: 7, procs: 1 },
      ]),
      recordedStart: Float64Array.of(0, 1),
    };
    let handed: { setup: PolicySetup; cycle: Cycle } | undefined;
    const spec = {
      ...fcfs,
      create: (setup: PolicySetup) => ({
        schedule(cycle: Cycle) {
          handed = { setup, cycle };
          cycle.start(cycle.pending.first());
          const { seen, keys } = reach(handed);
          for (const column of [workload, workload.runtime, workload.outcome, workload.recordedStart])
            expect(seen).not.toContain(column);
          for (const key of ['runtime', 'outcome', 'recordedStart', 'remaining', 'due']) expect(keys).not.toContain(key);
        },
      }),
    };
    simulate(workload, processorPool(PROCS), spec, { until: 1 });
    expect(handed).toBeDefined();
  });

  test('has them when it asks as an oracle, and the schedule says so', () => {
    const workload = workloadOf([{ submit: 0, runtime: 5, procs: 1 }]);
    const parameters = { dialect: 'cqsim', order: 'submit' };
    expect(simulate(workload, processorPool(PROCS), easy, { parameters }).oracle).toBe(true);
    expect(simulate(workload, processorPool(PROCS), easy).oracle).toBeUndefined();
  });
});

describe('explanations', () => {
  const workload = workloadOf([
    { submit: 0, runtime: 3, procs: 4 },
    { submit: 1, runtime: 3, procs: 4 },
    { submit: 2, runtime: 3, procs: 4 },
  ]);
  const spec = {
    ...fcfs,
    create: () => ({
      schedule(cycle: Cycle) {
        const head = cycle.pending.first();
        if (head < 0) return;
        if (cycle.free.fits(head)) cycle.start(head);
        for (let job = cycle.pending.first(); job >= 0; job = cycle.pending.after(job))
          cycle.explain(job, `${cycle.pending.size} wait`);
      },
    }),
  };

  test('are given for jobs that can never start', () => {
    const tooLarge = workloadOf([{ submit: 5, runtime: 1, procs: PROCS + 1 }]);
    const why = `can never start: it needs ${PROCS + 1} processors, and there are ${PROCS}`;
    expect(simulate(tooLarge, processorPool(PROCS), spec, { explain: true }).explanations).toEqual([
      { job: 0, time: 0, reason: why },
    ]);
    const nodes = withIdentities(processorPool(PROCS));
    const [{ reason }] = simulate(tooLarge, nodes, spec, { explain: true, placement: firstFit }).explanations;
    expect(reason).toBe(`can never start: all nodes, empty, have no room for ${PROCS + 1} x (cpus 1)`);
    const partitions = [{ name: 'short', default: true, maxWalltime: 60_000 }];
    const slow = workloadOf([{ submit: 5, runtime: 1, procs: 1, walltime: 120_000 }]);
    const [late] = simulate(slow, { ...nodes, partitions }, spec, { explain: true, placement: firstFit }).explanations;
    expect(late.reason).toBe('can never start: it asks for 2 min, and partition short allows 1 min');
  });

  test('are kept whenever the reason differs from the last one given', () => {
    expect(simulate(workload, processorPool(PROCS), spec, { explain: true }).explanations).toEqual([
      { job: 1, time: 1, reason: '1 wait' },
      { job: 1, time: 2, reason: '2 wait' },
      { job: 2, time: 2, reason: '2 wait' },
      { job: 2, time: 3, reason: '1 wait' },
    ]);
  });

  test('are not kept unless somebody asks', () => {
    expect(simulate(workload, processorPool(PROCS), spec).explanations).toEqual([]);
  });

  test('of fcfs say who is first', () => {
    const { explanations } = simulate(workload, processorPool(PROCS), fcfs, { explain: true });
    expect(explanations.map(({ job, time }) => [job, time])).toEqual([[1, 1], [2, 3]]); // prettier-ignore
  });
});

/** What a job did, by its state. */
function expectWhole(schedule: Schedule, job: number): void {
  const { submit, start, end, lastStart, state, attempts, until } = schedule;
  const rows = Array.from(attempts.job.keys()).filter((row) => attempts.job[row] === job);
  if (state[job] === UNFINISHED) expect(end[job]).toBeNaN();
  else expect(end[job]).toBeLessThanOrEqual(until);
  if ([COMPLETED, KILLED].includes(state[job])) expect(lastStart[job]).not.toBeNaN();
  if (state[job] === REJECTED) expect([submit[job], start[job], lastStart[job], rows.length]).toEqual([end[job], NaN, NaN, 0]);
  if ([FAILED, CANCELLED].includes(state[job])) expect(end[job]).not.toBeNaN();
  if (Number.isNaN(submit[job])) expect([state[job], start[job]]).toEqual([UNFINISHED, NaN]);
  if (!Number.isNaN(start[job])) expect(start[job]).toBeGreaterThanOrEqual(submit[job]);
  if (!Number.isNaN(lastStart[job])) {
    expect(start[job]).toBeLessThanOrEqual(lastStart[job]);
    if (!Number.isNaN(end[job])) expect(end[job]).toBeGreaterThanOrEqual(lastStart[job]);
  }
  // Its runs come one after the other, and the first that ran is the start.
  let last = submit[job];
  for (const row of rows) {
    expect(attempts.start[row]).toBeGreaterThanOrEqual(last);
    expect(attempts.end[row]).toBeGreaterThanOrEqual(attempts.start[row]);
    expect(attempts.kept[row]).toBeLessThanOrEqual(attempts.end[row] - attempts.start[row]);
    if (attempts.why[row] === SUSPENDED) expect(attempts.kept[row]).toBeGreaterThanOrEqual(0);
    last = attempts.end[row];
  }
  if (!Number.isNaN(lastStart[job])) expect(lastStart[job]).toBeGreaterThanOrEqual(rows.length > 0 ? last : submit[job]);
}

describe('every schedule', () => {
  test('keeps to its conventions', () => {
    const workloads = denseWorkloads({ dependencies: true, checkpoints: true });
    fc.assert(
      fc.property(workloads, outages, options, fc.nat(10_000), (workload, planned, told, seed) => {
        const recorded = workload.submit.slice();
        const cluster = { ...processorPool(PROCS), outages: planned };
        const schedule = simulate(workload, cluster, specOf({ decide: whimsical(seed, 30) }), told);
        const { count, attempts, capacity, until } = schedule;
        expect(workload.submit).toEqual(recorded);
        expect(count).toBe(workload.count);
        for (const column of [schedule.submit, schedule.start, schedule.end, schedule.lastStart, schedule.state])
          expect(column).toHaveLength(count);
        for (let job = 0; job < count; job++) expectWhole(schedule, job);
        for (const column of [attempts.job, attempts.start, attempts.end, attempts.why, attempts.kept])
          expect(column).toHaveLength(attempts.count);
        for (let row = 1; row < attempts.count; row++) expect(attempts.end[row]).toBeGreaterThanOrEqual(attempts.end[row - 1]);
        expect(capacity.time[0]).toBe(0);
        for (let step = 1; step < capacity.time.length; step++) {
          expect(capacity.time[step]).toBeGreaterThan(capacity.time[step - 1]);
          expect(capacity.value[step]).not.toBe(capacity.value[step - 1]);
        }
        expect(capacity.time.at(-1)).toBeLessThanOrEqual(until);
      }),
      { numRuns: 1000 },
    );
  });

  test('of many jobs without dependencies or limits has them all completed, and leaves the columns of the trace alone', () => {
    const workload = workloadOf([{ submit: 0, runtime: 5, procs: 4 }, { submit: 0, runtime: 5, procs: 4 }]); // prettier-ignore
    const schedule = simulate(workload, processorPool(PROCS), fcfs);
    expect([...schedule.state]).toEqual([COMPLETED, COMPLETED]);
    expect([...schedule.lastStart]).toEqual([0, 5]);
    expect(schedule.attempts.count).toBe(0);
    expect(schedule.until).toBe(10);
    expect(PREEMPTED).toBe(0);
  });
});

test('a run in which only timers ring any more ended when it stood still, not when that was clear', () => {
  const never: PolicySpec = {
    name: 'never',
    summary: 'Starts the first job only, and looks again every second.',
    source: 'this test',
    create: () => ({
      schedule(cycle) {
        if (cycle.pending.has(0)) cycle.start(0);
        if (cycle.pending.size > 0) cycle.wakeAt(cycle.now + 1000);
      },
    }),
  };
  const workload = workloadOf([
    { submit: 0, runtime: 10_000, procs: 1 },
    { submit: 0, runtime: 10_000, procs: 1 },
  ]);
  const { until, state } = simulate(workload, processorPool(PROCS), never);
  expect(until).toBe(10_000);
  expect(state[1]).toBe(UNFINISHED);
});

describe('until', () => {
  const workload = workloadOf([
    { submit: 0, runtime: 10, procs: 4 },
    { submit: 1, runtime: 10, procs: 4 },
    { submit: 50, runtime: 10, procs: 4 },
  ]);
  test.each([
    { until: 0, end: [NaN, NaN, NaN], submit: [0, NaN, NaN], says: 0 },
    { until: 9, end: [NaN, NaN, NaN], submit: [0, 1, NaN], says: 9 },
    { until: 10, end: [10, NaN, NaN], submit: [0, 1, NaN], says: 10 },
    { until: 40, end: [10, 20, NaN], submit: [0, 1, NaN], says: 40 },
    { until: 100, end: [10, 20, 60], submit: [0, 1, 50], says: 60 },
  ])('$until: what is not over then is unfinished, what has not come has no submission', ({ until, end, submit, says }) => {
    const schedule = simulate(workload, processorPool(PROCS), fcfs, { until });
    expect([...schedule.end]).toEqual(end);
    expect([...schedule.submit]).toEqual(submit);
    expect(schedule.until).toBe(says);
  });
});

test('a cluster without jobs is over at once', () => {
  const schedule = simulate(workloadOf([]), processorPool(PROCS), fcfs);
  expect(schedule.until).toBe(0);
  expect([...schedule.capacity.value]).toEqual([PROCS]);
});
