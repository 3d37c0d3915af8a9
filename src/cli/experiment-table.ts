/** The comparison of an experiment on the screen: a row for each policy on each workload and cluster. */
import type { PointSummary } from '../experiment/point-folder.ts';
import { figureName, figuresOf } from '../experiment/results-csv.ts';
import { withSameSeeds } from './same-seeds.ts';
import { renderTable } from './table.ts';
import { tableFigures } from './table-figures.ts';
import type { FigureWishes } from './table-figures.ts';
import { colorsFor } from './terminal.ts';
import { grouped } from '../units.ts';

/** Runs that differ in nothing but the seed. */
interface Row {
  readonly workload: string;
  readonly cluster: string;
  readonly policy: string;
  readonly runs: SeedRun[];
}

interface SeedRun {
  readonly seed: number;
  readonly figures: ReadonlyMap<string, Cell>;
}

interface Cell {
  readonly value: number;
  readonly unit: string;
}

/** What is worth knowing where there is any. */
const IF_ANY = ['gpu-utilization', 'jobs.killed', 'jobs.rejected', 'jobs.unfinished', 'restarts'];
/** Beyond this a table is no overview any more. */
const ROWS = 40;

export interface TableOptions extends FigureWishes {
  /** Label of the policy that differences are counted from. */
  readonly baseline: string;
  /** The cluster that it is taken from; each row's own if absent. */
  readonly baselineCluster?: string;
}

/** A run, as far as the table shows it. */
export interface TablePoint {
  readonly point: { readonly workload: string; readonly cluster: string; readonly policy: string; readonly seed: number };
  readonly summary: PointSummary;
}

/** The table, and what it leaves out. */
export function experimentTable(options: TableOptions, finished: readonly TablePoint[]): string {
  const { baseline, baselineCluster } = options;
  const rows = rowsOf(finished);
  const { shown, left } = tableFigures(
    finished.map(({ summary }) => summary),
    options,
  );
  const isThere = (name: string) => rows.some((row) => mean(row.runs, name) > 0);
  const figures = [...shown, ...IF_ANY.filter((name) => ![...shown, ...left].includes(name) && isThere(name))];
  const names = (['workload', 'cluster'] as const).filter((key) => new Set(rows.map((row) => row[key])).size > 1);
  const columns = [
    ...names.map((title) => ({ title })),
    { title: 'policy' },
    ...figures.flatMap((name) => [{ title: titleOf(name, rows), align: 'right' as const }, { title: '' }]),
  ];
  const lines = rows.slice(0, ROWS).map((row) => {
    const other = rows.find(
      ({ workload, cluster, policy }) =>
        policy === baseline && workload === row.workload && cluster === (baselineCluster ?? row.cluster),
    );
    return [
      ...names.map((key) => row[key]),
      row.policy,
      ...figures.flatMap((name) => [
        show(name, mean(row.runs, name)),
        other === row ? '' : difference(name, row, other, finished),
      ]),
    ];
  });
  const more = rows.length > ROWS ? `and ${rows.length - ROWS} rows more, in results.csv\n` : '';
  return `${renderTable(columns, lines)}${more}${leftOut(left)}${overSeeds(rows)}`;
}

function leftOut(metrics: readonly string[]): string {
  return metrics.length === 0 ? '' : `not in this table: ${metrics.join(', ')}; all figures are in results.csv\n`;
}

/** What the figures are means of. */
function overSeeds(rows: readonly Row[]): string {
  const counts = rows.map(({ runs }) => runs.length);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  if (most === 1) return '';
  if (least === most) return `means over ${most} seeds\n`;
  return `means over ${least} to ${most} seeds; changes are over the seeds that both have\n`;
}

function rowsOf(finished: readonly TablePoint[]): Row[] {
  const rows = new Map<string, Row>();
  for (const { point, summary } of finished) {
    const { workload, cluster, policy } = point;
    const key = JSON.stringify([workload, cluster, policy]);
    const row = rows.get(key) ?? { workload, cluster, policy, runs: [] };
    row.runs.push({ seed: point.seed, figures: new Map([...figuresOf(summary)].map((figure) => [figureName(figure), figure])) });
    rows.set(key, row);
  }
  return [...rows.values()];
}

function mean(runs: readonly SeedRun[], name: string): number {
  return runs.reduce((sum, { figures }) => sum + (figures.get(name)?.value ?? NaN), 0) / runs.length;
}

function titleOf(name: string, rows: readonly Row[]): string {
  const unit = rows[0].runs[0].figures.get(name)?.unit ?? '';
  return unit === '' || unit === 'ratio' || unit === 'jobs' || unit === 'share' ? name : `${name} [${unit}]`;
}

function show(name: string, value: number): string {
  if (Number.isNaN(value)) return '-';
  if (name.includes('utilization')) return `${(100 * value).toFixed(2)} %`;
  if (Number.isInteger(value)) return grouped(value);
  return Math.abs(value) < 100 ? value.toFixed(3) : value.toFixed(1);
}

/** The change against the baseline, green where it is for the better. */
function difference(name: string, row: Row, other: Row | undefined, finished: readonly TablePoint[]): string {
  if (other === undefined || name.startsWith('jobs.')) return '';
  const [value, base] = withSameSeeds(row.runs, other.runs).map((runs) => mean(runs, name));
  if (Number.isNaN(value) || Number.isNaN(base)) return '';
  if (value === base) return '=';
  // Of an amount that may be below 0, such as what trainings gained by being resized, a part says nothing.
  if (!(base > 0 && value >= 0)) return '';
  const share = (100 * (value - base)) / base;
  // Beyond a factor of ten a percentage is hard to read.
  const text = share >= 900 ? `x ${(value / base).toPrecision(3)}` : `${share > 0 ? '+' : ''}${share.toFixed(1)} %`;
  const better = finished[0].summary.metrics[name.split('.')[0]]?.better ?? 'neither';
  if (better === 'neither') return text;
  const { green, red } = colorsFor(process.stdout);
  return value < base === (better === 'lower') ? green(text) : red(text);
}
