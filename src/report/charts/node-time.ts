import type { ChartSpec, DataTable, Figure, View } from '../chart.ts';
import { chartText } from '../chart-text.ts';
import { PASSED, PURPOSES } from '../../node-time.ts';
import type { ReportFacts, RunFacts } from '../model.ts';
import { listed, percent } from '../number-text.ts';

export const nodeTime: ChartSpec = {
  name: 'node-time',
  title: 'Where the time of the nodes went',
  question: 'Of what each resource manager was given, how much became work, and where was the rest lost?',
  isThere: ({ facts }) => partsOf(facts, 'level').length > 0,
  choices: ({ facts }) => [
    {
      name: 'by',
      label: 'By',
      options: [
        { value: 'level', label: 'manager' },
        ...(partsOf(facts, 'tenant').length > 0 ? [{ value: 'tenant', label: 'user' }] : []),
      ],
    },
    {
      name: 'unit',
      label: 'As',
      options: [
        { value: 'share', label: 'share' },
        { value: 'hours', label: 'core-hours' },
      ],
    },
  ],
  draw({ facts, shown }, view) {
    const by = view.chosen.by === 'tenant' ? 'tenant' : 'level';
    const labels = shown.map((run) => run.facts.label);
    const all = partsOf(facts, by);
    const some = all.filter(({ label }) => labels.includes(label));
    const parts = some.length > 0 ? some : all;
    const asShare = view.chosen.unit !== 'hours';
    return {
      traces: tracesOf(parts, asShare, view),
      layout: layoutOf(parts, asShare, view),
      height: 120 + 30 * parts.length,
      sentence: sentenceOf(all, by),
      table: () => tableOf(all, by),
    };
  },
};

/** What one manager was given, or what was held for one user, over the runs of one contender. */
export interface Part {
  readonly label: string;
  readonly name: string;
  /** [core-hours], means over the runs; `idle` beside the purposes, without what was passed on. */
  readonly hours: ReadonlyMap<string, number>;
  readonly passed: number;
}

const METRIC = { level: 'node-time', tenant: 'node-time-by-tenant' } as const;
/** Work first, then what the others are for, and last what nobody used. */
const ORDER = [
  'useful',
  'slow-down',
  'unrequested',
  'start-up',
  'rendezvous',
  'tail',
  'grace',
  'carrier',
  'badput',
  'orphan',
  'idle',
];
const KNOWN = new Set<string>([...PURPOSES, 'idle', 'offered']);

/** Means over all runs of each contender, in the order of the labels. */
export function partsOf({ labels, runs }: Pick<ReportFacts, 'labels' | 'runs'>, by: 'level' | 'tenant'): Part[] {
  return labels.flatMap((label) => {
    const own = runs.filter((run) => run.label === label);
    const names = [...new Set(own.flatMap((run) => namesOf(run, METRIC[by])))];
    const parts = names.map((name): Part => {
      const mean = (what: string) =>
        own.reduce((sum, run) => sum + (run.figures[`${METRIC[by]}.${name}.${what}`] ?? 0), 0) / own.length;
      const hours = new Map(ORDER.flatMap((what) => (mean(what) > 0 ? [[what, mean(what)] as const] : [])));
      return { label, name, hours, passed: mean(PURPOSES[PASSED]) };
    });
    // Who has no nodes only hands on work.
    return parts.filter(({ hours }) => hours.size > 0);
  });
}

function namesOf({ figures }: RunFacts, metric: string): string[] {
  return Object.keys(figures).flatMap((key) => {
    if (!key.startsWith(`${metric}.`)) return [];
    const rest = key.slice(metric.length + 1);
    const end = rest.lastIndexOf('.');
    return end > 0 && KNOWN.has(rest.slice(end + 1)) ? [rest.slice(0, end)] : [];
  });
}

const totalOf = ({ hours }: Part) => [...hours.values()].reduce((sum, amount) => sum + amount, 0);

/** Colour by what kind of thing it is: work, waste of work, overhead, nobody's. */
function colorOf(what: string, { diverging, series, grid, muted }: View['theme']): string {
  if (what === 'useful') return series[3];
  if (what === 'badput' || what === 'orphan') return what === 'badput' ? series[2] : series[4];
  if (what === 'idle') return grid;
  const overhead = ['slow-down', 'unrequested', 'start-up', 'rendezvous', 'tail', 'grace', 'carrier'];
  return [series[5], muted, series[1], series[6], diverging[5], diverging[1], diverging[2]][overhead.indexOf(what)] ?? muted;
}

