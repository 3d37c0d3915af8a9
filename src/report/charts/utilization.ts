import type { Steps } from '../../schedule.ts';
import { formatDuration } from '../../units.ts';
import { withTables } from '../chart.ts';
import type { ChartData, ChartSpec, DataTable, Figure, TableRun, TimeWindow, View } from '../chart.ts';
import { decimate, firstAfter, meanOver } from '../decimate.ts';
import { grouped, listed, percent } from '../number-text.ts';
import type { PageTable } from '../page-table.ts';
import { busySteps, lastTime, queueSteps } from '../run-steps.ts';
import { colorOf, dashOf } from '../theme.ts';
import { timeAxis } from '../time-axis.ts';

export const utilization: ChartSpec = {
  name: 'utilization',
  title: 'Utilization and queue',
  question: 'When was the machine full, when was it idle, and how many jobs waited meanwhile?',
  axis: 'time',
  isThere: (data) => withTables(data).length > 0,
  draw(data, view) {
    const runs = withTables(data);
    const window = view.window ?? wholeTime(data);
    return {
      traces: runs.flatMap((run) => tracesOf(run, window, view)),
      layout: layoutOf(runs, window, view),
      height: 430,
      sentence: sentenceOf(runs, window),
      table: () => tableOf(runs, window),
    };
  },
};

/** From the first submission until the last end under any of the policies. */
export function wholeTime(data: ChartData): TimeWindow {
  return { from: 0, until: Math.max(1, ...withTables(data).map(({ table }) => stepsOf(table).until)) };
}

interface RunSteps {
  readonly busy: Steps;
  readonly queue: Steps;
  readonly until: number;
}

const known = new WeakMap<PageTable, RunSteps>();

/** Both series of a run. They are as long as the trace, so they are made once. */
function stepsOf(table: PageTable): RunSteps {
  let steps = known.get(table);
  if (steps === undefined)
    known.set(table, (steps = { busy: busySteps(table), queue: queueSteps(table), until: lastTime(table) }));
  return steps;
}

/** What a full machine is drawn as [processors]; 1 = counts are drawn, the machine's size being unknown. */
function fullOf({ facts }: TableRun): number {
  return facts.processors ?? 1;
}

function tracesOf(run: TableRun, window: TimeWindow, { width, theme }: View): Figure['traces'] {
  const { busy, queue } = stepsOf(run.table);
  const columns = Math.max(100, Math.floor(width));
  const line = { color: colorOf(theme, run.style), width: 1.3, shape: 'hv', dash: dashOf(run.style) };
  const full = fullOf(run);
  const trace = (steps: Steps, scale: number, more: object) => {
    const { time, value } = decimate(steps, window, columns);
    return {
      type: 'scatter',
      mode: 'lines',
      name: run.facts.label,
      legendgroup: run.facts.label,
      x: Array.from(time),
      y: Array.from(value, (level) => level / scale),
      customdata: Array.from(time, formatDuration),
      line,
      ...more,
    };
  };
  const ofMachine = run.facts.processors === undefined ? '%{y:,.0f} processors' : '%{y:.1%}';
  return [
    trace(busy, full, { yaxis: 'y', hovertemplate: `${ofMachine}<br>%{customdata}` }),
    trace(queue, 1, { yaxis: 'y2', showlegend: false, hovertemplate: '%{y:,.0f} waiting<br>%{customdata}' }),
  ];
}

function layoutOf(runs: readonly TableRun[], window: TimeWindow, { width, theme }: View): Record<string, unknown> {
  const isShare = runs.every(({ facts }) => facts.processors !== undefined);
  const axis = { gridcolor: theme.grid, zeroline: false, fixedrange: true, rangemode: 'tozero' };
  return {
    xaxis: { ...timeAxis(window, width, theme), anchor: 'y2' },
    yaxis: {
      ...axis,
      domain: [0.54, 1],
      title: { text: isShare ? 'processors held' : 'processors' },
      ...(isShare && { tickformat: '.0%', range: [0, 1.04] }),
    },
    yaxis2: { ...axis, domain: [0, 0.46], title: { text: 'jobs waiting' } },
    showlegend: runs.length > 1,
    dragmode: 'zoom',
    hovermode: 'x',
  };
}

function sentenceOf(runs: readonly TableRun[], window: TimeWindow): string {
  const span = `${window.from === 0 ? 'the first' : `${formatDuration(window.from)} to`} ${formatDuration(window.until)}`;
  const words = runs.map((run) => {
    const { busy, queue } = stepsOf(run.table);
    const held = meanOver(busy, window) / fullOf(run);
    const share = run.facts.processors === undefined ? `${grouped(held)} processors` : percent(held);
    return `${run.facts.label} held ${share} with ${grouped(meanOver(queue, window))} jobs waiting`;
  });
  return `On average over ${span}: ${listed(words)}.`;
}

/** Every step in the window, not only those that are drawn. */
function tableOf(runs: readonly TableRun[], window: TimeWindow): DataTable {
  const rows: (string | number)[][] = [];
  for (const run of runs) {
    const { busy, queue } = stepsOf(run.table);
    for (const [what, { time, value }] of [
      ['processors held', busy],
      ['jobs waiting', queue],
    ] as const) {
      const from = Math.max(0, firstAfter(time, window.from) - 1);
      for (let at = from; at < time.length && time[at] <= window.until; at++)
        rows.push([run.facts.label, what, (run.table.origin + time[at]) / 1000, value[at]]);
    }
  }
  return { header: ['policy', 'what', 'time_s', 'value'], rows };
}
