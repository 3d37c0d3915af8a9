/** The comparison of an experiment on the screen: a row for each policy on each workload and cluster. */
import type { PointSummary } from '../experiment/point-folder.ts';
import { figureName, figuresOf } from '../experiment/results-csv.ts';
import { grouped } from './account.ts';
import { withSameSeeds } from './same-seeds.ts';
import { renderTable } from './table.ts';
import { colorsFor } from './terminal.ts';

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

/** What fits most experiments, and what is worth knowing where there is any. */
const FIGURES = ['wait.mean', 'wait.p95', 'bounded-slowdown.mean', 'utilization', 'makespan'];
const IF_ANY = ['gpu-utilization', 'jobs.killed', 'jobs.rejected', 'jobs.unfinished', 'restarts'];
/** Beyond this a table is no overview any more. */
const ROWS = 40;

export interface TableOptions {
  /** Label of the policy that differences are counted from. */
  readonly baseline: string;
  /** The cluster that it is taken from; each row's own if absent. */
  readonly baselineCluster?: string;
  /** Names of figures; those that fit most experiments if absent. */
  readonly figures?: readonly string[];
}

/** A run, as far as the table shows it. */
export interface TablePoint {
  readonly point: { readonly workload: string; readonly cluster: string; readonly policy: string; readonly seed: number };
  readonly summary: PointSummary;
}

/** The table, and what it leaves out. */
export function experimentTable(
  { baseline, baselineCluster, figures: chosen = [] }: TableOptions,
  finished: readonly TablePoint[],
): string {
  const rows = rowsOf(finished);
  const wanted = (chosen.length > 0 ? chosen : FIGURES).filter((name) => rows.some((row) => has(row, name)));
  const always = wanted.length > 0 ? wanted : oneOfEachMetric(rows);
  const figures = [...always, ...IF_ANY.filter((name) => !always.includes(name) && rows.some((row) => mean(row.runs, name) > 0))];
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
  const left = rows.length > ROWS ? `and ${rows.length - ROWS} rows more, in results.csv\n` : '';
  return `${renderTable(columns, lines)}${left}${overSeeds(rows)}`;
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

function has({ runs }: Row, name: string): boolean {
  return runs.some(({ figures }) => figures.has(name));
}

/** Where an experiment measures nothing of what fits most: its own metrics, each by its mean if there is one. */
function oneOfEachMetric(rows: readonly Row[]): string[] {
  const names = new Set(rows.flatMap(({ runs }) => runs.flatMap(({ figures }) => [...figures.keys()])));
  const metrics = new Set([...names].map((name) => name.split('.')[0]));
  metrics.delete('jobs');
  const figures = [...metrics].map((metric) => {
    const own = [...names].filter((name) => name.split('.')[0] === metric);
    return [`${metric}.mean`, metric].find((name) => names.has(name)) ?? own[0];
  });
  return figures.slice(0, FIGURES.length);
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
  if (base === 0) return '';
  const share = (100 * (value - base)) / base;
  // Beyond a factor of ten a percentage is hard to read.
  const text = share >= 900 ? `x ${(value / base).toPrecision(3)}` : `${share > 0 ? '+' : ''}${share.toFixed(1)} %`;
  const better = finished[0].summary.metrics[name.split('.')[0]]?.better ?? 'neither';
  if (better === 'neither') return text;
  const { green, red } = colorsFor(process.stdout);
  return value < base === (better === 'lower') ? green(text) : red(text);
}
