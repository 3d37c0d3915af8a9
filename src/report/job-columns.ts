import { STATE_NAMES } from '../schedule.ts';
import { formatDuration } from '../units.ts';
import type { Category } from '../workload.ts';
import { shortName } from './chart-text.ts';
import { instantText } from './calendar.ts';
import type { Zero } from './calendar.ts';
import type { TableRun } from './chart.ts';
import { shortNumber } from './number-text.ts';
import type { PageTable } from './page-table.ts';
import { orderByTime } from './time-order.ts';

/** A column of the table of jobs. */
export interface JobColumn {
  readonly name: string;
  readonly title: string;
  readonly align: 'left' | 'right';
  text(row: number): string;
  /** For the CSV: as it is, without being rounded. */
  value(row: number): string | number;
  /** Ascending order is that of these numbers; NaN comes last. */
  key(row: number): number;
  /** Left out where there is little room. */
  readonly minor?: boolean;
}

/** The columns for these runs: what they share, then the wait and state under each. */
export function jobColumns(runs: readonly TableRun[]): JobColumn[] {
  const [{ table, facts }] = runs;
  const zero = facts.epoch === undefined ? undefined : facts.epoch + table.origin;
  const shared: JobColumn[] = [
    {
      name: 'job',
      title: 'Job',
      align: 'left',
      text: (row) => shortName(String(table.ids[row])),
      value: (row) => table.ids[row],
      key: (row) => row,
    },
    ...names('user', 'User', table.user),
    ...(table.account === undefined ? [] : names('account', 'Account', table.account)),
    ...names('queue', 'Queue', table.queue),
    numbers('cpus', 'Procs', (row) => table.cpus[row] / 1000),
    ...(table.gpus.some((gpus) => gpus > 0) ? [numbers('gpus', 'GPUs', (row) => table.gpus[row] / 1000)] : []),
    { ...times('submit_s', zero === undefined ? 'Submitted after' : 'Submitted (UTC)', table, table.submit, zero), minor: true },
  ];
  return [...shared, ...runs.flatMap((run, index) => runColumns(run, index === 0 ? undefined : runs[0], runs.length))];
}

function runColumns(run: TableRun, baseline: TableRun | undefined, runs: number): JobColumn[] {
  const { table, facts } = run;
  const prefix = runs === 1 ? '' : `${facts.label}: `;
  const wait = (row: number) => table.start[row] - table.submit[row];
  const columns: JobColumn[] = [
    {
      name: `${prefix}wait_s`,
      title: `${prefix}wait`,
      align: 'right',
      text: (row) => (Number.isNaN(wait(row)) ? STATE_NAMES[table.state[row]] : formatDuration(wait(row))),
      value: (row) => seconds(wait(row)),
      key: wait,
    },
  ];
  if (baseline === undefined) {
    const lasted = (row: number) => table.end[row] - table.start[row];
    columns.push({
      name: `${prefix}run_s`,
      title: runs === 1 ? 'ran' : `${prefix}ran`,
      align: 'right',
      text: (row) => formatDuration(lasted(row)),
      value: (row) => seconds(lasted(row)),
      key: lasted,
      minor: true,
    });
  } else columns.push(changeColumn(run, baseline, prefix));
  if (runs <= 2)
    columns.push({
      name: `${prefix}state`,
      title: `${prefix}state`,
      align: 'left',
      text: (row) => STATE_NAMES[table.state[row]],
      value: (row) => STATE_NAMES[table.state[row]],
      key: (row) => table.state[row],
      minor: true,
    });
  return columns;
}

/** How much longer or shorter a job waits than under the baseline. */
function changeColumn({ table }: TableRun, { table: base, facts }: TableRun, prefix: string): JobColumn {
  const change = (row: number) => table.start[row] - table.submit[row] - (base.start[row] - base.submit[row]);
  return {
    name: `${prefix}wait_change_s`,
    title: `against ${facts.label}`,
    align: 'right',
    text(row) {
      const ms = change(row);
      if (Number.isNaN(ms)) return '-';
      return ms === 0 ? '=' : `${ms > 0 ? '+' : '−'}${formatDuration(Math.abs(ms))}`;
    },
    value: (row) => seconds(change(row)),
    key: change,
  };
}

function names(name: string, title: string, { code, names: list }: Category): JobColumn[] {
  if (list.length < 2) return [];
  const rank = ranksOf(list);
  const text = (row: number) => list[code[row]] ?? '';
  return [
    {
      name,
      title,
      align: 'left',
      text: (row) => (code[row] < 0 ? '' : shortName(text(row))),
      value: text,
      key: (row) => rank[code[row]] ?? NaN,
    },
  ];
}

/** Where each name stands among the sorted ones; numbers by their size. */
function ranksOf(list: readonly string[]): number[] {
  const order = list.map((_, index) => index);
  const numeric = list.every((name) => /^\d+$/.test(name));
  order.sort((a, b) => (numeric ? Number(list[a]) - Number(list[b]) : list[a] < list[b] ? -1 : list[a] > list[b] ? 1 : 0));
  const rank: number[] = [];
  order.forEach((index, at) => (rank[index] = at));
  return rank;
}

function numbers(name: string, title: string, of: (row: number) => number): JobColumn {
  return { name, title, align: 'right', text: (row) => shortNumber(of(row)), value: of, key: of };
}

function times(name: string, title: string, { origin }: PageTable, column: Float64Array, zero: Zero): JobColumn {
  return {
    name,
    title,
    align: 'right',
    text: (row) => instantText(column[row], zero),
    value: (row) => seconds(origin + column[row]),
    key: (row) => column[row],
  };
}

function seconds(ms: number): string | number {
  return Number.isNaN(ms) ? '' : ms / 1000;
}

/** These rows by a column; rows without a value come last, ties stay in their order. */
export function sortRows(rows: Uint32Array, { key }: JobColumn, descending: boolean): Uint32Array {
  const keys = new Float64Array(rows.length);
  let least = Infinity;
  for (let at = 0; at < rows.length; at++) {
    // Processors come in thousandths, times in whole milliseconds.
    keys[at] = Math.round(key(rows[at]) * 1000);
    if (keys[at] < least) least = keys[at];
  }
  for (let at = 0; at < keys.length; at++) keys[at] -= least;
  const order = orderByTime(keys);
  if (descending) reverseKeepingTies(order, keys);
  const sorted = new Uint32Array(rows.length);
  let filled = 0;
  for (const at of order) sorted[filled++] = rows[at];
  for (let at = 0; at < rows.length; at++) if (Number.isNaN(keys[at])) sorted[filled++] = rows[at];
  return sorted;
}

function reverseKeepingTies(order: Uint32Array, keys: Float64Array): void {
  order.reverse();
  for (let from = 0; from < order.length;) {
    let until = from + 1;
    while (until < order.length && keys[order[until]] === keys[order[from]]) until++;
    order.subarray(from, until).reverse();
    from = until;
  }
}
