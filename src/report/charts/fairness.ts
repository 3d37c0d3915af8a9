import { usefulCoreTime } from '../../results/core-time.ts';
import { countOf, formatDuration, grouped, SECOND } from '../../units.ts';
import { withTables } from '../chart.ts';
import type { ChartSpec, DataTable, Figure, TableRun, View } from '../chart.ts';
import { chartText, shortName } from '../chart-text.ts';
import { JOB_FIGURES, figureNamed } from '../job-figures.ts';
import type { JobFigure } from '../job-figures.ts';
import { madeOncePerKey } from '../known.ts';
import { listed, shortNumber } from '../number-text.ts';
import { categoryOf, ownerChosen, ownersIn } from '../owners.ts';
import type { Owner } from '../owners.ts';
import type { PageTable } from '../page-table.ts';
import { colorOf, symbolOf } from '../theme.ts';
import { durationAxis } from '../time-axis.ts';

export const fairness: ChartSpec = {
  name: 'fairness',
  title: 'Fairness between users',
  question: 'Whose jobs wait longer under one policy than under the other?',
  isThere: (data) => ownersIn(data).length > 0,
  choices: (data) => [
    { name: 'owner', label: 'By', options: ownersIn(data) },
    { name: 'figure', label: 'Figure', options: JOB_FIGURES.map(({ name, label }) => ({ value: name, label: `mean ${label}` })) },
  ],
  draw(data, view) {
    const runs = withTables(data);
    const figure = figureNamed(view.chosen.figure);
    const owner = ownerChosen(data, view.chosen.owner);
    const names = largestOwners(runs[0].table, owner);
    return {
      traces: runs.map((run) => traceOf(run, owner, names, figure, view)),
      layout: layoutOf(runs, names, figure, view, owner),
      height: 110 + 24 * names.length,
      sentence: sentenceOf(runs, owner, figure),
      table: () => tableOf(runs, owner, figure),
    };
  },
};

/** Shown: more would not be read. The table has all. */
const SHOWN = 24;

/** What became of the jobs of one owner. */
export interface OwnerFacts {
  readonly name: string;
  /** That have a value [count]. */
  readonly jobs: number;
  readonly coreHours: number;
  readonly mean: number;
}

/** By owner, those with most core-hours first. */
export function byOwner(table: PageTable, owner: Owner, figure: JobFigure): readonly OwnerFacts[] {
  return byOwnerOnce[owner](table, figure);
}

const once = (owner: Owner) => madeOncePerKey((table: PageTable, figure: JobFigure) => countByOwner(table, owner, figure));
const byOwnerOnce = { user: once('user'), account: once('account'), queue: once('queue') };

function countByOwner(table: PageTable, owner: Owner, figure: JobFigure): OwnerFacts[] {
  const category = categoryOf(table, owner);
  if (category === undefined) return [];
  const size = category.names.length;
  const [jobs, hours, sum] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
  const useful = usefulCoreTime(table, table.attempts, table.resizes);
  const valueOf = figure.of(table);
  for (let row = 0; row < table.count; row++) {
    const code = category.code[row];
    if (code < 0) continue;
    if (!Number.isNaN(table.end[row] - table.start[row])) hours[code] += useful[row] / 1000 / 3_600_000;
    const value = valueOf(row);
    if (Number.isNaN(value)) continue;
    jobs[code]++;
    sum[code] += value;
  }
  return category.names
    .map((name, code) => ({ name, jobs: jobs[code], coreHours: hours[code], mean: sum[code] / jobs[code] }))
    .sort((a, b) => b.coreHours - a.coreHours || (a.name < b.name ? -1 : 1));
}

function largestOwners(table: PageTable, owner: Owner): string[] {
  return byOwner(table, owner, JOB_FIGURES[0])
    .slice(0, SHOWN)
    .map(({ name }) => name);
}

