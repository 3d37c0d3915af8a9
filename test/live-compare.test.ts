// The figures of "live compare", each against its slow definition.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareTables } from '../src/live/compare/comparison.ts';
import { orderAgreement } from '../src/live/compare/kendall.ts';
import { overlay } from '../src/live/compare/occupation.ts';
import { errorsOf } from '../src/live/compare/spread.ts';
import { readJobs } from '../src/results/read-jobs.ts';

interface Row {
  readonly submit: number;
  readonly wait: number;
  readonly runtime: number;
  readonly cpus: number;
  /** Absent = it never started. */
  readonly nodes?: readonly number[];
}

const row: fc.Arbitrary<Row> = fc.record({
  submit: fc.integer({ min: 0, max: 4 }),
  wait: fc.integer({ min: 0, max: 4 }),
  runtime: fc.integer({ min: 0, max: 4 }),
  cpus: fc.integer({ min: 1, max: 3 }),
  nodes: fc.option(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 3 }), { nil: undefined, freq: 5 }),
});
const runs = fc.array(fc.tuple(row, row), { minLength: 2, maxLength: 12 });

function tableOf(rows: readonly Row[]) {
  const header = 'job,submit_s,start_s,end_s,state,wait_s,user,queue,cpus,gpus,nodes,placement,restarts';
  const lines = rows.map(({ submit, wait, runtime, cpus, nodes }, job) => {
    if (nodes === undefined) return `${job},${submit},,,unfinished,,,,${cpus},0,,,0`;
    const counts = new Map<number, number>();
    for (const node of nodes) counts.set(node, (counts.get(node) ?? 0) + 1);
    const cell = [...counts].map(([node, tasks]) => (tasks === 1 ? `n${node}` : `n${node}*${tasks}`)).join(' ');
    const start = submit + wait;
    return `${job},${submit},${start},${start + runtime},completed,${wait},,,${cpus},0,${counts.size},${cell},0`;
  });
  return readJobs(Buffer.from([header, ...lines].join('\n') + '\n'), 'jobs.csv');
}

const places = { classOf: new Map([0, 1, 2, 3].map((node) => [`n${node}`, node < 2 ? 'small' : 'large'])) };

describe('Kendall', () => {
  const column = (count: number) => fc.array(fc.integer({ min: 0, max: 3 }), { minLength: count, maxLength: count });

  test('counts pairs as its definition does', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 12 }).chain((count) => fc.tuple(column(count), column(count))),
        ([a, b]) => {
          let [concordant, discordant, tiedA, tiedB, all] = [0, 0, 0, 0, 0];
          for (let i = 0; i < a.length; i++) {
            for (let j = 0; j < i; j++) {
              const product = Math.sign(a[i] - a[j]) * Math.sign(b[i] - b[j]);
              all++;
              if (product > 0) concordant++;
              if (product < 0) discordant++;
              if (a[i] === a[j]) tiedA++;
              if (b[i] === b[j]) tiedB++;
            }
          }
          const found = orderAgreement(Float64Array.from(a), Float64Array.from(b));
          expect(found.pairs).toBe(concordant + discordant);
          expect(found.discordant).toBe(discordant);
          expectClose(found.tau, (concordant - discordant) / Math.sqrt((all - tiedA) * (all - tiedB)));
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('two runs', () => {
  test('are alike if they are one', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 10 }), (rows) => {
        const { start, placement, divergence, occupation, startedInOne } = compareTables(tableOf(rows), tableOf(rows), places, 0);
        expect(startedInOne).toBe(0);
        expect(divergence).toBeUndefined();
        if (start.count === 0) return;
        expect(start.max).toBe(0);
        expect(placement.node).toBe(1);
        if (!Number.isNaN(occupation.between)) expect(occupation.between).toBe(0);
      }),
    );
  });

  test('differ by what each job differs', () => {
    fc.assert(
      fc.property(runs, (pairs) => {
        const found = compareTables(tableOf(pairs.map(([a]) => a)), tableOf(pairs.map(([, b]) => b)), places, 1000);
        const both = pairs.filter(([a, b]) => a.nodes !== undefined && b.nodes !== undefined);
        expect(found.startedInOne).toBe(pairs.filter(([a, b]) => (a.nodes === undefined) !== (b.nodes === undefined)).length);
        const moves = both.map(([a, b]) => 1000 * (b.submit + b.wait - a.submit - a.wait));
        expect(found.start.max).toBe(moves.length === 0 ? NaN : Math.max(...moves.map(Math.abs)));
        expect(found.wait.count).toBe(both.length);
        const tasks = both.map(([a, b]) => Math.min(a.nodes!.length, b.nodes!.length));
        expect(found.placement.tasks).toBe(tasks.reduce((sum, one) => sum + one, 0));
        const common = both.map(([a, b]) =>
          [0, 1, 2, 3].reduce((sum, node) => sum + Math.min(times(a.nodes!, node), times(b.nodes!, node)), 0),
        );
        const same = common.reduce((sum, one) => sum + one, 0) / found.placement.tasks;
        expectClose(found.placement.node, same);
      }),
      { numRuns: 300 },
    );
  });

  test('part at the first start that differs by more than the tolerance', () => {
    fc.assert(
      fc.property(runs, (pairs) => {
        const { divergence } = compareTables(tableOf(pairs.map(([a]) => a)), tableOf(pairs.map(([, b]) => b)), places, 1000);
        const startOf = ({ submit, wait, nodes }: Row) => (nodes === undefined ? Infinity : 1000 * (submit + wait));
        const apart = pairs.flatMap(([a, b]) => {
          const [left, right] = [startOf(a), startOf(b)];
          return left !== right && Math.abs(left - right) > 1000 ? [Math.min(left, right)] : [];
        });
        expect(divergence?.at ?? Infinity).toBe(Math.min(Infinity, ...apart));
      }),
      { numRuns: 300 },
    );
  });

  test('hold processors as counted second by second', () => {
    fc.assert(
      fc.property(runs, (pairs) => {
        const [a, b] = [pairs.map(([one]) => one), pairs.map(([, one]) => one)];
        const held = (rows: readonly Row[], at: number) =>
          rows.reduce((sum, { submit, wait, runtime, cpus, nodes }) => {
            const start = submit + wait;
            return nodes !== undefined && start <= at && at < start + runtime ? sum + cpus : sum;
          }, 0);
        let [between, whole] = [0, 0];
        for (let at = 0; at < 20; at++) {
          between += Math.abs(held(a, at) - held(b, at));
          whole += held(a, at);
        }
        expectClose(overlay(tableOf(a), tableOf(b)).between, between / whole);
      }),
      { numRuns: 300 },
    );
  });
});

test('errors are told with their sign and without', () => {
  expect(errorsOf([-3, 1, NaN, 1])).toEqual({ count: 3, median: 1, p95: 3, max: 3, bias: -1 / 3 });
});

function times(nodes: readonly number[], node: number): number {
  return nodes.filter((one) => one === node).length;
}

/** What is not defined is so on both sides. */
function expectClose(found: number, expected: number): void {
  if (Number.isFinite(expected)) expect(found).toBeCloseTo(expected, 12);
  else expect(found).toBe(expected);
}
