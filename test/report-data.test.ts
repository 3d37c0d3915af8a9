// What the page draws from: columns that survive being packed, sums over time that agree with their slow definitions,
// and decimation that loses nothing anyone would see.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeColumn, encodeColumn, scaleOf } from '../src/report/column-codec.ts';
import { decimate, integralsOf, meansOver } from '../src/report/decimate.ts';
import { distributionOf, quantileOf } from '../src/report/charts/distributions.ts';
import { jainIndex } from '../src/report/charts/fairness.ts';
import { runTimes } from '../src/report/job-figures.ts';
import { searchJobs } from '../src/report/job-search.ts';
import { jobColumns, sortRows } from '../src/report/job-columns.ts';
import { packTables } from '../src/report/pack.ts';
import { busySteps, queueSteps } from '../src/report/run-steps.ts';
import { orderByTime, sortValues } from '../src/report/time-order.ts';
import { unpackTables } from '../src/report/unpack.ts';
import { waitingOf } from '../src/report/waiting.ts';
import { STATE_NAMES } from '../src/schedule.ts';
import type { Steps } from '../src/schedule.ts';
import type { PageTable } from '../src/report/page-table.ts';
import { pageTables } from './page-tables.ts';

const whole = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constant(NaN), fc.integer({ min: -(2 ** 45), max: 2 ** 45 }));

describe('columns', () => {
  test('come back as they were, whatever they are counted from', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(whole, whole), { maxLength: 30 }), fc.constantFrom(1, 1000), (rows, scale) => {
        const values = Float64Array.from(rows, ([value]) => value * scale);
        const base = Float64Array.from(rows, ([, value]) => value * scale);
        for (const from of ['zero', 'previous', base] as const) {
          const bytes = encodeColumn(values, Math.min(scaleOf(values), scaleOf(base)), from);
          const coded = { at: 0, bytes: bytes.length, count: values.length, scale: Math.min(scaleOf(values), scaleOf(base)) };
          const back = decodeColumn(
            bytes,
            { ...coded, from: typeof from === 'string' ? from : 0 },
            typeof from === 'string' ? undefined : base,
          );
          expect(back).toEqual(values);
        }
      }),
    );
  });

  test('of tables come back, and are kept once where tables share them', () => {
    fc.assert(
      fc.property(pageTables, (table) => {
        const one = packTables([table]);
        const twice = packTables([table, { ...table }]);
        expect(unpackTables(twice)).toEqual([table, table]);
        expect(twice.length).toBeLessThan(2 * one.length);
      }),
    );
  });
});

describe('the order by time', () => {
  test('is that of a stable sort', () => {
    const time = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constant(NaN), fc.integer({ min: 0, max: 2 ** 50 }));
    fc.assert(
      fc.property(fc.array(time, { maxLength: 60 }), (times) => {
        const rows = times.flatMap((one, row) => (Number.isNaN(one) ? [] : [row]));
        const sorted = rows.sort((a, b) => times[a] - times[b] || a - b);
        expect(Array.from(orderByTime(Float64Array.from(times)))).toEqual(sorted);
      }),
    );
  });
});

test('values are sorted as numbers are', () => {
  const value = fc.oneof(
    fc.integer({ min: 0, max: 3 }),
    fc.double({ min: 0, noNaN: true }),
    fc.integer({ min: 0, max: 2 ** 40 }).map((ms) => ms / 1000),
    fc.constantFrom(1, 1 + 2 ** -52, 1 + 2 ** -31, Infinity, 0, 5e-324),
  );
  const any = fc.oneof({ weight: 5, arbitrary: value }, { weight: 1, arbitrary: fc.constantFrom(-1, -0, -Infinity) });
  fc.assert(
    fc.property(fc.oneof(fc.array(value, { maxLength: 50 }), fc.array(any, { maxLength: 50 })), (list) => {
      const sorted = [...list].sort((a, b) => a - b || (Object.is(a, -0) ? -1 : 0) - (Object.is(b, -0) ? -1 : 0));
      expect(Array.from(sortValues(Float64Array.from(list)))).toEqual(sorted);
    }),
  );
});

/** The level of a series at an instant. */
function levelAt({ time, value }: Steps, instant: number): number {
  let level = 0;
  for (let at = 0; at < time.length && time[at] <= instant; at++) level = value[at];
  return level;
}

/** What jobs hold and how many wait at an instant, job by job. */
function slowLevels(table: PageTable, instant: number): { busy: number; waiting: number } {
  let [busy, waiting] = [0, 0];
  for (let row = 0; row < table.count; row++) {
    const runs = runsOf(table, row);
    if (runs.some(([from, until]) => from <= instant && instant < until)) busy += table.cpus[row] / 1000;
    else if (isIn(table, row, instant, runs)) waiting++;
  }
  return { busy, waiting };
}

function runsOf({ attempts, start, end }: PageTable, row: number): [number, number][] {
  const own = attempts === undefined ? [] : Array.from(attempts.job.keys()).filter((at) => attempts.job[at] === row);
  if (own.length > 0 && attempts !== undefined) return own.map((at) => [attempts.start[at], attempts.end[at]]);
  return Number.isNaN(start[row]) ? [] : [[start[row], Number.isNaN(end[row]) ? Infinity : end[row]]];
}

