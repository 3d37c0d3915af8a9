// Who wins in each cell: against the definition, written out, on cells in which means coincide.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideCells } from '../src/experiment/statistics/index.ts';
import type { DecisionCell } from '../src/experiment/statistics/index.ts';
import { drawnCells, decisionMap } from '../src/report/charts/decision-map.ts';
import type { DecidedCell, ReportFacts } from '../src/report/model.ts';

const LABELS = ['a', 'b', 'c'];
const LOWER = { name: 'wait', figure: 'mean', unit: 's', better: 'lower' } as const;
const HIGHER = { name: 'utilization', unit: 'ratio', better: 'higher' } as const;

const values = (seeds: number) => fc.array(fc.constantFrom(1, 2, 3, 4, NaN), { minLength: seeds, maxLength: seeds });
const cell = fc
  .integer({ min: 1, max: 4 })
  .chain((seeds) =>
    fc.record({ name: fc.constantFrom('x', 'y|z', ''), values: fc.tuple(values(seeds), values(seeds), values(seeds)) }),
  );

const mean = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0) / list.length;

describe('a decision', () => {
  test.each([LOWER, HIGHER])('names the best mean and the second, $better is better', (figure) => {
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1, maxLength: 3 }), (cells) => {
        const decisions = decideCells(cells, LABELS, figure);
        cells.forEach((one, at) => {
          const means = one.values.map(mean);
          const sign = figure.better === 'higher' ? -1 : 1;
          const order = [0, 1, 2]
            .filter((index) => !Number.isNaN(means[index]))
            .sort((p, q) => sign * (means[p] - means[q]) || p - q);
          const { winner, second, margin } = decisions[at];
          expect([winner, second]).toEqual([order[0] ?? -1, order[1] ?? -1]);
          if (order.length < 2) expect(margin).toBeNaN();
          else expect(margin).toBeCloseTo(Math.abs(means[order[0]] - means[order[1]]) / means[order[1]], 9);
        });
      }),
      { numRuns: 300 },
    );
  });

  test('is as sure as the share of all ways to redraw the seeds says', () => {
    fc.assert(
      fc.property(cell, (one) => {
        const [{ winner, second, confidence }] = decideCells([one], LABELS, LOWER);
        const seeds = one.values[0].length;
        if (second < 0 || seeds < 2) return void expect(confidence).toBeNaN();
        expect(confidence).toBeGreaterThan(0);
        // All n^n samples, instead of some drawn at random.
        let won = 0;
        for (let sample = 0; sample < seeds ** seeds; sample++) {
          const rows = Array.from({ length: seeds }, (_, digit) => Math.floor(sample / seeds ** digit) % seeds);
          const sums = one.values.map((own) =>
            own.some(Number.isNaN) ? Infinity : rows.reduce((sum, row) => sum + own[row], 0),
          );
          const rival = Math.min(...sums.filter((_, index) => index !== winner));
          won += sums[winner] < rival ? 1 : sums[winner] === rival ? 0.5 : 0;
        }
        expect(Math.abs(confidence - won / seeds ** seeds)).toBeLessThan(0.06);
      }),
      { numRuns: 150 },
    );
  });

  test('has an interval around its margin, and the sign of an advantage', () => {
    const at = (name: string, ...lists: number[][]): DecisionCell => ({ name, values: lists });
    const [decision] = decideCells([at('x', [10, 11, 12, 11, 10], [20, 22, 23, 21, 20], [40, 41, 40, 41, 40])], LABELS, LOWER);
    expect(decision).toMatchObject({ winner: 0, second: 1, confidence: 1, conclusion: 'better' });
    expect(decision.low).toBeLessThan(decision.margin);
    expect(decision.high).toBeGreaterThan(decision.margin);
    expect(decision.low).toBeGreaterThan(0.3);
  });
});

describe('the map', () => {
  const axes = [
    { name: 'load', values: ['0.3', '0.8'] },
    { name: 'network', values: ['0', '0.1', '0.2'] },
    { name: 'steps', values: ['1', '8'] },
  ];
  const cells = axes[0].values.flatMap((_, x) =>
    axes[1].values.flatMap((__, y) =>
      axes[2].values.map((___, z): DecidedCell => {
        const winner = (x + y + z) % 3;
        const rest = { margin: 0.1, low: 0.05, high: 0.2, confidence: z === 0 ? 0.99 : 0.5, conclusion: 'better', seeds: 5 };
        return { at: [x, y, z], means: [1, 2, null], winner, second: (winner + 1) % 3, ...rest };
      }),
    ),
  );
  const figure = { name: 'wait.mean', label: 'mean wait', unit: 's', better: 'lower' as const, cells };
  const facts = { labels: LABELS, decisions: { axes, figures: [figure] } } as unknown as ReportFacts;
  const theme = {
    ink: '#000000',
    muted: '#000000',
    grid: '#cccccc',
    paper: '#ffffff',
    series: ['#112233'],
    sequential: [],
    diverging: [],
  };

  test.each<{ chosen: Readonly<Record<string, string>>; count: number }>([
    { chosen: {}, count: 6 },
    { chosen: { x: 'network', y: 'steps', 'at.load': '0.8' }, count: 6 },
    { chosen: { x: 'load', y: 'load' }, count: 4 },
    { chosen: { x: 'load', y: '-', 'at.network': '0.2' }, count: 2 },
  ])('draws one cell for each pair of values: $chosen', ({ chosen, count }) => {
    const drawn = drawnCells({ facts }, chosen);
    expect(drawn).toHaveLength(chosen.x === 'load' && chosen.y === 'load' ? 6 : count);
    const data = { facts, shown: [] };
    const { traces, sentence, table } = decisionMap.draw(data, { width: 800, theme, chosen });
    const bars = traces.reduce((sum, { x }) => sum + (x as unknown[]).length, 0);
    expect(bars).toBe(drawn.length);
    expect(sentence).toContain('cells');
    expect(table().rows).toHaveLength(12);
    expect(table().rows.every((row) => row.length === table().header.length)).toBe(true);
  });

  test('hatches what is not sure', () => {
    const { traces } = decisionMap.draw({ facts, shown: [] }, { width: 800, theme, chosen: { 'at.steps': '8' } });
    const shapes = traces.flatMap(({ marker }) => (marker as { pattern: { shape: string[] } }).pattern.shape);
    expect(new Set(shapes)).toEqual(new Set(['.']));
  });
});
