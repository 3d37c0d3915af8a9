import { countOf, formatDuration, grouped, SECOND } from '../../units.ts';
import { withTables } from '../chart.ts';
import type { ChartData, ChartSpec, DataTable, Figure, TableRun, View } from '../chart.ts';
import { chartText } from '../chart-text.ts';
import { JOB_FIGURES, figureNamed, runTimes } from '../job-figures.ts';
import type { JobFigure } from '../job-figures.ts';
import { madeOncePerKey } from '../known.ts';
import { changeText, shortDuration, shortNumber } from '../number-text.ts';
import type { PageTable } from '../page-table.ts';
import { colorScale } from '../theme.ts';

export const sizeAndLength: ChartSpec = {
  name: 'size-and-length',
  title: 'Wait by size and length',
  question: 'Which jobs pay for it: the large ones, the long ones, or the small and short?',
  isThere: (data) => withTables(data).length > 0,
  choices: (data) => [
    {
      name: 'figure',
      label: 'Figure',
      options: JOB_FIGURES.map(({ name, label }) => ({ value: name, label: `mean ${label}` })),
    },
    ...(withTables(data).length > 2
      ? [
          {
            name: 'policy',
            label: 'Policy',
            options: others(data).map(({ facts }) => ({ value: facts.label, label: facts.label })),
          },
        ]
      : []),
  ],
  draw(data, view) {
    const figure = figureNamed(view.chosen.figure);
    const [baseline] = withTables(data);
    const other = others(data).find(({ facts }) => facts.label === view.chosen.policy) ?? others(data)[0];
    const panels = panelsOf(baseline, other, figure);
    const stacked = view.width < 640;
    return {
      traces: panels.map((panel, index) => traceOf(panel, index, scaleOf(panels), view)),
      layout: layoutOf(panels, stacked, view, filledClasses(withTables(data), figure)),
      height: stacked ? 90 + 330 * panels.length : 440,
      sentence: sentenceOf(baseline, other, figure),
      table: () => tableOf(withTables(data), figure),
    };
  },
};

/** Sizes and lengths in classes; each ends where the next begins. */
const SIZES = [1, 2, 5, 17, 65, 257, 1025, 4097];
const SIZE_NAMES = ['1', '2–4', '5–16', '17–64', '65–256', '257–1k', '1k–4k', '> 4k'];
const LENGTHS = [0, 60, 600, 3600, 6 * 3600, 24 * 3600, 72 * 3600].map((seconds) => seconds * SECOND);
const LENGTH_NAMES = ['< 1 min', '< 10 min', '< 1 h', '< 6 h', '< 1 d', '< 3 d', '≥ 3 d'];

function others(data: ChartData): TableRun[] {
  return withTables(data).slice(1);
}

/** Means by class, as rows of lengths in columns of sizes. */
export interface ClassMeans {
  readonly mean: number[][];
  readonly jobs: number[][];
}

export const classMeans = madeOncePerKey((table: PageTable, figure: JobFigure): ClassMeans => {
  const sum = LENGTHS.map(() => SIZES.map(() => 0));
  const jobs = LENGTHS.map(() => SIZES.map(() => 0));
  const length = runTimes(table);
  const valueOf = figure.of(table);
  for (let row = 0; row < table.count; row++) {
    const value = valueOf(row);
    if (Number.isNaN(value) || Number.isNaN(length[row])) continue;
    const y = classOf(LENGTHS, length[row]);
    const x = classOf(SIZES, Math.max(1, table.cpus[row] / 1000));
    sum[y][x] += value;
    jobs[y][x]++;
  }
  return { mean: sum.map((cells, y) => cells.map((value, x) => (jobs[y][x] === 0 ? NaN : value / jobs[y][x]))), jobs };
});

/** The first and last size and length that any job has. */
function filledClasses(runs: readonly TableRun[], figure: JobFigure): { x: number[]; y: number[] } {
  const filled = runs.flatMap(({ table }) =>
    classMeans(table, figure).jobs.flatMap((cells, y) => cells.flatMap((jobs, x) => (jobs > 0 ? [{ x, y }] : []))),
  );
  const around = (places: number[]) => [Math.min(...places) - 0.5, Math.max(...places) + 0.5];
  if (filled.length === 0) return { x: [-0.5, SIZES.length - 0.5], y: [-0.5, LENGTHS.length - 0.5] };
  return { x: around(filled.map(({ x }) => x)), y: around(filled.map(({ y }) => y)) };
}

