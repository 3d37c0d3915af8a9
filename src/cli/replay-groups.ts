/** How users, accounts, partitions or QoS fare in a replay: waits and processor time of each, under each policy. */
import { coreHoursBy } from '../metrics/core-hours.ts';
import type { Run } from '../metrics/metric.ts';
import { meansByOwner } from '../metrics/owners.ts';
import { usefulSpans } from '../metrics/spans.ts';
import { wait } from '../metrics/wait.ts';
import type { Category, Workload } from '../workload.ts';
import { renderTable } from './table.ts';
import type { Column } from './table.ts';
import { grouped } from '../units.ts';

export const GROUPINGS = ['user', 'account', 'partition', 'qos', 'queue'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** Groups in the table on the screen; JSON has all. */
const SHOWN = 20;
const NOBODY = '(none)';

/** One of them under one policy. */
export interface GroupFigures {
  readonly name: string;
  /** [count] */
  readonly jobs: number;
  /** Jobs that started at all [count]. */
  readonly started: number;
  /** Mean of those that started [s]; NaN if none did. */
  readonly wait: number;
  /** Without lost work. */
  readonly coreHours: number;
}

/** All groups, in the order of the trace; jobs of which it does not say theirs come last. */
export function groupFigures(run: Run, by: Grouping): GroupFigures[] {
  const { names, code } = withNobody(run.workload[by]);
  const waits = meansByOwner({ names, code }, wait.perJob(run));
  const coreHours = coreHoursBy(run, usefulSpans(run), code, names.length);
  const jobs = new Int32Array(names.length);
  for (const owner of code) jobs[owner]++;
  const all = names.map((name, owner) => {
    return { name, jobs: jobs[owner], started: waits.jobs[owner], wait: waits.mean[owner], coreHours: coreHours[owner] };
  });
  return all.filter((group) => group.jobs > 0);
}

function withNobody({ code, names }: Workload[Grouping]): Category {
  return { names: [...names, NOBODY], code: code.map((owner) => (owner < 0 ? names.length : owner)) };
}

/** The groups of several policies side by side, those first that used most under the first of them. */
export function groupTable(by: Grouping, runs: readonly { label: string; groups: readonly GroupFigures[] }[]): string {
  const [first] = runs;
  const order = first.groups
    .map((_, index) => index)
    .sort((a, b) => first.groups[b].coreHours - first.groups[a].coreHours || a - b);
  const columns: Column[] = [{ title: by }, { title: 'jobs', align: 'right' }];
  for (const { label } of runs) {
    const of = runs.length === 1 ? '' : ` under ${label}`;
    columns.push({ title: `wait, mean [s]${of}`, align: 'right' }, { title: 'core-hours', align: 'right' });
    columns.push({ title: 'not started', align: 'right' });
  }
  const rows = order
    .slice(0, SHOWN)
    .map((index) => [
      first.groups[index].name,
      grouped(first.groups[index].jobs),
      ...runs.flatMap(({ groups }) => cellsOf(groups[index])),
    ]);
  const more = order.length > SHOWN ? `... ${grouped(order.length - SHOWN)} more, which --json lists\n` : '';
  return `${renderTable(columns, rows)}${more}`;
}

function cellsOf({ wait: mean, coreHours, jobs, started }: GroupFigures): string[] {
  return [Number.isNaN(mean) ? '-' : mean.toFixed(1), coreHours.toFixed(1), started === jobs ? '' : grouped(jobs - started)];
}

/** For machines. */
export function groupFacts(groups: readonly GroupFigures[]): object[] {
  return groups.map(({ name, jobs, started, wait: mean, coreHours }) => {
    return { name, jobs, started, wait_mean_s: Number.isNaN(mean) ? null : mean, core_hours: coreHours };
  });
}
