// Jobs that wait for jobs: each kind of dependency by hand, what happens when it cannot be satisfied, and long chains.
import { describe, expect, test } from 'vitest';
import { processorPool } from '../src/cluster.ts';
import { simulate } from '../src/engine/simulate.ts';
import type { SimulationOptions } from '../src/engine/simulate.ts';
import { fcfs } from '../src/policies/fcfs.ts';
import { CANCELLED, COMPLETED, FAILED, KILLED, REJECTED, UNFINISHED } from '../src/schedule.ts';
import { AFTER_ANY, AFTER_NOT_OK, AFTER_OK, AFTER_START, FAILS } from '../src/workload.ts';
import { outcomeOf } from './engine-oracle.ts';
import { specOf } from './engine-views.ts';
import { workloadOf } from './workload-of.ts';
import type { TestJob } from './workload-of.ts';

const NEVER = 'never';

/** When the second job is submitted, if it waits like this for a first one that runs from 0 to 10; NEVER if it is cancelled. */
function submission(
  first: Partial<TestJob>,
  second: Pick<TestJob, 'submit' | 'after'>,
  options: SimulationOptions = { dependencies: 'hold' },
): number | string {
  const workload = workloadOf([
    { submit: 0, runtime: 10, procs: 1, ...first },
    { runtime: 5, procs: 1, ...second },
  ]);
  const { submit, state, end } = simulate(workload, processorPool(4), fcfs, { audit: true, ...options });
  if (state[1] !== CANCELLED) return submit[1];
  expect(end[1]).toBe(Math.max(second.submit, end[0]));
  return NEVER;
}

const ways = [
  { way: 'completes', first: {}, state: COMPLETED },
  { way: 'fails', first: { outcome: FAILS }, state: FAILED },
  { way: 'is killed', first: { walltime: 10, runtime: 11 }, state: KILLED },
  { way: 'is rejected', first: { procs: 5 }, state: REJECTED },
];

describe('a job that waits for another', () => {
  test.each([
    { kind: AFTER_ANY, name: 'after any', expected: [10, 10, 10, 2] },
    { kind: AFTER_OK, name: 'after ok', expected: [10, NEVER, NEVER, NEVER] },
    { kind: AFTER_NOT_OK, name: 'after not ok', expected: [NEVER, 10, 10, 2] },
    { kind: AFTER_START, name: 'after start', expected: [2, 2, 2, 2] },
  ])('$name, that completes, fails, is killed, is rejected: is submitted at $expected', ({ kind, expected }) => {
    expect(ways.map(({ first }) => submission(first, { submit: 2, after: [{ id: 0, kind }] }))).toEqual(expected);
  });

  test('is submitted as recorded if that is later', () => {
    expect(submission({}, { submit: 12, after: [{ id: 0 }] })).toBe(12);
  });

  test('is submitted as recorded if dependencies are ignored', () => {
    expect(submission({}, { submit: 2, after: [{ id: 0 }] }, {})).toBe(2);
  });

  test('is cancelled when it comes, if it is known by then that it never can go', () => {
    expect(submission({}, { submit: 17, after: [{ id: 0, kind: AFTER_NOT_OK }] })).toBe(NEVER);
    expect(submission({}, { submit: 17, after: [{ id: 0, kind: AFTER_NOT_OK }] }, { dependencies: 'hold', until: 15 })).toBeNaN();
  });

  test('until it starts: until it runs, not until it holds its processors', () => {
    expect(
      submission({}, { submit: 2, after: [{ id: 0, kind: AFTER_START }] }, { dependencies: 'hold', costs: { launch: 6 } }),
    ).toBe(6);
  });

  test('until it ends: not until its processors are clean', () => {
    expect(submission({}, { submit: 2, after: [{ id: 0 }] }, { dependencies: 'hold', costs: { release: 6 } })).toBe(10);
  });
});