const PATTERNS: Readonly<Record<string, string>> = { badput: '/', orphan: 'x', rendezvous: '\\', tail: '.', grace: '-' };

function tracesOf(parts: readonly Part[], asShare: boolean, { theme }: View): Figure['traces'] {
  return ORDER.filter((what) => parts.some(({ hours }) => hours.has(what))).map((what) => ({
    type: 'bar',
    orientation: 'h',
    name: what,
    y: parts.map((_, index) => index),
    x: parts.map((part) => (part.hours.get(what) ?? 0) / (asShare ? totalOf(part) || 1 : 1)),
    marker: { color: colorOf(what, theme), pattern: { shape: PATTERNS[what] ?? '', size: 6, solidity: 0.3 }, line: { width: 0 } },
    customdata: parts.map((part) => hoverText(part, what)),
    hovertemplate: '%{customdata}<extra></extra>',
  }));
}

function hoverText(part: Part, what: string): string {
  const amount = part.hours.get(what) ?? 0;
  const passed = part.passed > 0 ? `<br>beside ${part.passed.toFixed(1)} core-hours that it passed on` : '';
  return `${chartText(part.label)}, ${chartText(part.name)}<br>${what}: ${amount.toFixed(2)} core-hours (${percent(amount / (totalOf(part) || 1))})${passed}`;
}

function layoutOf(parts: readonly Part[], asShare: boolean, { theme, width }: View): Record<string, unknown> {
  const most = width < 500 ? 14 : 30;
  return {
    barmode: 'stack',
    bargap: 0.25,
    xaxis: {
      title: { text: asShare ? (width < 500 ? 'share of what it kept' : 'share of what it was given and kept') : 'core-hours' },
      ...(asShare && { tickformat: '.0%', range: [0, 1] }),
      gridcolor: theme.grid,
      zeroline: false,
      fixedrange: true,
    },
    yaxis: {
      tickvals: parts.map((_, index) => index),
      ticktext: parts.map(({ label, name }) => `${chartText(label, most)} · ${chartText(name, 14)} `),
      autorange: 'reversed',
      automargin: true,
      fixedrange: true,
      tickfont: { size: width < 500 ? 10 : 12 },
    },
    showlegend: true,
    legend: { orientation: 'h', x: 0, y: 1.02, yanchor: 'bottom', traceorder: 'normal', font: { color: theme.ink } },
    hovermode: 'closest',
  };
}

/** Losses below this would be written as 0.00 % [ratio]. */
const TOLD = 0.00005;

function sentenceOf(parts: readonly Part[], by: 'level' | 'tenant'): string {
  const labels = [...new Set(parts.map(({ label }) => label))];
  const words = labels.slice(0, 6).map((label) => {
    const own = parts.filter((part) => part.label === label);
    const total = own.reduce((sum, part) => sum + totalOf(part), 0);
    const of = (what: string) => own.reduce((sum, { hours }) => sum + (hours.get(what) ?? 0), 0) / total;
    const waste = ORDER.filter((what) => what !== 'useful' && of(what) >= TOLD).sort((a, b) => of(b) - of(a))[0];
    return `${label} turns ${percent(of('useful'))} into work${waste === undefined ? '' : ` and loses most to ${waste} (${percent(of(waste))})`}`;
  });
  const rest = labels.length > words.length ? `; ${labels.length - words.length} more are in the data` : '';
  const of = by === 'level' ? 'all that its nodes offered' : 'what was held for its users';
  return `Of ${of}, ${listed(words)}${rest}. Means over all runs; what one manager passes on to another stands there only.`;
}

function tableOf(parts: readonly Part[], by: 'level' | 'tenant'): DataTable {
  return {
    header: [
      'policy',
      by === 'level' ? 'manager' : 'user',
      ...ORDER.map((what) => `${what.replaceAll('-', '_')}_core_hours`),
      'passed_on_core_hours',
    ],
    rows: parts.map((part) => [part.label, part.name, ...ORDER.map((what) => part.hours.get(what) ?? 0), part.passed]),
  };
}
