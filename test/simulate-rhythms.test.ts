// When a policy is called, and what it is told: by instant or by event, in which order, and when it asked to be woken.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { processorPool } from '../src/cluster.ts';
import type { Cluster } from '../src/cluster.ts';
import type { SimulationOptions } from '../src/engine/simulate.ts';
import { simulate } from '../src/engine/simulate.ts';
import type { Cycle, Rhythm } from '../src/policy.ts';
import { UNFINISHED } from '../src/schedule.ts';
import type { Schedule } from '../src/schedule.ts';
import type { Workload } from '../src/workload.ts';
import { pendingOf } from './engine-views.ts';
import { costs, denseWorkloads, outages, PROCS } from './engine-workloads.ts';
import { workloadOf } from './workload-of.ts';

// Planted, and caught:
// - a timer is dropped when another event comes first;
// - ends of an instant are applied by row instead of by start, in a cycle each;
// - 'due-ends' takes early ends along;
// - idle instants are counted while a held job or the end of an outage is still to come;
// - submissions of an instant are told in the order in which they were applied.

interface Call {
  readonly now: number;
  readonly submitted: number[];
  readonly ended: number[];
  readonly nodes: boolean;
}

/** First come, first served, and notes of every call. */
function watch(
  workload: Workload,
  rhythm?: Rhythm,
  options: SimulationOptions & { cluster?: Cluster } = {},
  also: (cycle: Cycle) => void = () => {},
): { calls: Call[]; schedule: Schedule } {
  const calls: Call[] = [];
  const schedule = (cycle: Cycle) => {
    const { submitted, ended, nodes } = cycle.changed;
    calls.push({ now: cycle.now, submitted: [...submitted], ended: [...ended], nodes });
    for (const job of pendingOf(cycle)) if (cycle.free.fits(job)) cycle.start(job);
    also(cycle);
  };
  const spec = { name: 'watch', summary: 'A test.', source: 'its test', create: () => ({ rhythm, schedule }) };
  return { schedule: simulate(workload, options.cluster ?? processorPool(PROCS), spec, options), calls };
}

/** `ended`+`submitted` of each call at this time, such as `-0 +3`. */
function told(calls: readonly Call[], now: number): string[] {
  return calls
    .filter((call) => call.now === now)
    .map(({ ended, submitted, nodes }) =>
      [...ended.map((job) => `-${job}`), ...submitted.map((job) => `+${job}`), ...(nodes ? ['nodes'] : [])].join(' '),
    );
}

// At 5 ms: job 2 (started first), 0 and 1 end; 2 by its walltime, 1 early; jobs 3 and 4 come.
const busy = workloadOf([
  { submit: 0, runtime: 5, walltime: 5, procs: 1 },
  { submit: 0, runtime: 5, walltime: 9, procs: 1 },
  { submit: 1, runtime: 4, walltime: 4, procs: 1 },
  { submit: 5, runtime: 1, procs: 1 },
  { submit: 5, runtime: 1, procs: 1 },
]);

describe('what happens at one instant', () => {
  test('is told all at once by default', () => {
    expect(told(watch(busy).calls, 5)).toEqual(['-0 -1 -2 +3 +4']);
  });

  test.each([
    { first: 'ends', expected: ['-0', '-1', '-2', '+3', '+4'] },
    { first: 'submissions', expected: ['+3', '+4', '-0', '-1', '-2'] },
    { first: 'due-ends', expected: ['-0 -2', '+3', '+4', '-1'] },
  ] as const)('is told one by one, $first first', ({ first, expected }) => {
    expect(told(watch(busy, { first, cycle: 'event' }).calls, 5)).toEqual(expected);
  });

  test('ends come in the order in which their runs began, not in that of the rows', () => {
    const workload = workloadOf([
      { submit: 0, runtime: 3, procs: 4 },
      { submit: 0, runtime: 5, procs: 2 },
      { submit: 1, runtime: 5, procs: 2 },
    ]);
    const spec = {
      name: 'last come',
      summary: 'A test.',
      source: 'its test',
      create: () => ({
        rhythm: { first: 'ends', cycle: 'event' } as const,
        schedule(cycle: Cycle) {
          if (cycle.changed.ended.length > 0) seen.push(...cycle.changed.ended);
          for (const job of pendingOf(cycle).reverse()) if (cycle.free.fits(job) && cycle.now >= 1) cycle.start(job);
        },
      }),
    };
    const seen: number[] = [];
    simulate(workload, processorPool(PROCS), spec);
    expect(seen).toEqual([2, 1, 0]);
  });

  test('a submission that a dependency moved takes its place among the others', () => {
    const workload = workloadOf([
      { submit: 0, runtime: 1, procs: 1 },
      { submit: 0, runtime: 1, procs: 1, after: [{ id: 0, think: 4 }] },
      { submit: 5, runtime: 1, procs: 1 },
    ]);
    for (const cycle of ['instant', 'event'] as const) {
      const { calls } = watch(workload, { first: 'ends', cycle }, { dependencies: 'feedback' });
      expect(told(calls, 5)).toEqual(cycle === 'instant' ? ['+1 +2'] : ['+1', '+2']);
    }
  });

  test('submissions are told by row, even if a job that is turned away lets an earlier one go', () => {
    const workload = workloadOf([
      { submit: 0, runtime: 1, procs: 1 },
      { submit: 0, runtime: 1, procs: 1, after: [{ id: 3 }] },
      { submit: 5, runtime: 1, procs: 1 },
      { submit: 5, runtime: 1, procs: PROCS + 1 },
    ]);
    expect(told(watch(workload, undefined, { dependencies: 'hold' }).calls, 5)).toEqual(['+1 +2']);
  });

  test('nodes come after ends and before submissions', () => {
    const cluster = { ...processorPool(PROCS), outages: [{ firstNode: 3, nodes: 1, from: 5, until: 7 }] };
    expect(told(watch(busy, { first: 'ends', cycle: 'event' }, { cluster }).calls, 5)).toEqual([
      '-0',
      '-1',
      '-2',
      'nodes',
      '+3',
      '+4',
    ]);
  });

  test('what ends as it starts is told in another round of the instant', () => {
    const workload = workloadOf([
      { submit: 3, runtime: 0, procs: 4 },
      { submit: 3, runtime: 0, procs: 4 },
    ]);
    expect(told(watch(workload).calls, 0)).toEqual(['+0 +1', '-0', '-1']);
  });
});

