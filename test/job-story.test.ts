// The life of one job, told from the tables of a run: against its definition, instant by instant.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { heldUp } from '../src/results/held-up.ts';
import { jobStory } from '../src/results/job-story.ts';
import type { RunTables } from '../src/results/job-story.ts';
import { ENDED } from '../src/results/job-table.ts';
import { COMPLETED, UNFINISHED } from '../src/schedule.ts';

interface Row {
  readonly submit: number;
  /** Undefined: it never starts. */
  readonly wait: number | undefined;
  /** Undefined: it is not over at the end. */
  readonly run: number | undefined;
  readonly cpus: number;
  /** Of its last run. */
  readonly nodes: readonly string[];
  /** After its first start: so long it ran before it was interrupted, and then waited. */
  readonly lost: readonly [number, number] | undefined;
}

const few = (least: number, most: number) => fc.integer({ min: least, max: most });
const row: fc.Arbitrary<Row> = fc.record({
  submit: few(0, 5),
  wait: fc.option(few(0, 4), { nil: undefined, freq: 5 }),
  run: fc.option(few(1, 4), { nil: undefined, freq: 5 }),
  cpus: few(1, 3),
  nodes: fc.subarray(['a', 'b', 'c'], { minLength: 1 }),
  lost: fc.option(fc.tuple(few(1, 2), few(0, 2)), { nil: undefined, freq: 2 }),
});
const rows = fc.array(row, { minLength: 1, maxLength: 10 }).map((all) => all.sort((a, b) => a.submit - b.submit));

const firstStart = ({ submit, wait }: Row) => (wait === undefined ? NaN : submit + wait);
const lastStart = (one: Row) => firstStart(one) + (one.lost === undefined ? 0 : one.lost[0] + one.lost[1]);
const endOf = (one: Row) => (one.run === undefined ? NaN : lastStart(one) + one.run);
/** Results name the last run of a job that was interrupted only when it has ended. */
const knownStart = (one: Row) => (one.lost !== undefined && one.run === undefined ? NaN : lastStart(one));

function tablesOf(all: readonly Row[]): RunTables {
  const column = (of: (one: Row) => number) => Float64Array.from(all, of);
  const codes = { code: Int32Array.from(all, () => -1), names: [] };
  const entries = all.map((one) => (Number.isNaN(firstStart(one)) ? [] : one.nodes.map((name) => 'abc'.indexOf(name))));
  const first = Int32Array.from([0, ...entries.map((_, job) => entries.slice(0, job + 1).flat().length)]);
  const node = Int32Array.from(entries.flat());
  const started = all.flatMap((one, job) =>
    one.lost === undefined || one.wait === undefined ? [] : [{ one, job, lost: one.lost }],
  );
  const attempts = [
    ...started.map(({ one, job, lost }) => ({ job, start: firstStart(one), end: firstStart(one) + lost[0], why: 0 })),
    ...started.flatMap(({ one, job }) =>
      one.run === undefined ? [] : [{ job, start: lastStart(one), end: endOf(one), why: ENDED }],
    ),
  ];
  return {
    jobs: {
      count: all.length,
      ids: Float64Array.from(all, (_, job) => job),
      submit: column(({ submit }) => submit),
      start: column(firstStart),
      end: column(endOf),
      wait: column(({ wait }) => wait ?? NaN),
      state: Uint8Array.from(all, (one) => (Number.isNaN(endOf(one)) ? UNFINISHED : COMPLETED)),
      user: codes,
      queue: codes,
      cpus: column(({ cpus }) => 1000 * cpus),
      gpus: column(() => 0),
      restarts: Int32Array.from(all, ({ lost }) => (lost === undefined ? 0 : 1)),
      placements: () => ({ nodes: ['a', 'b', 'c'], first, node, tasks: node.map(() => 1) }),
    },
    attempts: attempts.length === 0 ? undefined : attemptTable(attempts),
  };
}

function attemptTable(list: readonly { job: number; start: number; end: number; why: number }[]): RunTables['attempts'] {
  return {
    count: list.length,
    job: Int32Array.from(list, ({ job }) => job),
    start: Float64Array.from(list, ({ start }) => start),
    end: Float64Array.from(list, ({ end }) => end),
    why: Uint8Array.from(list, ({ why }) => why),
    kept: new Float64Array(list.length),
  };
}

/** No run lasts longer. */
const LATEST = 40;

