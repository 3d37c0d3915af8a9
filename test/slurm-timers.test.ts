// When backfill looked at its queue, read from the starts that it made.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readSlurmRecordConfig } from '../src/verify/slurm-record.ts';
import { periodsOf, phasesAtPace, phasesOf } from '../src/verify/slurm-replay.ts';
import { backfillPace } from '../src/verify/slurm-timers.ts';
import type { BackfillPace } from '../src/verify/slurm-timers.ts';

const SECOND = 1000;

/** A record in whole seconds, as Slurm writes them: jobs that backfill started in these cycles, and one that it did not. */
function recordOf({ first, period }: BackfillPace, cycles: readonly number[], submitted = 17) {
  const starts = cycles.map((cycle) => Math.floor((first + cycle * period) / SECOND) + submitted);
  return {
    submit: [submitted, ...starts],
    start: [submitted + 5, ...starts],
    backfilled: [false, ...starts.map(() => true)],
  };
}

const paces = fc.record({
  first: fc.integer({ min: 0, max: 29_000 }),
  // What a cycle takes makes the pace slower than what the thread sleeps.
  period: fc.integer({ min: 30_000, max: 31_400 }),
});
const manyCycles = fc
  .uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 10, maxLength: 40 })
  .map((cycles) => [0, ...cycles]);

describe('the pace of backfill', () => {
  test('is found from whole seconds: every cycle of it to the second', () => {
    fc.assert(
      fc.property(paces, manyCycles, (pace, cycles) => {
        const found = backfillPace(
          recordOf(
            pace,
            [...cycles].sort((a, b) => a - b),
          ),
          30 * SECOND,
        );
        expect(found).toBeDefined();
        if (found === undefined) return;
        for (const cycle of cycles) {
          // Starts are rounded down, by half a second on average.
          const expected = pace.first + cycle * pace.period - SECOND / 2;
          const nearest = Math.round((expected - found.first) / found.period);
          expect(Math.abs(found.first + nearest * found.period - expected)).toBeLessThanOrEqual(1.2 * SECOND);
        }
      }),
    );
  });

  test('begins within one period after the first submission, whenever that was', () => {
    fc.assert(
      fc.property(paces, manyCycles, fc.integer({ min: 0, max: 1_000_000 }), (pace, cycles, submitted) => {
        const sorted = [...cycles].sort((a, b) => a - b);
        const [found, here] = [0, submitted].map((zero) => backfillPace(recordOf(pace, sorted, zero), 30 * SECOND));
        expect(here).toEqual(found);
        expect(found?.first).toBeGreaterThanOrEqual(0);
        expect(found?.first).toBeLessThan(found?.period ?? 0);
      }),
    );
  });

  test('is not put off by single starts that lie elsewhere', () => {
    const pace = { first: 12_000, period: 30_050 };
    const record = recordOf(pace, [0, 1, 2, 5, 6, 9, 11, 12, 20, 21, 22, 30]);
    record.submit.push(100);
    record.start.push(17 + 12 + 15 + 3 * 30);
    record.backfilled.push(true);
    const found = backfillPace(record, 30 * SECOND);
    expect(found?.first).toBeGreaterThan(11 * SECOND);
    expect(found?.first).toBeLessThan(13 * SECOND);
  });

  test.each([
    {
      what: 'a handful of starts',
      record: recordOf({ first: 0, period: 30_000 }, [0, 1, 2, 3, 4, 5, 6, 7, 8]),
      interval: 30 * SECOND,
    },
    {
      what: 'starts at any time',
      record: recordOf({ first: 0, period: 7_000 }, [0, 1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 66, 78]),
      interval: 30 * SECOND,
    },
    {
      what: 'no thread',
      record: recordOf({ first: 0, period: 30_000 }, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
      interval: Infinity,
    },
    {
      what: 'starts that all lie in one cycle',
      record: recordOf({ first: 0, period: 1_000 }, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
      interval: 30 * SECOND,
    },
  ])('$what show none', ({ record, interval }) => expect(backfillPace(record, interval)).toBeUndefined());
});

test('phases go through the periods that a slurm.conf says, each within its own', () => {
  const conf = (parameters: string) =>
    readSlurmRecordConfig(
      { config: `NodeName=n[1-4] CPUs=8\nPartitionName=p Nodes=ALL Default=YES\nSchedulerParameters=${parameters}\n`, t0: 0 },
      'c',
    );
  expect(periodsOf(conf('bf_interval=10,sched_interval=90'))).toEqual({ full: 90_000, backfill: 10_000 });
  expect(periodsOf(conf('bf_interval=-1,sched_interval=-1'))).toEqual({ full: 60_000, backfill: 30_000 });
  const periods = { full: 90_000, backfill: 10_000 };
  const phases = Array.from({ length: 10 }, (_, run) => phasesOf(run, 10, periods));
  expect(phases.map(({ backfill }) => backfill).sort((a, b) => a - b)).toEqual(
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => n * 1000),
  );
  expect(Math.max(...phases.map(({ full }) => full))).toBe(81_000);
});

test('at a pace, backfill begins within half a second of it, and all else is as without', () => {
  const pace = { first: 4_000, period: 10_200 };
  const periods = { full: 90_000, backfill: 10_000 };
  for (let run = 0; run < 10; run++) {
    const { backfill, period, ...others } = phasesAtPace(pace, run, 10, periods);
    // The last cycle ended one period before the first one of the run began.
    expect(Math.abs(period! - backfill - pace.first)).toBeLessThanOrEqual(500);
    expect(phasesOf(run, 10, periods)).toMatchObject(others);
  }
});
