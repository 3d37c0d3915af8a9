import { instantText } from '../calendar.ts';
import { withTables } from '../chart.ts';
import type { ChartSpec, DataTable, Figure, TableRun, TimeWindow, View } from '../chart.ts';
import { chartText } from '../chart-text.ts';
import { decimate } from '../decimate.ts';
import { listed, shortNumber } from '../number-text.ts';
import { lostCoreTimes } from '../../results/core-time.ts';
import type { PageTable } from '../page-table.ts';
import { colorOf, dashOf } from '../theme.ts';
import { timeAxis } from '../time-axis.ts';
import { wholeTime } from './utilization.ts';
import { countOf } from '../../units.ts';

export const interruptions: ChartSpec = {
  name: 'interruptions',
  title: 'Interruptions and lost hours',
  question: 'How many runs were preempted or lost to failures, and how much work was done in vain?',
  axis: 'time',
  isThere: (data) => withTables(data).some(({ table }) => table.attempts !== undefined),
  draw(data, view) {
    const runs = withTables(data);
    const window = view.window ?? wholeTime(data);
    return {
      traces: runs.flatMap((run) => tracesOf(run, window, view)),
      layout: layoutOf(runs, window, view),
      height: 380,
      sentence: sentenceOf(runs),
      table: () => tableOf(runs),
    };
  },
};

/** In the order of ATTEMPT_NAMES. */
const WHY = ['preempted', 'node failed', 'suspended', 'ended'];
const ENDED = 3;

/** An interrupted run. */
export interface Interruption {
  readonly job: number;
  readonly start: number;
  readonly end: number;
  readonly why: number;
  /** Processor time that no later run could build on [core-hours]. */
  readonly lost: number;
}

/** Interrupted runs by the time at which they were. */
export function interruptionsOf(table: PageTable): Interruption[] {
  const { attempts, resizes } = table;
  if (attempts === undefined) return [];
  const lostTimes = lostCoreTimes(table, attempts, resizes);
  const found: Interruption[] = [];
  const { job, start, end, why } = attempts;
  for (let at = 0; at < job.length; at++) {
    if (why[at] === ENDED) continue;
    const lost = lostTimes[at] / 1000 / 3_600_000;
    found.push({ job: job[at], start: start[at], end: end[at], why: why[at], lost });
  }
  return found.sort((a, b) => a.end - b.end || a.job - b.job);
}

function tracesOf(run: TableRun, window: TimeWindow, { width, theme, zero }: View): Figure['traces'] {
  const found = interruptionsOf(run.table);
  const time = Float64Array.from(found, ({ end }) => end);
  let lost = 0;
  const sums = Float64Array.from(found, (one) => (lost += one.lost));
  const line = { color: colorOf(theme, run.style), dash: dashOf(run.style), width: 1.6, shape: 'hv' };
  const trace = (value: Float64Array, more: object) => {
    const steps = decimate({ time, value }, window, Math.floor(width));
    return {
      type: 'scatter',
      mode: 'lines',
      name: chartText(run.facts.label),
      legendgroup: String(run.style),
      x: Array.from(steps.time),
      y: Array.from(steps.value),
      customdata: Array.from(steps.time, (at) => instantText(at, zero)),
      line,
      ...more,
    };
  };
  const counts = Float64Array.from(found, (_, at) => at + 1);
  return [
    trace(counts, { yaxis: 'y', hovertemplate: '%{y:,} interruptions until %{customdata}' }),
    trace(sums, { yaxis: 'y2', showlegend: false, hovertemplate: '%{y:,.1f} core-hours lost until %{customdata}' }),
  ];
}

function layoutOf(runs: readonly TableRun[], window: TimeWindow, { width, theme, zero }: View): Record<string, unknown> {
  const axis = { gridcolor: theme.grid, zeroline: false, fixedrange: true, rangemode: 'tozero' };
  return {
    xaxis: { ...timeAxis(window, width, theme, zero), anchor: 'y2' },
    yaxis: { ...axis, domain: [0.55, 1], title: { text: 'interruptions' } },
    yaxis2: { ...axis, domain: [0, 0.45], title: { text: 'core-hours lost' } },
    showlegend: runs.length > 1,
    dragmode: 'zoom',
    hovermode: 'x',
  };
}

function sentenceOf(runs: readonly TableRun[]): string {
  const words = runs.map(({ facts, table }) => {
    const found = interruptionsOf(table);
    if (found.length === 0) return `${facts.label} interrupted no run`;
    const kinds = WHY.flatMap((name, why) => {
      const times = found.filter((one) => one.why === why).length;
      return times === 0 ? [] : [`${times} ${name}`];
    });
    const lost = found.reduce((sum, one) => sum + one.lost, 0);
    return `${facts.label} had ${countOf(found.length, 'interrupted run')} (${listed(kinds)}) and lost ${shortNumber(lost)} core-hours`;
  });
  return `${listed(words)}.`;
}

function tableOf(runs: readonly TableRun[]): DataTable {
  const rows = runs.flatMap(({ facts, table }) =>
    interruptionsOf(table).map(({ job, start, end, why, lost }) => [
      facts.label,
      String(table.ids[job]),
      (table.origin + start) / 1000,
      (table.origin + end) / 1000,
      WHY[why],
      lost,
    ]),
  );
  return { header: ['policy', 'job', 'start_s', 'end_s', 'why', 'lost_core_hours'], rows };
}
