import { formatDuration } from '../../units.ts';
import { instantText } from '../calendar.ts';
import { withTables } from '../chart.ts';
import type { ChartSpec, DataTable, Figure, TableRun, TimeWindow, View } from '../chart.ts';
import { boundedSlowdown } from '../job-figures.ts';
import { listed, shortNumber } from '../number-text.ts';
import type { PageTable } from '../page-table.ts';
import { colorOf, dashOf } from '../theme.ts';
import { timeAxis } from '../time-axis.ts';
import { jainIndex } from './fairness.ts';
import { wholeTime } from './utilization.ts';

export const fairnessOverTime: ChartSpec = {
  name: 'fairness-over-time',
  title: 'Fairness over time',
  question: 'Were there days on which some users were served much worse than others?',
  axis: 'time',
  isThere: (data) => withTables(data).some(({ table }) => table.user.names.length > 1),
  draw(data, view) {
    const runs = withTables(data);
    const window = view.window ?? wholeTime(data);
    return {
      traces: runs.map((run) => traceOf(run, window, view)),
      layout: {
        xaxis: timeAxis(window, view.width, view.theme, view.zero),
        yaxis: {
          range: [0, 1.04],
          gridcolor: view.theme.grid,
          zeroline: false,
          fixedrange: true,
          title: { text: "Jain's index" },
        },
        showlegend: runs.length > 1,
        dragmode: 'zoom',
        hovermode: 'x',
      },
      height: 260,
      sentence: sentenceOf(runs, window),
      table: () => tableOf(runs, window),
    };
  },
};

/** Parts of the window that users are compared in. */
const PARTS = 60;

/** Jain's index of the users' mean bounded slowdowns, for the jobs submitted in each part of the window. */
export function jainOverTime(table: PageTable, { from, until }: TimeWindow, parts = PARTS): number[] {
  const users = table.user.names.length;
  const sum = new Float64Array(parts * users);
  const jobs = new Float64Array(parts * users);
  const valueOf = boundedSlowdown.of(table);
  for (let row = 0; row < table.count; row++) {
    const submit = table.submit[row];
    const code = table.user.code[row];
    if (code < 0 || !(submit >= from && submit < until)) continue;
    const value = valueOf(row);
    if (Number.isNaN(value)) continue;
    const cell = Math.floor(((submit - from) / (until - from)) * parts) * users + code;
    sum[cell] += value;
    jobs[cell]++;
  }
  const means = sum.map((total, cell) => total / jobs[cell]);
  return Array.from({ length: parts }, (_, part) => jainOfSeveral(Array.from(means.subarray(part * users, (part + 1) * users))));
}

/** One user alone is neither fair nor unfair. */
function jainOfSeveral(means: readonly number[]): number {
  return means.filter((mean) => !Number.isNaN(mean)).length < 2 ? NaN : jainIndex(means);
}

function middles({ from, until }: TimeWindow): number[] {
  return Array.from({ length: PARTS }, (_, part) => from + ((part + 0.5) * (until - from)) / PARTS);
}

function traceOf(run: TableRun, window: TimeWindow, { theme, zero }: View): Figure['traces'][number] {
  const x = middles(window);
  return {
    type: 'scatter',
    mode: 'lines',
    name: run.facts.label,
    x,
    y: jainOverTime(run.table, window),
    customdata: x.map((at) => instantText(at, zero)),
    hovertemplate: '%{y:.2f}, submitted around %{customdata}',
    line: { color: colorOf(theme, run.style), dash: dashOf(run.style), width: 1.6, shape: 'hvh' },
  };
}

function sentenceOf(runs: readonly TableRun[], window: TimeWindow): string {
  const words = runs.map(({ facts, table }) => {
    const present = jainOverTime(table, window).filter((value) => !Number.isNaN(value));
    if (present.length === 0) return `${facts.label} has no part with two users`;
    const mean = present.reduce((sum, value) => sum + value, 0) / present.length;
    return `${facts.label} ${shortNumber(mean)} on average, ${shortNumber(Math.min(...present))} at worst`;
  });
  const part = formatDuration((window.until - window.from) / PARTS);
  return `Jain's index of the users' mean bounded slowdowns in each ${part} (1 = all users alike): ${listed(words)}.`;
}

function tableOf(runs: readonly TableRun[], window: TimeWindow): DataTable {
  const rows = runs.flatMap(({ facts, table }) =>
    jainOverTime(table, window).map((value, part) => [
      facts.label,
      (table.origin + window.from + (part * (window.until - window.from)) / PARTS) / 1000,
      Number.isNaN(value) ? '' : value,
    ]),
  );
  return { header: ['policy', 'from_s', 'jain_of_bounded_slowdown'], rows };
}
