// Where a legend breaks into rows, what is drawn leaves it room.
import { expect, test } from 'vitest';
import type { ChartData } from '../src/report/chart.ts';
import { utilization } from '../src/report/charts/utilization.ts';
import { legendHeight } from '../src/report/legend-room.ts';
import { light } from '../src/report/theme.ts';
import { CASES } from './report-cases.ts';

/** As Chromium broke them on a telephone. */
const SEVEN = ['as-is', 'bf-deep', 'fairshare-heavy', 'age-first', 'gang', 'volcano', 'kueue'];

test.each([
  { what: 'none', labels: [], width: 300, rows: 0 },
  { what: 'one that is too long', labels: ['x'.repeat(80)], width: 300, rows: 1 },
  { what: 'seven on a telephone', labels: SEVEN, width: 284, rows: 3 },
  { what: 'seven on a desk', labels: SEVEN, width: 1000, rows: 1 },
])('$what: $rows rows', ({ labels, width, rows }) => {
  expect(legendHeight(labels, width)).toBe(29 * rows);
});

test.each([300, 390, 1200])('utilization, %i pixels wide: the legend covers no strip', (width) => {
  const { facts, tables } = Object.values(CASES)
    .map((make) => make())
    .find(({ tables: all }) => all.length > 1)!;
  const run = { facts: { ...facts.runs[0], label: '' }, table: tables[0] };
  const shown = SEVEN.map((label, style) => ({ ...run, style, facts: { ...run.facts, label } }));
  const data: ChartData = { facts, shown };
  const { layout, height } = utilization.draw(data, { width, theme: light, chosen: {} });
  const axes = layout as Record<string, { domain: [number, number] }>;
  const inside = height - 28 - 46;
  const between = (axes[`yaxis${SEVEN.length + 1}`].domain[0] - axes.yaxis2.domain[1]) * inside;
  expect(between).toBeGreaterThanOrEqual(legendHeight(SEVEN, width - 74));
  expect(axes.yaxis.domain[1]).toBeCloseTo(1, 9);
});
