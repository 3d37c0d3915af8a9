import type { ChartSpec, DataTable, Figure, View } from '../chart.ts';
import { chartText } from '../chart-text.ts';
import { legendHeight } from '../legend-room.ts';
import type { ContenderKind, ReportFacts } from '../model.ts';
import { listed, quantity } from '../number-text.ts';
import { figureOf, isSweep, meanOf, sweepFigure, sweepFigures } from '../sweep-points.ts';
import type { SweepFigure } from '../sweep-points.ts';
import { colorOf, symbolOf } from '../theme.ts';
import { countOf } from '../../units.ts';

/** What is shown until somebody chooses: of these, the first that the results have. */
const ACROSS = ['node-time.useful', 'utilization'] as const;
const UP = ['wait-by-queue.interactive.p95', 'wait.p95'] as const;

function shownFirst(facts: ReportFacts, [best, usual]: typeof ACROSS | typeof UP): string {
  return sweepFigures(facts).some(({ value }) => value === best) ? best : usual;
}

export const tradeOffs: ChartSpec = {
  name: 'trade-offs',
  title: 'Trade-offs',
  question: 'Which settings are beaten by no other in both figures at once?',
  isThere: (data) => isSweep(data) && data.facts.labels.length > 2 && sweepFigures(data.facts).length > 1,
  choices({ facts }) {
    const options = sweepFigures(facts).map(({ value, label }) => ({ value, label }));
    const first = (name: string) => [...options].sort((a, b) => Number(b.value === name) - Number(a.value === name));
    return [
      { name: 'x', label: 'Across', options: first(shownFirst(facts, ACROSS)) },
      { name: 'y', label: 'Up', options: first(shownFirst(facts, UP)) },
    ];
  },
  draw({ facts }, view) {
    const x = sweepFigure(facts, view.chosen.x, shownFirst(facts, ACROSS));
    const y = sweepFigure(facts, view.chosen.y, shownFirst(facts, UP));
    const points = pointsOf(facts, x, y);
    const named = written(points, view.width);
    const hasLegend = points.length <= MOST_NAMED && named.size < points.length;
    const labels = points.map(({ label }) => chartText(label));
    return {
      traces: tracesOf(points, named, { x, y }, view),
      layout: {
        xaxis: axisOf(x, view),
        yaxis: axisOf(y, view),
        showlegend: hasLegend,
        hovermode: 'closest',
      },
      height: HEIGHT + (hasLegend ? legendHeight(labels, view.width) : 0),
      sentence: sentenceOf(points, x, y, facts.kind),
      table: () => tableOf(points, x, y),
    };
  },
};

/** A policy with its settings, over all its runs. */
export interface TradeOff {
  readonly label: string;
  readonly style: number;
  readonly runs: number;
  readonly x: number;
  readonly y: number;
  /** No other is at least as good in both and better in one. */
  readonly onFront: boolean;
}

export function pointsOf(facts: ReportFacts, x: SweepFigure, y: SweepFigure): TradeOff[] {
  const points = facts.labels.map((label, style) => {
    const own = facts.runs.filter((run) => run.label === label);
    const mean = ({ value }: SweepFigure) => meanOf(own.map((run) => figureOf(run, value)));
    return { label, style, runs: own.length, x: mean(x), y: mean(y) };
  });
  const defined = points.filter((point) => !Number.isNaN(point.x) && !Number.isNaN(point.y));
  return defined.map((point) => ({ ...point, onFront: !defined.some((other) => beats(other, point, x, y)) }));
}

function beats(a: { x: number; y: number }, b: { x: number; y: number }, x: SweepFigure, y: SweepFigure): boolean {
  const [dx, dy] = [gain(a.x, b.x, x), gain(a.y, b.y, y)];
  return dx >= 0 && dy >= 0 && (dx > 0 || dy > 0);
}

/** How much better the first is; negative = worse. */
function gain(a: number, b: number, { better }: SweepFigure): number {
  return better === 'lower' ? b - a : a - b;
}

/** Names beyond these are in the table of data only [count]; those beyond a few are in the legend only on narrow screens. */
const MOST_NAMED = 16;
const MOST_ON_PHONES = 6;
/** [pixels] */
const HEIGHT = 420;
const LETTER = 6.5;
const LINE = 15;
/** What axes, titles and margins take of the picture, across and up [pixels]. */
const AROUND = { x: 90, y: 110 };