/** Processor time that a job held between two instants [core-hours]. */
function slowHours(table: PageTable, row: number, from: number, until: number): number {
  const lengths = runsOf(table, row).map(([start, end]) => Math.max(0, Math.min(end, until) - Math.max(start, from)));
  return lengths.reduce((sum, length) => sum + ((table.cpus[row] / 1000) * length) / 3_600_000, 0);
}

function isIn({ submit, end, state }: PageTable, row: number, instant: number, runs: [number, number][]): boolean {
  if (STATE_NAMES[state[row]] === 'rejected' || !(submit[row] <= instant)) return false;
  if (runs.length === 0) return !(end[row] <= instant);
  return runs.some(([from]) => from > instant);
}

describe('levels over time', () => {
  test('are the sums of what jobs do at each instant', () => {
    fc.assert(
      fc.property(pageTables, (table) => {
        const [busy, queue] = [busySteps(table), queueSteps(table)];
        for (let instant = 0; instant <= 40; instant++) {
          const slow = slowLevels(table, instant * 1000);
          expect(levelAt(busy, instant * 1000), `busy after ${instant} s`).toBeCloseTo(slow.busy);
          expect(levelAt(queue, instant * 1000), `waiting after ${instant} s`).toBe(slow.waiting);
        }
      }),
    );
  });

  const steps = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 5 })), { maxLength: 60 })
    .map((list) => {
      let now = 0;
      const time = Float64Array.from(list, ([gap]) => (now += gap));
      return { time, value: Float64Array.from(list, ([, value]) => value) };
    });

  test('decimated, have the lowest, the highest and the last level of every column, and few points', () => {
    fc.assert(
      fc.property(
        steps,
        fc.integer({ min: 0, max: 50 }),
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 1, max: 9 }),
        (all, from, length, columns) => {
          const window = { from, until: from + length };
          const few = decimate(all, window, columns);
          expect(few.time.length).toBeLessThanOrEqual(4 * (columns + 1) + 2);
          expect(Array.from(few.time)).toEqual(Array.from(few.time).sort((a, b) => a - b));
          for (let column = 0; column < columns; column++) {
            const inside = (time: number) =>
              time >= from && time <= window.until && Math.floor((time - from) / (length / columns)) === column;
            const levels = (series: Steps) => Array.from(series.value).filter((_, at) => inside(series.time[at]));
            const [before, after] = [levels(all), levels(few)];
            if (before.length === 0) continue;
            expect(Math.max(...after)).toBeGreaterThanOrEqual(Math.max(...before));
            expect(Math.min(...after)).toBeLessThanOrEqual(Math.min(...before));
          }
          expect(few.value.at(-1)).toBe(levelAt(all, window.until));
          for (const [at, time] of few.time.entries())
            if (at < few.time.length - 1) expect(few.value[at]).toBe(levelAt(all, time));
        },
      ),
    );
  });

  test('decimated, are the same whether their blocks are summed up or not', () => {
    const long = fc
      .tuple(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 0, max: 2 ** 31 - 1 }), fc.constantFrom(2, 50, 10 ** 6))
      .map(([length, seed, range]) => {
        let random = seed;
        const value = Float64Array.from({ length }, () => (random = (random * 48_271 + 11) % 2_147_483_647) % range);
        return { time: Float64Array.from({ length }, (_, at) => at), value };
      });
    fc.assert(
      fc.property(long, fc.integer({ min: -5, max: 3000 }), fc.integer({ min: 1, max: 6000 }), (all, from, span) => {
        const few = decimate(all, { from, until: from + span }, 2);
        for (const half of [0, 1]) {
          const [left, right] = [from + (half * span) / 2, from + ((half + 1) * span) / 2];
          const inside = (series: Steps) =>
            Array.from(series.value).filter((_, at) => series.time[at] >= left && series.time[at] < right);
          const own = inside(all);
          if (own.length === 0) continue;
          expect(Math.max(...inside(few))).toBeGreaterThanOrEqual(Math.max(...own));
          expect(Math.min(...inside(few))).toBeLessThanOrEqual(Math.min(...own));
        }
        for (const [at, time] of few.time.entries()) if (at < few.time.length - 1) expect(few.value[at]).toBe(levelAt(all, time));
      }),
      { numRuns: 60 },
    );
  });

  test('have the means of their parts', () => {
    fc.assert(
      fc.property(
        steps,
        fc.integer({ min: 0, max: 50 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 6 }),
        (all, from, each, parts) => {
          const window = { from, until: from + each * parts };
          const { value } = meansOver(all, integralsOf(all), window, parts);
          for (let part = 0; part < parts; part++) {
            let sum = 0;
            for (let instant = 0; instant < each; instant++) sum += levelAt(all, from + part * each + instant);
            expect(value[part]).toBeCloseTo(sum / each);
          }
        },
      ),
    );
  });
});

