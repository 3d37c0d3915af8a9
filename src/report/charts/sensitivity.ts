import type { ChartSpec, DataTable, Figure, View } from '../chart.ts';
import { chartText } from '../chart-text.ts';
import type { ReportFacts, RunFacts } from '../model.ts';
import { changeText, listed, quantity } from '../number-text.ts';
import { byNumberOrText, figureOf, isSweep, meanOf, sweepFigure, sweepFigures, variedIn } from '../sweep-points.ts';
import type { SweepFigure, Varied } from '../sweep-points.ts';
import { colorOf, dashOf, symbolOf } from '../theme.ts';
import { countOf } from '../../units.ts';

export const sensitivity: ChartSpec = {
  name: 'sensitivity',
  title: 'Sensitivity',
  question: 'How much does the result depend on what was varied?',
  isThere: (data) => isSweep(data) && variedIn(data.facts).length > 0,
  choices: ({ facts }) => [
    { name: 'varied', label: 'Varied', options: variedIn(facts).map(({ name, label }) => ({ value: name, label })) },
    { name: 'figure', label: 'Figure', options: sweepFigures(facts).map(({ value, label }) => ({ value, label })) },
  ],
  draw({ facts }, view) {
    const varied = variedIn(facts).find(({ name }) => name === view.chosen.varied) ?? variedIn(facts)[0];
    const figure = sweepFigure(facts, view.chosen.figure, 'wait.mean');
    const series = seriesOf(facts, varied, figure);
    const values = valuesOf(facts, varied);
    return {
      traces: series.map((one, index) => traceOf(one, styleOf(facts, one, index), values, figure, view)),
      layout: {
        xaxis: {
          ...valueTicks(values, view.width),
          range: [-0.4, values.length - 0.6],
          zeroline: false,
          title: { text: chartText(varied.label) },
          gridcolor: view.theme.grid,
          fixedrange: true,
        },
        yaxis: {
          title: { text: figure.unit === 's' ? `${figure.label} [h]` : figure.label },
          gridcolor: view.theme.grid,
          zeroline: false,
          fixedrange: true,
          rangemode: 'tozero',
          ...(figure.unit === 'share' && { tickformat: '.0%' }),
        },
        showlegend: series.length > 1,
        hovermode: 'closest',
      },
      height: 360,
      sentence: sentenceOf(series, varied, figure),
      table: () => tableOf(facts, varied, figure),
    };
  },
};

/** That which the policy has in the other charts, if the series is one policy with one setting. */
function styleOf({ labels }: ReportFacts, { policy }: Series, index: number): number {
  const style = labels.indexOf(policy);
  return style < 0 ? index : style;
}

/** Pixels that the name of a value needs. */
const TICK = 90;

/** As many of the values as can be read. */
function valueTicks(values: readonly string[], width: number): Record<string, unknown> {
  const each = Math.ceil(values.length / Math.max(2, Math.floor(width / TICK)));
  const shown = values.map((_, index) => index).filter((index) => index % each === 0);
  return { tickvals: shown, ticktext: shown.map((index) => chartText(values[index], 14)) };
}

/** The runs of one policy, by what was varied. */
export interface Series {
  readonly policy: string;
  readonly points: readonly SeriesPoint[];
}

export interface SeriesPoint {
  readonly value: string;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly runs: number;
}

function valuesOf({ runs }: ReportFacts, { of }: Varied): string[] {
  return [...new Set(runs.flatMap((run) => of(run) ?? []))].sort(byNumberOrText);
}

/** For each policy and value the mean over all runs that have it, and the smallest and largest of them. */
export function seriesOf(facts: ReportFacts, varied: Varied, figure: SweepFigure): Series[] {
  const nameOf = varied.name.startsWith('parameter.') ? (run: RunFacts) => run.policy : (run: RunFacts) => run.label;
  const policies = [...new Set(facts.runs.map(nameOf))];
  const all = policies.map((policy) => {
    const own = facts.runs.filter((run) => nameOf(run) === policy);
    const points = valuesOf(facts, varied).flatMap((value) => {
      const found = own.filter((run) => varied.of(run) === value).map((run) => figureOf(run, figure.value));
      const present = found.filter((one) => !Number.isNaN(one));
      if (present.length === 0) return [];
      return [{ value, mean: meanOf(present), low: Math.min(...present), high: Math.max(...present), runs: present.length }];
    });
    return { policy, points };
  });
  return all.filter(({ points }) => points.length > 1);
}

function traceOf(
  { policy, points }: Series,
  style: number,
  values: readonly string[],
  { unit }: SweepFigure,
  { theme }: View,
): Figure['traces'][number] {
  const scale = unit === 's' ? 3600 : 1;
  const color = colorOf(theme, style);
  return {
    type: 'scatter',
    mode: 'lines+markers',
    name: chartText(policy),
    x: points.map(({ value }) => values.indexOf(value)),
    y: points.map(({ mean }) => mean / scale),
    error_y: {
      type: 'data',
      symmetric: false,
      array: points.map(({ mean, high }) => (high - mean) / scale),
      arrayminus: points.map(({ mean, low }) => (mean - low) / scale),
      color,
      thickness: 1,
      width: 3,
    },
    customdata: points.map(
      ({ value, mean, low, high, runs }) =>
        `${chartText(value)}: ${quantity(mean, unit)} (${quantity(low, unit)} to ${quantity(high, unit)}, ${countOf(runs, 'run')})`,
    ),
    hovertemplate: '%{customdata}',
    line: { color, dash: dashOf(style), width: 1.8 },
    marker: { color, symbol: symbolOf(style), size: 8 },
  };
}

function sentenceOf(series: readonly Series[], { label }: Varied, figure: SweepFigure): string {
  if (series.length === 0) return `No policy has two values of ${label} with a ${figure.label}.`;
  const words = series.slice(0, 4).map(({ policy, points }) => {
    const best = points.reduce((a, b) => (isBetter(b.mean, a.mean, figure) ? b : a));
    const worst = points.reduce((a, b) => (isBetter(a.mean, b.mean, figure) ? b : a));
    const apart = best.mean === 0 ? '' : `, ${changeText((worst.mean - best.mean) / Math.abs(best.mean))}`;
    return `${policy} is best at ${best.value} (${quantity(best.mean, figure.unit)}) and worst at ${worst.value} (${quantity(worst.mean, figure.unit)}${apart})`;
  });
  const more = series.length > 4 ? `; ${series.length - 4} more are drawn` : '';
  return `Over ${label}, the ${figure.label} of ${listed(words)}${more}. Bars span the smallest and largest of the runs at each point.`;
}

function isBetter(a: number, b: number, { better }: SweepFigure): boolean {
  return better === 'lower' ? a < b : a > b;
}

function tableOf(facts: ReportFacts, varied: Varied, figure: SweepFigure): DataTable {
  const rows = seriesOf(facts, varied, figure).flatMap(({ policy, points }) =>
    points.map(({ value, mean, low, high, runs }) => [policy, value, runs, mean, low, high]),
  );
  const unit = figure.unit === 's' ? '_s' : '';
  return { header: ['policy', varied.label, 'runs', `mean${unit}`, `lowest${unit}`, `highest${unit}`], rows };
}