/** Points whose names find room above them without covering that of another; those on the front come first. */
export function namedPoints(points: readonly TradeOff[], width: number): ReadonlySet<TradeOff> {
  const place = (values: readonly number[], pixels: number) => {
    const [least, most] = [Math.min(...values), Math.max(...values)];
    return (value: number) => (most === least ? pixels / 2 : ((value - least) / (most - least)) * pixels);
  };
  const across = place(
    points.map(({ x }) => x),
    width - AROUND.x,
  );
  const up = place(
    points.map(({ y }) => y),
    HEIGHT - AROUND.y,
  );
  const named: TradeOff[] = [];
  const halfOf = ({ label }: TradeOff) => (chartText(label).length * LETTER) / 2;
  for (const point of [...points].sort((a, b) => Number(b.onFront) - Number(a.onFront))) {
    const covers = (other: TradeOff) =>
      Math.abs(across(other.x) - across(point.x)) < halfOf(other) + halfOf(point) && Math.abs(up(other.y) - up(point.y)) < LINE;
    if (!named.some(covers)) named.push(point);
  }
  return new Set(named);
}

function written(points: readonly TradeOff[], width: number): ReadonlySet<TradeOff> {
  const most = width < 500 ? MOST_ON_PHONES : MOST_NAMED;
  return points.length <= most ? namedPoints(points, width) : new Set<TradeOff>();
}

/** One trace a point: where names would cover each other, a legend has them. */
function tracesOf(
  points: readonly TradeOff[],
  named: ReadonlySet<TradeOff>,
  { x, y }: { readonly x: SweepFigure; readonly y: SweepFigure },
  { theme }: View,
): Figure['traces'] {
  const front = points.filter(({ onFront }) => onFront).sort((a, b) => a.x - b.x);
  const scaled = (value: number, { unit }: SweepFigure) => (unit === 's' ? value / 3600 : value);
  return [
    {
      type: 'scatter',
      mode: 'lines',
      x: front.map((point) => scaled(point.x, x)),
      y: front.map((point) => scaled(point.y, y)),
      line: { color: theme.muted, dash: 'dot', width: 1 },
      hoverinfo: 'skip',
      showlegend: false,
    },
    ...points.map((point) => ({
      type: 'scatter',
      mode: named.has(point) ? 'markers+text' : 'markers',
      name: chartText(point.label),
      x: [scaled(point.x, x)],
      y: [scaled(point.y, y)],
      text: [chartText(point.label)],
      textposition: 'top center',
      customdata: [`${chartText(point.label)}: ${quantity(point.x, x.unit)}, ${quantity(point.y, y.unit)}`],
      hovertemplate: '%{customdata}<extra></extra>',
      cliponaxis: false,
      marker: {
        size: 10,
        color: colorOf(theme, point.style),
        symbol: `${symbolOf(point.style).replace('-open', '')}${point.onFront ? '' : '-open'}`,
      },
    })),
  ];
}

function axisOf(figure: SweepFigure, { theme }: View): Record<string, unknown> {
  return {
    title: { text: `${figure.label}${figure.unit === 's' ? ' [h]' : ''}, ${figure.better} is better` },
    gridcolor: theme.grid,
    zeroline: false,
    automargin: true,
    ...(figure.unit === 'share' && { tickformat: '.1%' }),
  };
}

const ONE = { policy: 'policy setting', system: 'system' };

function sentenceOf(points: readonly TradeOff[], x: SweepFigure, y: SweepFigure, kind: ContenderKind = 'policy'): string {
  const front = points.filter(({ onFront }) => onFront);
  const names = front.slice(0, 6).map((point) => `${point.label} (${quantity(point.x, x.unit)}, ${quantity(point.y, y.unit)})`);
  const what = kind === 'policy or system' ? `${points.length} policies and systems` : countOf(points.length, ONE[kind]);
  const more = front.length > 6 ? ` and ${front.length - 6} more` : '';
  return `Of ${what}, ${front.length} ${front.length === 1 ? 'is' : 'are'} beaten by no other in ${x.label} and ${y.label} at once: ${listed(names)}${more}.`;
}

function tableOf(points: readonly TradeOff[], x: SweepFigure, y: SweepFigure): DataTable {
  return {
    header: ['policy', 'runs', x.value, y.value, 'on_front'],
    rows: points.map((point) => [point.label, point.runs, point.x, point.y, point.onFront ? 'yes' : 'no']),
  };
}