describe('think times', () => {
  const feedback: SimulationOptions = { dependencies: 'feedback' };
  test.each([
    { what: 'move a submission to a later time', think: 7, submit: 2, at: 17 },
    { what: 'move it to an earlier time', think: 7, submit: 99, at: 17 },
    { what: 'of none let it follow at once', think: 0, submit: 99, at: 10 },
    { what: 'below none count as none', think: -4, submit: 99, at: 10 },
    { what: 'that are not given leave it as recorded', think: NaN, submit: 99, at: 99 },
    { what: 'that are not given hold it all the same', think: NaN, submit: 2, at: 10 },
  ])('$what', ({ think, submit, at }) => {
    expect(submission({}, { submit, after: [{ id: 0, think }] }, feedback)).toBe(at);
  });

  test('are not looked at in hold mode', () => {
    expect(submission({}, { submit: 2, after: [{ id: 0, think: 7 }] })).toBe(10);
  });

  test('follow each its own job, so that a replay of what was recorded is what was recorded', () => {
    const workload = workloadOf([
      { submit: 0, runtime: 10, procs: 1 },
      { submit: 0, runtime: 50, procs: 1 },
      { submit: 60, runtime: 5, procs: 1, after: [{ id: 0, think: 50 }, { id: 1, think: 10 }] }, // prettier-ignore
    ]);
    expect(simulate(workload, processorPool(4), fcfs, feedback).submit[2]).toBe(60);
  });
});

describe('a job that waits for several', () => {
  test('goes when the last has ended', () => {
    const workload = workloadOf([
      { submit: 0, runtime: 10, procs: 1 },
      { submit: 0, runtime: 20, procs: 1 },
      { submit: 1, runtime: 5, procs: 1, after: [{ id: 0 }, { id: 1 }] },
    ]);
    expect(simulate(workload, processorPool(4), fcfs, { dependencies: 'hold' }).submit[2]).toBe(20);
  });

  test('is not let go twice by one that starts twice', () => {
    const workload = workloadOf([
      { submit: 0, runtime: 10, procs: 1 },
      { submit: 0, runtime: 20, procs: 1 },
      { submit: 1, runtime: 5, procs: 1, after: [{ id: 0, kind: AFTER_START }, { id: 1, kind: AFTER_ANY }] }, // prettier-ignore
    ]);
    const again = specOf({
      decide: (view) => {
        for (const job of view.queue()) view.start(job);
        // While it is launched, so that it has not run yet.
        if (view.now === 0) view.wakeAt(2);
        if (view.now === 2) view.preempt(0, { how: 'requeue' });
        for (const job of view.queue()) view.start(job);
      },
    });
    const { submit } = simulate(workload, processorPool(4), again, { dependencies: 'hold', costs: { launch: 4 } });
    expect(submit[2]).toBe(24);
  });

  test('is cancelled once, though two of them fail it', () => {
    const workload = workloadOf([
      { submit: 0, runtime: 10, procs: 1, outcome: FAILS },
      { submit: 0, runtime: 10, procs: 1, outcome: FAILS },
      { submit: 1, runtime: 5, procs: 1, after: [{ id: 0, kind: AFTER_OK }, { id: 1, kind: AFTER_OK }] }, // prettier-ignore
    ]);
    const { state, end, until } = simulate(workload, processorPool(4), fcfs, { dependencies: 'hold' });
    expect([state[2], end[2], until]).toEqual([CANCELLED, 10, 10]);
  });
});

test('jobs that wait for each other in a circle are never submitted', () => {
  const workload = workloadOf([
    { submit: 0, runtime: 1, procs: 1 },
    { submit: 0, runtime: 1, procs: 1, after: [{ id: 2 }] },
    { submit: 3, runtime: 1, procs: 1, after: [{ id: 1 }] },
  ]);
  const { jobs, until } = outcomeOf(simulate(workload, processorPool(4), fcfs, { dependencies: 'hold' }));
  expect(jobs.map(({ state, submit }) => [state, submit])).toEqual([[COMPLETED, 0], [UNFINISHED, NaN], [UNFINISHED, NaN]]); // prettier-ignore
  expect(until).toBe(3);
});

describe('a chain of 100,000 jobs', () => {
  const chain = (kind: number, first: Partial<TestJob>) =>
    workloadOf(
      Array.from({ length: 100_000 }, (_, id) => ({ submit: 0, runtime: 1, procs: 1, after: id > 0 ? [{ id: id - 1, kind }] : [], ...(id === 0 ? first : {}) })),
    ); // prettier-ignore

  test('is cancelled as a whole when the first one fails', () => {
    const { state, end } = simulate(chain(AFTER_OK, { outcome: FAILS }), processorPool(4), fcfs, { dependencies: 'hold' });
    expect(state.subarray(1).every((what) => what === CANCELLED)).toBe(true);
    expect(end.every((time) => time === 1)).toBe(true);
  });

  test('runs one after the other', () => {
    expect(simulate(chain(AFTER_OK, {}), processorPool(4), fcfs, { dependencies: 'hold' }).end.at(-1)).toBe(100_000);
  });
});
