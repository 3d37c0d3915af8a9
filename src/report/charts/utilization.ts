import type { Steps } from '../../schedule.ts';
import { formatDuration, grouped } from '../../units.ts';
import { instantText, spanText } from '../calendar.ts';
import { withTables } from '../chart.ts';
import type { ChartData, ChartSpec, DataTable, Figure, TableRun, TimeWindow, View } from '../chart.ts';
import { chartText, shortName } from '../chart-text.ts';
import { legendHeight } from '../legend-room.ts';
import { decimate, firstAfter, integralsOf, meansOver, stepsWithin } from '../decimate.ts';
import { madeOnce } from '../known.ts';
import { percent } from '../number-text.ts';
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
      traces: runs.flatMap((run, strip) => tracesOf(run, strip, window, view)),
      layout: layoutOf(runs, window, view),
      height: heightOf(runs, view.width) + MARGINS,
      sentence: sentenceOf(runs, window, view),
      table: () => tableOf(runs, window),
    };
  },
};

/** From the first submission until the last end under any of the policies. */
export function wholeTime(data: ChartData): TimeWindow {
  return { from: 0, until: Math.max(1, ...withTables(data).map(({ table }) => lastTime(table))) };
}

interface RunSteps {
  readonly busy: Steps;
  readonly integrals: Float64Array;
  readonly queue: Steps;
  readonly queueIntegrals: Float64Array;
  readonly until: number;
}

/** Both series of a run. */
const stepsOf = madeOnce((table): RunSteps => {
  const busy = busySteps(table);
  const queue = queueSteps(table);
  return { busy, integrals: integralsOf(busy), queue, queueIntegrals: integralsOf(queue), until: lastTime(table) };
});

/** What a full machine is drawn as [processors]; 1 = counts are drawn, the machine's size being unknown. */
function fullOf({ facts }: TableRun): number {
  return facts.processors ?? 1;
}

/** A strip of its own for each policy, above the queues of all [pixels]. */
const STRIP = 84;
const QUEUE = 150;
const GAP = 18;
const LEAST_LEGEND = 14;
const MARGINS = 28 + 46;
/** At both sides of what is drawn [pixels]. */
const SIDES = 62 + 12;
/** Pixels that a mean is taken over where there are more steps than pixels. */
const MEAN_OVER = 4;

function heightOf(runs: readonly TableRun[], width: number): number {
  const labels = runs.map(({ facts }) => shortName(facts.label));
  // The legend stands between the strips and the queues.
  const legend = Math.max(LEAST_LEGEND, legendHeight(labels, width - SIDES) - GAP + 3);
  return runs.length * (STRIP + GAP) + legend + QUEUE;
}

function tracesOf(run: TableRun, strip: number, window: TimeWindow, { width, theme, zero }: View): Figure['traces'] {
  const { busy, integrals, queue } = stepsOf(run.table);
  const color = colorOf(theme, run.style);
  const columns = Math.max(100, Math.floor(width));
  const full = fullOf(run);
  const trace = ({ time, value }: Steps, scale: number, more: object) => ({
    type: 'scatter',
    mode: 'lines',
    name: chartText(run.facts.label),
    legendgroup: String(run.style),
    showlegend: false,
    x: Array.from(time),
    y: Array.from(value, (level) => level / scale),
    customdata: Array.from(time, (at) => instantText(at, zero)),
    ...more,
  });
  const yaxis = strip === 0 ? 'y' : `y${strip + 2}`;
  const ofMachine = run.facts.processors === undefined ? '%{y:,.0f} processors' : '%{y:.1%}';
  const line = { color, width: 1.2, shape: 'hv' };
  const filled = { yaxis, line, fill: 'tozeroy', fillcolor: `${color}59`, hovertemplate: `${ofMachine}<br>%{customdata}` };
  const exact = decimate(busy, window, columns);
  const level =
    stepsWithin(busy, window) <= columns
      ? [trace(exact, full, filled)]
      : [
          // The mean, before what it came from: every rise and fall, faint.
          trace(exact, full, { yaxis, line: { ...line, color: `${color}40`, width: 1 }, hoverinfo: 'skip' }),
          trace(meansOver(busy, integrals, window, Math.floor(columns / MEAN_OVER)), full, filled),
        ];
  return [
    ...level,
    trace(decimate(queue, window, columns), 1, {
      yaxis: 'y2',
      showlegend: true,
      line: { ...line, dash: dashOf(run.style), width: 1.5 },
      hovertemplate: '%{y:,.0f} waiting<br>%{customdata}',
    }),
  ];
}

function layoutOf(runs: readonly TableRun[], window: TimeWindow, { width, theme, zero }: View): Record<string, unknown> {
  const height = heightOf(runs, width);
  const axis = { gridcolor: theme.grid, zeroline: false, fixedrange: true, rangemode: 'tozero' };
  const layout: Record<string, unknown> = {
    xaxis: { ...timeAxis(window, width, theme, zero), anchor: 'y2' },
    yaxis2: { ...axis, domain: [0, QUEUE / height], title: { text: 'jobs waiting' }, nticks: 5 },
    showlegend: runs.length > 1,
    dragmode: 'zoom',
    hovermode: 'x',
  };
  const annotations = runs.map((run, strip) => {
    const top = height - strip * (STRIP + GAP);
    layout[strip === 0 ? 'yaxis' : `yaxis${strip + 2}`] = {
      ...axis,
      domain: [(top - STRIP) / height, top / height],
      ...(run.facts.processors === undefined ? { nticks: 3 } : { tickformat: '.0%', range: [0, 1.02], tickvals: [0, 0.5, 1] }),
    };
    const text = `<b>${chartText(run.facts.label)}</b>: processors held`;
    const font = { color: theme.ink, size: 12 };
    return {
      text,
      xref: 'paper',
      yref: 'paper',
      x: 0,
      y: top / height,
      xanchor: 'left',
      yanchor: 'bottom',
      showarrow: false,
      font,
    };
  });
  const legend = {
    orientation: 'h',
    x: 1,
    xanchor: 'right',
    y: QUEUE / height,
    yanchor: 'bottom',
    font: { color: theme.ink, size: 12 },
  };
  return { ...layout, annotations, legend };
}

function sentenceOf(runs: readonly TableRun[], window: TimeWindow, { zero }: View): string {
  const words = runs.map((run) => {
    const { busy, integrals, queue, queueIntegrals, until } = stepsOf(run.table);
    // A policy that is done early is not idle afterwards.
    const own = { from: window.from, until: Math.min(window.until, until) };
    if (own.until <= own.from) return `${run.facts.label} was done before`;
    const held = meansOver(busy, integrals, own, 1).value[0] / fullOf(run);
    const waiting = meansOver(queue, queueIntegrals, own, 1).value[0];
    const share = run.facts.processors === undefined ? `${grouped(held)} processors` : percent(held);
    const done = until < window.until ? `, done after ${formatDuration(until)}` : '';
    return `${run.facts.label} held ${share} with ${grouped(waiting)} jobs waiting${done}`;
  });
  return `On average over ${spanText(window, zero)}: ${words.join('; ')}.`;
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