describe('calls', () => {
  const rhythms = fc.constantFrom<Rhythm | undefined>(
    undefined,
    { first: 'ends', cycle: 'event' },
    { first: 'submissions', cycle: 'event' },
    { first: 'due-ends', cycle: 'event' },
  );

  test('tell of each submission and each end once, never go back in time, and never come for nothing', () => {
    fc.assert(
      fc.property(denseWorkloads(), rhythms, costs, outages, (workload, rhythm, spent, planned) => {
        const cluster = { ...processorPool(PROCS), outages: planned };
        const { calls, schedule } = watch(workload, rhythm, { costs: spent, cluster, audit: true });
        const times = calls.map(({ now }) => now);
        expect(times).toEqual([...times].sort((a, b) => a - b));
        const rejected = schedule.state.filter((state) => state === 5).length;
        const interruptions = schedule.attempts.count;
        const count = (key: 'submitted' | 'ended') => calls.reduce((sum, call) => sum + call[key].length, 0);
        // The last event may end the run before the policy is told of it, but it is told.
        expect(count('submitted')).toBe(workload.count - rejected + interruptions);
        const unfinished = schedule.state.filter((state) => state === UNFINISHED).length;
        expect(count('ended')).toBe(workload.count - rejected + interruptions - unfinished);
        if (rhythm === undefined || rhythm.first === 'due-ends') return;
        for (const call of calls) if (!call.nodes) expect(call.ended.length + call.submitted.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a policy that asks to be woken', () => {
  const one = workloadOf([{ submit: 0, runtime: 100, procs: 1 }]);

  test('is called at that time, once', () => {
    const { calls } = watch(one, undefined, {}, (cycle) => {
      if (cycle.now > 0) return;
      for (const time of [7, 3, 7, 7, 50.5]) cycle.wakeAt(time);
    });
    expect(calls.map(({ now }) => now)).toEqual([0, 3, 7, 50.5, 100]);
  });

  test('is called at that time by each rhythm, after what else happens then', () => {
    for (const first of ['ends', 'submissions', 'due-ends'] as const) {
      const { calls } = watch(busy, { first, cycle: 'event' }, {}, (cycle) => {
        if (cycle.now === 0) cycle.wakeAt(5);
      });
      expect(told(calls, 5).at(-1)).toBe('');
    }
  });

  test('at no time is not called for it', () => {
    const { calls } = watch(one, undefined, {}, (cycle) => cycle.wakeAt(Infinity));
    expect(calls.map(({ now }) => now)).toEqual([0, 100]);
  });

  test('is not woken after the end of the run', () => {
    expect(watch(one, undefined, {}, (cycle) => cycle.wakeAt(cycle.now + 60)).schedule.until).toBe(100);
    expect(watch(one, undefined, { until: 70 }, (cycle) => cycle.wakeAt(cycle.now + 60)).calls.at(-1)!.now).toBe(60);
  });

  test('for ever, while nothing can happen any more, does not hang the run', () => {
    const stuck = workloadOf([{ submit: 0, runtime: 1, procs: 4 }]);
    const cluster = { ...processorPool(PROCS), outages: [{ firstNode: 0, nodes: 1, from: 0, until: Infinity }] };
    const { schedule } = watch(stuck, undefined, { cluster }, (cycle) => cycle.wakeAt(cycle.now + 1));
    expect(schedule.state[0]).toBe(UNFINISHED);
  });

  test('often does not end the run as long as something is to come', () => {
    const wake = (cycle: Cycle) => cycle.wakeAt(cycle.now + 1);
    const later = workloadOf([
      { submit: 0, runtime: 1, procs: 1 },
      { submit: 0, runtime: 1, procs: 1, after: [{ id: 0, think: 150_000 }] },
    ]);
    expect(watch(later, undefined, { dependencies: 'feedback' }, wake).schedule.end[1]).toBe(150_002);
    const stuck = workloadOf([{ submit: 0, runtime: 1, procs: 4 }]);
    const cluster = { ...processorPool(PROCS), outages: [{ firstNode: 0, nodes: 1, from: 0, until: 150_000 }] };
    expect(watch(stuck, undefined, { cluster }, wake).schedule.end[0]).toBe(150_001);
  });
});

test('an event of a run that is over calls nobody', () => {
  // Suspended at 2 and resumed at 4, the job ends at 12: nothing happens at 10.
  const workload = workloadOf([{ submit: 0, runtime: 10, walltime: 10, procs: 1 }]);
  const times: number[] = [];
  const schedule = (cycle: Cycle) => {
    times.push(cycle.now);
    if (cycle.now === 0 || cycle.now === 4) cycle.start(0);
    if (cycle.now === 0) cycle.wakeAt(2);
    if (cycle.now === 2) cycle.preempt(0, { how: 'suspend' });
    if (cycle.now === 2) cycle.wakeAt(4);
  };
  const spec = { name: 'pause', summary: 'A test.', source: 'its test', create: () => ({ schedule }) };
  simulate(workload, processorPool(PROCS), spec);
  expect(times).toEqual([0, 2, 4, 12]);
});