describe('figures of jobs', () => {
  test('run times are of the work that counted: all runs of a job that was interrupted, without what they lost', () => {
    fc.assert(
      fc.property(pageTables, (table) => {
        const { attempts, start, end } = table;
        runTimes(table).forEach((time, row) => {
          const own = attempts === undefined ? [] : Array.from(attempts.job.keys()).filter((at) => attempts.job[at] === row);
          const kept = own.reduce((sum, at) => sum + (attempts?.kept[at] ?? 0), 0);
          expect(time).toBe(own.length > 0 ? kept : end[row] - start[row]);
        });
      }),
    );
  });

  const values = fc.array(fc.oneof(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 10 ** 6 })), {
    minLength: 1,
    maxLength: 40,
  });

  test('distributions count the values that are not larger', () => {
    fc.assert(
      fc.property(values, (list) => {
        const sorted = Float64Array.from(list).sort();
        const { x, share } = distributionOf(sorted, 20);
        x.forEach((most, at) => expect(share[at]).toBeCloseTo(list.filter((value) => value <= most).length / list.length));
        expect(share.at(-1)).toBe(1);
        const half = quantileOf(sorted, 0.5);
        expect(list.filter((value) => value <= half).length).toBeGreaterThanOrEqual(list.length / 2);
        expect(list.filter((value) => value < half).length).toBeLessThan(list.length / 2);
      }),
    );
  });

  test("Jain's index is 1 for equals and 1/n if one has all", () => {
    expect(jainIndex([3, 3, 3, NaN])).toBeCloseTo(1);
    expect(jainIndex([5, 0, 0, 0])).toBeCloseTo(0.25);
    expect(jainIndex([])).toBeNaN();
  });

  test('rows are sorted by any column, those without a value last, ties in their order', () => {
    fc.assert(
      fc.property(pageTables, fc.boolean(), fc.nat(), (table, descending, pick) => {
        const facts = { label: 'one' } as never;
        const columns = jobColumns([
          { facts, style: 0, table },
          { facts, style: 1, table },
        ]);
        const column = columns[pick % columns.length];
        const rows = Uint32Array.from({ length: table.count }, (_, row) => row);
        const key = (row: number) => (descending ? -1 : 1) * column.key(row);
        const present = Array.from(rows).filter((row) => !Number.isNaN(column.key(row)));
        const slow = [
          ...present.sort((a, b) => key(a) - key(b) || a - b),
          ...Array.from(rows).filter((row) => Number.isNaN(column.key(row))),
        ];
        expect(Array.from(sortRows(rows, column, descending))).toEqual(slow);
      }),
    );
  });

  test('a search finds what is in the columns it names', () => {
    fc.assert(
      fc.property(pageTables, (table) => {
        const name = (row: number) => table.user.names[table.user.code[row]];
        const rows = Array.from({ length: table.count }, (_, row) => row);
        expect(Array.from(searchJobs(table, 'user:ada'))).toEqual(rows.filter((row) => name(row) === 'ada'));
        expect(Array.from(searchJobs(table, ' STATE:kill  user:ben'))).toEqual(
          rows.filter((row) => STATE_NAMES[table.state[row]] === 'killed' && name(row) === 'ben'),
        );
        expect(searchJobs(table, '').length).toBe(table.count);
        expect(searchJobs(table, 'no-such-thing').length).toBe(0);
      }),
    );
  });

  test('who overtook a job is who came later and started before it', () => {
    fc.assert(
      fc.property(pageTables, fc.nat(), (table, pick) => {
        if (table.count === 0) return;
        const row = pick % table.count;
        const { submit, start, end } = table;
        const waiting = waitingOf(table, row, 99_000, table.count);
        const until = waiting.until;
        const rows = Array.from({ length: table.count }, (_, other) => other).filter((other) => other !== row);
        const later = (other: number) => submit[other] > submit[row] || (submit[other] === submit[row] && other > row);
        const overtakers = rows.filter((other) => later(other) && start[other] < until);
        const hours = (job: number) => slowHours(table, job, submit[row], until);
        const byHours = (a: number, b: number) => hours(b) - hours(a) || a - b;
        expect(waiting.overtakers).toBe(overtakers.length);
        expect(waiting.largestOvertakers).toEqual([...overtakers].sort(byHours));
        expect(waiting.holders).toEqual(rows.filter((other) => hours(other) > 0).sort(byHours));
        expect(waitingOf(table, row, 99_000, 2).largestOvertakers).toEqual([...overtakers].sort(byHours).slice(0, 2));
        expect(waiting.overtakenBy).toBeCloseTo(overtakers.reduce((sum, other) => sum + hours(other), 0));
        expect(waiting.until).toBe(Number.isNaN(start[row]) ? (Number.isNaN(end[row]) ? 99_000 : end[row]) : start[row]);
        const held =
          slowLevels(table, submit[row]).busy -
          (runsOf(table, row).some(([from, to]) => from <= submit[row] && submit[row] < to) ? table.cpus[row] / 1000 : 0);
        expect(waiting.busyAtSubmit).toBeCloseTo(held);
      }),
    );
  });
});