function classOf(bounds: readonly number[], value: number): number {
  let index = 0;
  while (index + 1 < bounds.length && value >= bounds[index + 1]) index++;
  return index;
}

interface Panel {
  readonly title: string;
  readonly values: readonly (readonly number[])[];
  /** What stands in the cells. */
  readonly texts: readonly (readonly string[])[];
  readonly hover: readonly (readonly string[])[];
  readonly scale: 'sequential' | 'diverging';
}

function panelsOf(baseline: TableRun, other: TableRun | undefined, figure: JobFigure): Panel[] {
  const before = classMeans(baseline.table, figure);
  const own = meansPanel(baseline, before, figure);
  if (other === undefined) return [own];
  const after = classMeans(other.table, figure);
  const change = after.mean.map((cells, y) => cells.map((value, x) => relativeChange(before.mean[y][x], value, figure)));
  const difference: Panel = {
    title: `${chartText(other.facts.label)} against ${chartText(baseline.facts.label)}`,
    values: change.map((cells) => cells.map((share) => Math.max(-1, Math.min(1, share)))),
    texts: change.map((cells) => cells.map((share) => (Number.isNaN(share) ? '' : changeText(share)))),
    hover: after.mean.map((cells, y) =>
      cells.map(
        (value, x) => `${shown(before.mean[y][x], figure)} → ${shown(value, figure)}<br>${countOf(after.jobs[y][x], 'job')}`,
      ),
    ),
    scale: 'diverging',
  };
  return [own, meansPanel(other, after, figure), difference];
}

/** From a mean to another [ratio]; a second of wait is as good as none. */
function relativeChange(before: number, after: number, { unit }: JobFigure): number {
  const least = unit === 's' ? 1 : 0;
  if (before <= least && after <= least) return 0;
  return (after - before) / Math.max(before, least);
}

function meansPanel({ facts }: TableRun, { mean, jobs }: ClassMeans, figure: JobFigure): Panel {
  return {
    title: chartText(facts.label),
    values: mean.map((cells) => cells.map((value) => Math.log10(Math.max(1, value)))),
    texts: mean.map((cells) => cells.map((value) => (Number.isNaN(value) ? '' : shown(value, figure, true)))),
    hover: mean.map((cells, y) => cells.map((value, x) => `mean ${shown(value, figure)}<br>${countOf(jobs[y][x], 'job')}`)),
    scale: 'sequential',
  };
}

function shown(value: number, { unit }: JobFigure, short = false): string {
  if (Number.isNaN(value)) return '-';
  if (unit === 'ratio') return shortNumber(value);
  return short ? shortDuration(value) : formatDuration(value * SECOND);
}

/** The smallest and largest mean of all panels, as they are drawn: one scale for all. */
function scaleOf(panels: readonly Panel[]): [number, number] {
  const values = panels.filter(({ scale }) => scale === 'sequential').flatMap((panel) => panel.values.flat());
  const present = values.filter((value) => !Number.isNaN(value));
  return present.length === 0 ? [0, 1] : [Math.min(...present), Math.max(...present, Math.min(...present) + 0.1)];
}

function traceOf(panel: Panel, index: number, [least, most]: readonly number[], { theme }: View): Figure['traces'][number] {
  const suffix = index === 0 ? '' : String(index + 1);
  const isChange = panel.scale === 'diverging';
  return {
    type: 'heatmap',
    x: SIZE_NAMES,
    y: LENGTH_NAMES,
    z: panel.values,
    text: panel.texts,
    texttemplate: '%{text}',
    textfont: { size: 10 },
    customdata: panel.hover,
    hovertemplate: '%{x} processors, %{y}<br>%{customdata}<extra></extra>',
    hoverongaps: false,
    xgap: 2,
    ygap: 2,
    xaxis: `x${suffix}`,
    yaxis: `y${suffix}`,
    showscale: false,
    colorscale: colorScale(isChange ? theme.diverging : theme.sequential),
    zmin: isChange ? -1 : least,
    zmax: isChange ? 1 : most,
  };
}