describe('a story', () => {
  test('names those who went past the job: those that were not there when it came, and ran while it still waited', () => {
    fc.assert(
      fc.property(rows, (all) => {
        const tables = tablesOf(all);
        all.forEach((one, job) => {
          const past = new Set<number>();
          for (let now = one.submit; now < LATEST && !(now >= firstStart(one)); now++) {
            all.forEach((other, index) => {
              if (other.submit > one.submit && firstStart(other) === now) past.add(index);
            });
          }
          const { overtakenBy } = jobStory(tables, job);
          expect(new Set(overtakenBy)).toEqual(past);
          const starts = overtakenBy.map((other) => firstStart(all[other]));
          expect(starts).toEqual([...starts].sort((a, b) => a - b));
        });
      }),
      { numRuns: 300 },
    );
  });

  test('names those who were on its nodes while it waited for them', () => {
    fc.assert(
      fc.property(rows, (all) => {
        const tables = tablesOf(all);
        all.forEach((one, job) => {
          const found = new Map<number, readonly string[]>();
          for (let now = one.submit; now < LATEST && !(now >= knownStart(one)); now++) {
            all.forEach((other, index) => {
              const isThere = knownStart(other) <= now && !(endOf(other) <= now);
              const shared = other.nodes.filter((node) => one.nodes.includes(node));
              if (index !== job && isThere && shared.length > 0) found.set(index, shared);
            });
          }
          const { occupants } = jobStory(tables, job);
          // One that never ran has no place.
          if (one.wait === undefined) expect(occupants).toEqual([]);
          else expect(new Map(occupants.map((other) => [other.job, other.nodes]))).toEqual(found);
        });
      }),
      { numRuns: 300 },
    );
  });

  test('counts who waited and who ran when it came', () => {
    fc.assert(
      fc.property(rows, (all) => {
        const tables = tablesOf(all);
        all.forEach((one, job) => {
          const before = all.filter(({ submit }, index) => submit < one.submit || (submit === one.submit && index < job));
          const ran = before.filter((other) => firstStart(other) < one.submit && !(endOf(other) <= one.submit));
          const waited = before.filter((other) => !(firstStart(other) < one.submit));
          const cpus = (list: readonly Row[]) => list.reduce((sum, other) => sum + 1000 * other.cpus, 0);
          expect(jobStory(tables, job).company).toEqual({
            waiting: waited.length,
            waitingCpus: cpus(waited),
            running: ran.length,
            runningCpus: cpus(ran),
          });
        });
      }),
      { numRuns: 300 },
    );
  });

  test('says how long each reason held: to the next, to the next start, or to the end', () => {
    const one: Row = { submit: 0, wait: 4, run: 5, cpus: 1, nodes: ['a'], lost: [3, 2] };
    const tables = tablesOf([one]);
    const times = [0, 1, 7, 9];
    const explanations = {
      count: times.length,
      job: new Int32Array(times.length),
      time: Float64Array.from(times),
      reason: { code: Int32Array.from([0, 1, 0, 2]), names: ['no room', 'behind another', 'late'] },
    };
    expect(jobStory({ ...tables, explanations }, 0).reasons).toEqual([
      { from: 0, until: 1, reason: 'no room' },
      { from: 1, until: 4, reason: 'behind another' },
      // It was interrupted at 7, and started again at 9.
      { from: 7, until: 9, reason: 'no room' },
      { from: 9, until: 9, reason: 'late' },
    ]);
    expect(jobStory(tables, 0).runs).toMatchObject([
      { start: 4, end: 7, why: 'preempted' },
      { start: 9, end: 14, why: 'ended' },
    ]);
  });

  test('says how many runs the results do not tell of', () => {
    const there: Row = { submit: 0, wait: 0, run: undefined, cpus: 1, nodes: ['a'], lost: [1, 1] };
    const late: Row = { submit: 1, wait: 4, run: 1, cpus: 1, nodes: ['a'], lost: undefined };
    expect(jobStory(tablesOf([there, late]), 1)).toMatchObject({ occupants: [], unknownRuns: 1 });
  });

  test('tells how long too little was free for the job, and who held most of it', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 3, max: 8 }), (all, processors) => {
        const tables = tablesOf(all);
        // Results do not tell when the last run of a job began that was interrupted and is not over.
        const runs = (other: Row, now: number) => {
          const first = other.lost === undefined ? endOf(other) : firstStart(other) + other.lost[0];
          return (firstStart(other) <= now && !(first <= now)) || (knownStart(other) <= now && !(endOf(other) <= now));
        };
        all.forEach((one, job) => {
          const { exit } = jobStory(tables, job);
          const told = heldUp(tables, job, exit, processors);
          if (exit === Infinity || exit === one.submit) return expect(told).toBeUndefined();
          let tooFew = 0;
          const held = all.map(() => 0);
          for (let now = one.submit; now < exit; now++) {
            const there = all.flatMap((other, index) => (runs(other, now) ? [index] : []));
            for (const index of there) held[index] += all[index].cpus;
            if (there.reduce((sum, index) => sum + all[index].cpus, 0) > processors - one.cpus) tooFew++;
          }
          const sum = held.reduce((a, b) => a + b, 0);
          expect(told).toMatchObject({ tooFew, enough: exit - one.submit - tooFew });
          expect(told?.holders.map((holder) => holder.job).sort()).toEqual(
            held.flatMap((amount, index) => (amount > 0 ? [index] : [])).sort(),
          );
          for (const { job: holder, share } of told?.holders ?? []) expect(share).toBeCloseTo(held[holder] / sum, 9);
        });
      }),
      { numRuns: 300 },
    );
  });
});