function traceOf(
  run: TableRun,
  owner: Owner,
  names: readonly string[],
  figure: JobFigure,
  { theme }: View,
): Figure['traces'][number] {
  const facts = new Map(byOwner(run.table, owner, figure).map((one) => [one.name, one]));
  const shown = names.map((name) => facts.get(name));
  const least = figure.unit === 's' ? 1 : 0;
  return {
    type: 'scatter',
    mode: 'markers',
    name: chartText(run.facts.label),
    x: shown.map((one) => (one === undefined ? NaN : Math.max(least, one.mean))),
    y: names.map((_, index) => index),
    customdata: shown.map((one) =>
      one === undefined
        ? ''
        : `${chartText(one.name)}: ${text(one.mean, figure)}, ${countOf(one.jobs, 'job')}, ${grouped(one.coreHours)} core-hours`,
    ),
    hovertemplate: '%{customdata}',
    marker: {
      color: colorOf(theme, run.style),
      symbol: symbolOf(run.style),
      size: 9,
      line: { width: 1.5, color: colorOf(theme, run.style) },
    },
  };
}

function text(value: number, { unit }: JobFigure): string {
  return unit === 's' ? formatDuration(value * SECOND) : shortNumber(value);
}

function layoutOf(
  runs: readonly TableRun[],
  names: readonly string[],
  figure: JobFigure,
  { theme }: View,
  owner: Owner,
): Record<string, unknown> {
  const largest = Math.max(1, ...runs.flatMap(({ table }) => byOwner(table, owner, figure).map(({ mean }) => mean || 0)));
  const means = runs
    .flatMap(({ table }) => byOwner(table, owner, figure))
    .flatMap(({ name, mean }) => (names.includes(name) ? [mean] : []));
  const least = Math.max(1, Math.min(...means.filter((mean) => !Number.isNaN(mean))));
  const axis =
    figure.unit === 's'
      ? durationAxis(largest, theme, least / 2)
      : {
          type: 'log',
          gridcolor: theme.grid,
          zeroline: false,
          dtick: 1,
          range: [-0.05, Math.log10(Math.max(10, largest)) + 0.1],
        };
  return {
    xaxis: { ...axis, title: { text: `mean ${figure.label}` }, fixedrange: true },
    yaxis: {
      gridcolor: theme.grid,
      fixedrange: true,
      automargin: true,
      tickvals: names.map((_, index) => index),
      ticktext: names.map((name) => `${owner} ${chartText(name, 18)}`),
      zeroline: false,
      // The first stands on top.
      range: [names.length - 0.3, -0.7],
    },
    showlegend: runs.length > 1,
    hovermode: 'closest',
  };
}

/** Jain's index of the owners' means: 1 if all are alike, 1/n if one has all. */
export function jainIndex(values: readonly number[]): number {
  const present = values.filter((value) => !Number.isNaN(value));
  const sum = present.reduce((total, value) => total + value, 0);
  const squares = present.reduce((total, value) => total + value * value, 0);
  return squares === 0 ? NaN : (sum * sum) / (present.length * squares);
}

function sentenceOf(runs: readonly TableRun[], owner: Owner, figure: JobFigure): string {
  const words = runs.map(({ facts, table }) => {
    const owners = byOwner(table, owner, figure).filter(({ jobs }) => jobs > 0);
    const means = owners.map(({ mean }) => mean);
    if (owners.length === 0) return `${facts.label} with no job that has one`;
    const worst = owners.reduce((a, b) => (b.mean > a.mean ? b : a));
    return `${shortNumber(jainIndex(means))} under ${facts.label}, where ${owner} ${shortName(worst.name)} has most (${text(worst.mean, figure)}, ${countOf(worst.jobs, 'job')})`;
  });
  const { length } = byOwner(runs[0].table, owner, figure);
  const shown = length > SHOWN ? `, of which the ${SHOWN} with most core-hours are shown` : '';
  return `Jain's index of the mean ${figure.label} of ${grouped(length)} ${owner}s${shown} (1 = all alike): ${listed(words)}.`;
}

function tableOf(runs: readonly TableRun[], owner: Owner, figure: JobFigure): DataTable {
  const rows = runs.flatMap(({ facts, table }) =>
    byOwner(table, owner, figure).map(({ name, jobs, coreHours, mean }) => [
      facts.label,
      name,
      jobs,
      coreHours,
      Number.isNaN(mean) ? '' : mean,
    ]),
  );
  return { header: ['policy', owner, 'jobs', 'core_hours', `mean_${figure.name}${figure.unit === 's' ? '_s' : ''}`], rows };
}
