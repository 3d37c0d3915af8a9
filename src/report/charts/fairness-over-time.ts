import { formatDuration } from '../../units.ts';
import { instantText } from '../calendar.ts';
import { withTables } from '../chart.ts';
import type { ChartSpec, DataTable, Figure, TableRun, TimeWindow, View } from '../chart.ts';
import { chartText } from '../chart-text.ts';
import { boundedSlowdown } from '../job-figures.ts';
import { madeOnce } from '../known.ts';
import { listed, shortNumber } from '../number-text.ts';
import { categoryOf, ownerChosen, ownersIn } from '../owners.ts';
import type { Owner } from '../owners.ts';
import type { PageTable } from '../page-table.ts';
import { colorOf, dashOf } from '../theme.ts';
import { timeAxis } from '../time-axis.ts';
import { jainIndex } from './fairness.ts';
import { wholeTime } from './utilization.ts';

export const fairnessOverTime: ChartSpec = {
  name: 'fairness-over-time',
  title: 'Fairness over time',
  question: 'Were there days on which some were served much worse than others?',
  axis: 'time',
  isThere: (data) => ownersIn(data).length > 0,
  choices: (data) => [{ name: 'owner', label: 'Between', options: ownersIn(data, 'many') }],
  draw(data, view) {
    const runs = withTables(data);
    const window = view.window ?? wholeTime(data);
    const owner = ownerChosen(data, view.chosen.owner);
    return {
      traces: runs.map((run) => traceOf(run, owner, window, view)),
      layout: layoutOf(runs.length, window, view),
      height: 260,
      sentence: sentenceOf(runs, owner, window),
      table: () => tableOf(runs, owner, window),
    };
  },
};

/** Parts of the window that users are compared in. */
const PARTS = 60;

/** Of each table the window that was looked at last, as it is drawn, said and listed. */
const lastLookedAt = madeOnce(() => new Map<Owner, { readonly window: TimeWindow; readonly values: number[] }>());

function jainWithin(table: PageTable, owner: Owner, window: TimeWindow): number[] {
  const last = lastLookedAt(table).get(owner);
  if (last?.window.from === window.from && last.window.until === window.until) return last.values;
  const values = jainOverTime(table, window, PARTS, owner);
  lastLookedAt(table).set(owner, { window, values });
  return values;
}

/** Jain's index of the owners' mean bounded slowdowns, for the jobs submitted in each part of the window. */
export function jainOverTime(table: PageTable, { from, until }: TimeWindow, parts = PARTS, owner: Owner = 'user'): number[] {
  const category = categoryOf(table, owner);
  const owners = category?.names.length ?? 0;
  const sum = new Float64Array(parts * owners);
  const jobs = new Float64Array(parts * owners);
  const valueOf = boundedSlowdown.of(table);
  const perPart = parts / (until - from);
  const { submit, count } = table;
  for (let row = 0; row < count; row++) {
    const at = submit[row];
    if (!(at >= from && at < until)) continue;
    const code = category?.code[row] ?? -1;
    if (code < 0) continue;
    const value = valueOf(row);
    if (Number.isNaN(value)) continue;
    const cell = Math.min(parts - 1, Math.floor((at - from) * perPart)) * owners + code;
    sum[cell] += value;
    jobs[cell]++;
  }
  const means = sum.map((total, cell) => total / jobs[cell]);
  return Array.from({ length: parts }, (_, part) =>
    jainOfSeveral(Array.from(means.subarray(part * owners, (part + 1) * owners))),
  );
}

/** One user alone is neither fair nor unfair. */
function jainOfSeveral(means: readonly number[]): number {
  return means.filter((mean) => !Number.isNaN(mean)).length < 2 ? NaN : jainIndex(means);
}

function middles({ from, until }: TimeWindow): number[] {
  return Array.from({ length: PARTS }, (_, part) => from + ((part + 0.5) * (until - from)) / PARTS);
}

function traceOf(run: TableRun, owner: Owner, window: TimeWindow, { theme, zero }: View): Figure['traces'][number] {
  const x = middles(window);
  return {
    type: 'scatter',
    mode: 'lines',
    name: chartText(run.facts.label),
    x,
    y: jainWithin(run.table, owner, window),
    customdata: x.map((at) => instantText(at, zero)),
    hovertemplate: '%{y:.2f}, submitted around %{customdata}',
    line: { color: colorOf(theme, run.style), dash: dashOf(run.style), width: 1.6, shape: 'hvh' },
  };
}

function layoutOf(runs: number, window: TimeWindow, { width, theme, zero }: View): Record<string, unknown> {
  return {
    xaxis: timeAxis(window, width, theme, zero),
    yaxis: { range: [0, 1.04], gridcolor: theme.grid, zeroline: false, fixedrange: true, title: { text: "Jain's index" } },
    showlegend: runs > 1,
    dragmode: 'zoom',
    hovermode: 'x',
  };
}

function sentenceOf(runs: readonly TableRun[], owner: Owner, window: TimeWindow): string {
  const words = runs.map(({ facts, table }) => {
    const present = jainWithin(table, owner, window).filter((value) => !Number.isNaN(value));
    if (present.length === 0) return `${facts.label} has no part with two ${owner}s`;
    const mean = present.reduce((sum, value) => sum + value, 0) / present.length;
    return `${facts.label} ${shortNumber(mean)} on average, ${shortNumber(Math.min(...present))} at worst`;
  });
  const part = formatDuration((window.until - window.from) / PARTS);
  return `Jain's index of the ${owner}s' mean bounded slowdowns in each ${part} (1 = all ${owner}s alike): ${listed(words)}.`;
}

function tableOf(runs: readonly TableRun[], owner: Owner, window: TimeWindow): DataTable {
  const rows = runs.flatMap(({ facts, table }) =>
    jainWithin(table, owner, window).map((value, part) => [
      facts.label,
      (table.origin + window.from + (part * (window.until - window.from)) / PARTS) / 1000,
      Number.isNaN(value) ? '' : value,
    ]),
  );
  return { header: ['policy', 'from_s', 'jain_of_bounded_slowdown'], rows };
}
