import { formatDuration, SECOND } from '../../units.ts';
import { withTables } from '../chart.ts';
import type { ChartSpec, DataTable, Figure, TableRun, View } from '../chart.ts';
import { chartText } from '../chart-text.ts';
import { JOB_FIGURES, valuesOf } from '../job-figures.ts';
import type { JobFigure } from '../job-figures.ts';
import { madeOncePerKey } from '../known.ts';
import { listed, percent, shortNumber } from '../number-text.ts';
import type { PageTable } from '../page-table.ts';
import { colorOf, dashOf } from '../theme.ts';
import { durationAxis } from '../time-axis.ts';
import { sortValues } from '../time-order.ts';

export const distributions: ChartSpec = {
  name: 'distributions',
  title: 'How long jobs waited',
  question: 'Which share of the jobs had to wait at most so long, took at most so long, was slowed down at most so much?',
  isThere: (data) => withTables(data).some(({ table }) => hasStarted(table)),
  draw(data, view) {
    const runs = withTables(data);
    const stacked = view.width < 640;
    return {
      traces: JOB_FIGURES.flatMap((figure, panel) => runs.map((run) => traceOf(run, figure, panel, view))),
      layout: layoutOf(runs, stacked, view),
      height: stacked ? 880 : 340,
      sentence: sentenceOf(runs),
      table: () => tableOf(runs),
    };
  },
};

function hasStarted({ start, count }: PageTable): boolean {
  for (let row = 0; row < count; row++) if (!Number.isNaN(start[row])) return true;
  return false;
}

/** The values that there are, ascending. */
export const sortedOf = madeOncePerKey((table: PageTable, figure: JobFigure): Float64Array =>
  sortValues(valuesOf(table, figure).filter((value) => !Number.isNaN(value))),
);

/** Points of each curve: more than any screen tells apart. */
const POINTS = 400;

/** The share of values at most x, at places evenly spread over the logarithm of x. */
export function distributionOf(sorted: Float64Array, points = POINTS): { x: number[]; share: number[] } {
  const x: number[] = [];
  const share: number[] = [];
  if (sorted.length === 0) return { x, share };
  const longest = Math.max(10, sorted[sorted.length - 1]);
  for (let point = 0, row = 0; point <= points; point++) {
    const value = point === points ? longest : longest ** (point / points);
    while (row < sorted.length && sorted[row] <= value) row++;
    x.push(value);
    share.push(row / sorted.length);
  }
  return { x, share };
}

/** The value that a share of the values do not exceed. */
export function quantileOf(sorted: Float64Array, share: number): number {
  return sorted.length === 0 ? NaN : sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

function traceOf(run: TableRun, figure: JobFigure, panel: number, { theme }: View): Figure['traces'][number] {
  const { x, share } = distributionOf(sortedOf(run.table, figure));
  const suffix = panel === 0 ? '' : String(panel + 1);
  return {
    type: 'scatter',
    mode: 'lines',
    name: chartText(run.facts.label),
    legendgroup: String(run.style),
    showlegend: panel === 0,
    x,
    y: share,
    xaxis: `x${suffix}`,
    yaxis: `y${suffix}`,
    customdata: x.map((value) => (figure.unit === 's' ? formatDuration(value * SECOND) : shortNumber(value))),
    hovertemplate: '%{y:.1%} at most %{customdata}',
    line: { color: colorOf(theme, run.style), dash: dashOf(run.style), width: 1.8 },
  };
}

function layoutOf(runs: readonly TableRun[], stacked: boolean, { theme }: View): Record<string, unknown> {
  const layout: Record<string, unknown> = { showlegend: runs.length > 1, hovermode: 'closest' };
  JOB_FIGURES.forEach((figure, panel) => {
    const suffix = panel === 0 ? '' : String(panel + 1);
    const longest = Math.max(...runs.map(({ table }) => sortedOf(table, figure).at(-1) ?? 1));
    const axis = figure.unit === 's' ? durationAxis(longest, theme) : ratioAxis(longest, theme.grid);
    const domain = stacked ? [0, 1] : [panel * 0.35, panel * 0.35 + 0.3];
    layout[`xaxis${suffix}`] = { ...axis, domain, anchor: `y${suffix}`, title: { text: figure.label } };
    layout[`yaxis${suffix}`] = {
      tickformat: '.0%',
      range: [0, 1.02],
      gridcolor: theme.grid,
      zeroline: false,
      anchor: `x${suffix}`,
      domain: stacked ? [1 - (panel + 1) * 0.36 + 0.12, 1 - panel * 0.36] : [0, 1],
      ...(panel === 0 && { title: { text: 'share of the jobs' } }),
    };
  });
  return layout;
}

function ratioAxis(largest: number, gridcolor: string): Record<string, unknown> {
  return { type: 'log', range: [-0.05, Math.log10(Math.max(10, largest)) + 0.05], gridcolor, zeroline: false, dtick: 1 };
}

function sentenceOf(runs: readonly TableRun[]): string {
  const words = runs.map(({ facts, table }) => {
    const waits = sortedOf(table, JOB_FIGURES[0]);
    const { share } = distributionOf(waits, 1);
    const half = formatDuration(quantileOf(waits, 0.5) * SECOND);
    const most = formatDuration(quantileOf(waits, 0.95) * SECOND);
    return `under ${facts.label} ${percent(share[0])} of the jobs waited at most 1 s, half at most ${half}, 95 % at most ${most}`;
  });
  const sentence = listed(words);
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`;
}

function tableOf(runs: readonly TableRun[]): DataTable {
  const rows = runs.flatMap(({ facts, table }) =>
    JOB_FIGURES.flatMap((figure) => {
      const { x, share } = distributionOf(sortedOf(table, figure));
      return x.map((value, at) => [facts.label, figure.name, figure.unit, value, share[at]]);
    }),
  );
  return { header: ['policy', 'figure', 'unit', 'at_most', 'share_of_jobs'], rows };
}