function layoutOf(
  panels: readonly Panel[],
  stacked: boolean,
  { theme }: View,
  filled: { x: number[]; y: number[] },
): Record<string, unknown> {
  const layout: Record<string, unknown> = {
    showlegend: false,
    hovermode: 'closest',
    annotations: [],
    margin: { l: 68, r: 12, t: 28, b: 74 },
  };
  const share = 1 / panels.length;
  panels.forEach((panel, index) => {
    const suffix = index === 0 ? '' : String(index + 1);
    const along = stacked ? [0, 1] : [index * share, (index + 1) * share - (panels.length > 1 ? 0.03 : 0)];
    const up = stacked ? [1 - (index + 1) * share + 0.07, 1 - index * share - 0.03] : [0, 0.93];
    const plain = { showgrid: false, zeroline: false, fixedrange: true, type: 'category', ticks: '' };
    layout[`xaxis${suffix}`] = {
      ...plain,
      domain: along,
      anchor: `y${suffix}`,
      range: filled.x,
      tickangle: -40,
      tickfont: { size: 10 },
      title: { text: 'processors', standoff: 14 },
    };
    const named = stacked || index === 0;
    layout[`yaxis${suffix}`] = {
      ...plain,
      domain: up,
      range: filled.y,
      anchor: `x${suffix}`,
      showticklabels: named,
      ...(named && { title: { text: 'run time' } }),
    };
    (layout.annotations as object[]).push({
      text: panel.title,
      xref: 'paper',
      yref: 'paper',
      x: along[0],
      y: up[1] + (stacked ? 0.012 : 0.02),
      xanchor: 'left',
      yanchor: 'bottom',
      showarrow: false,
      font: { color: theme.ink, size: 13 },
    });
  });
  return layout;
}

/** Jobs without which a class is not worth a word. */
const MANY = 30;

/** The cell that lost most; undefined if none did. */
function worst<Cell>(cells: readonly Cell[], changed: (cell: Cell) => number): Cell | undefined {
  const lost = cells.filter((cell) => changed(cell) > 0);
  return lost.length === 0 ? undefined : lost.reduce((a, b) => (changed(b) > changed(a) ? b : a));
}

/** The classes with most jobs that gained and that lost most. */
function sentenceOf(baseline: TableRun, other: TableRun | undefined, figure: JobFigure): string {
  const before = classMeans(baseline.table, figure);
  const after = classMeans((other ?? baseline).table, figure);
  const cells = before.mean.flatMap((row, y) =>
    row.map((value, x) => ({ x, y, jobs: after.jobs[y][x], from: value, to: after.mean[y][x] })),
  );
  const filled = cells.filter(({ from, to, jobs }) => jobs > 0 && !Number.isNaN(from) && !Number.isNaN(to));
  if (filled.length === 0) return 'No job ran to its end.';
  const say = (cell: (typeof filled)[number]) => `jobs of ${SIZE_NAMES[cell.x]} processors and ${LENGTH_NAMES[cell.y]}`;
  if (other === undefined) {
    const longest = filled.reduce((a, b) => (b.to > a.to ? b : a));
    return `Under ${baseline.facts.label}, ${say(longest)} have the longest mean ${figure.label}: ${shown(longest.to, figure)} (${countOf(longest.jobs, 'job')}).`;
  }
  const changed = (cell: (typeof filled)[number]) => relativeChange(cell.from, cell.to, figure);
  // A class of a few jobs says little.
  const large = filled.filter(({ jobs }) => jobs >= MANY);
  const gained = filled.filter((cell) => changed(cell) < 0);
  const lost = filled.filter((cell) => changed(cell) > 0);
  const largest = worst(large, changed);
  return (
    `Under ${other.facts.label} the mean ${figure.label} falls in ${grouped(gained.length)} of ${grouped(filled.length)} classes ` +
    `and rises in ${grouped(lost.length)}` +
    (largest === undefined
      ? '.'
      : `; among those of 30 jobs and more, most for ${say(largest)}: from ${shown(largest.from, figure)} to ${shown(largest.to, figure)} (${countOf(largest.jobs, 'job')}).`)
  );
}

function tableOf(runs: readonly TableRun[], figure: JobFigure): DataTable {
  const rows = runs.flatMap(({ facts, table }) => {
    const { mean, jobs } = classMeans(table, figure);
    return mean.flatMap((cells, y) =>
      cells.map((value, x) => [facts.label, SIZE_NAMES[x], LENGTH_NAMES[y], jobs[y][x], Number.isNaN(value) ? '' : value]),
    );
  });
  return { header: ['policy', 'processors', 'run_time', 'jobs', `mean_${figure.name}${figure.unit === 's' ? '_s' : ''}`], rows };
}
