import type { ChartSpec, DataTable, Figure, View } from '../chart.ts';
import { chartText } from '../chart-text.ts';
import type { ReportFacts, RunFacts } from '../model.ts';
import { quantity } from '../number-text.ts';
import { byNumberOrText, figureOf, meanOf, sweepFigure, sweepFigures, variedIn } from '../sweep-points.ts';
import type { SweepFigure, Varied } from '../sweep-points.ts';
import { colorScale } from '../theme.ts';
import { countOf } from '../../units.ts';

export const outcomeMap: ChartSpec = {
  name: 'outcome-map',
  title: 'Outcome by two settings',
  question: 'Where do settings together bring about what neither does alone?',
  isThere: ({ facts }) => axesOf(facts).length > 1,
  choices({ facts }) {
    const axes = axesOf(facts);
    const options = axes.map(({ name, label }) => ({ value: name, label: shortLabel(label) }));
    return [
      { name: 'figure', label: 'Figure', options: sweepFigures(facts).map(({ value, label }) => ({ value, label })) },
      { name: 'x', label: 'Across', options },
      { name: 'y', label: 'Up', options: [...options.slice(1), ...options.slice(0, 1)] },
      ...(axes.length > 2 ? axes : []).map((axis) => ({
        name: `at.${axis.name}`,
        label: `${shortLabel(axis.label)}, if not drawn`,
        options: valuesOf(facts, axis).map((value) => ({ value, label: value })),
      })),
    ];
  },
  draw({ facts }, view) {
    const map = mapOf(facts, view.chosen);
    return {
      traces: [traceOf(map, view)],
      layout: layoutOf(map, view),
      height: 130 + 44 * map.rows.length,
      sentence: sentenceOf(map),
      table: () => tableOf(map),
    };
  },
};

/** What was varied within one policy, or of its conditions. */
function axesOf(facts: ReportFacts): Varied[] {
  // Axes of policies are settings too: their parameters say the same.
  return variedIn(facts).filter(({ name }) => /^(parameter|setting)\.(?!policy\.)/.test(name));
}

const shortLabel = (label: string) => label.split('.').at(-1) ?? label;

function valuesOf({ runs }: Pick<ReportFacts, 'runs'>, { of }: Varied): string[] {
  return [...new Set(runs.flatMap((run) => of(run) ?? []))].sort(byNumberOrText);
}

interface OutcomeMap {
  readonly figure: SweepFigure;
  readonly x: Varied;
  readonly y: Varied;
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  /** By row and column; NaN = no run has the figure. */
  readonly means: readonly (readonly number[])[];
  readonly runs: readonly (readonly number[])[];
}

export function mapOf(facts: ReportFacts, chosen: View['chosen']): OutcomeMap {
  const axes = axesOf(facts);
  const x = axes.find(({ name }) => name === chosen.x) ?? axes[0];
  const y = axes.find((axis) => axis.name === chosen.y && axis !== x) ?? axes.find((axis) => axis !== x) ?? axes[0];
  const held = axes.filter((axis) => axis !== x && axis !== y);
  const runs = facts.runs.filter((run) =>
    held.every((axis) => isAt(run, axis, chosen[`at.${axis.name}`] ?? valuesOf(facts, axis)[0])),
  );
  const figure = sweepFigure(facts, chosen.figure, 'wait.mean');
  const columns = valuesOf({ runs }, x);
  const rows = valuesOf({ runs }, y);
  const cells = rows.map((row) => columns.map((column) => runs.filter((run) => x.of(run) === column && y.of(run) === row)));
  return {
    figure,
    x,
    y,
    columns,
    rows,
    means: cells.map((row) => row.map((own) => meanOf(own.map((run) => figureOf(run, figure.value))))),
    runs: cells.map((row) => row.map((own) => own.length)),
  };
}

/** A contender that does not have the setting is held back by none. */
function isAt(run: RunFacts, { of }: Varied, value: string): boolean {
  const own = of(run);
  return own === undefined || own === value;
}

function cellText(mean: number, runs: number, unit: string): string {
  return runs === 0 ? '' : Number.isNaN(mean) ? 'never' : quantity(mean, unit);
}

function traceOf({ figure, columns, rows, means, runs }: OutcomeMap, { theme, width }: View): Figure['traces'][number] {
  const known = means.flat().filter((mean) => !Number.isNaN(mean));
  return {
    type: 'heatmap',
    x: columns.map((_, index) => index),
    y: rows.map((_, index) => index),
    z: means.map((row) => row.map((mean) => (Number.isNaN(mean) ? null : mean))),
    zmin: Math.min(...known),
    zmax: Math.max(...known),
    colorscale: colorScale(theme.sequential.slice(0, 5)),
    showscale: false,
    xgap: 2,
    ygap: 2,
    text: means.map((row, y) => row.map((mean, x) => (Number.isNaN(mean) ? '' : cellText(mean, runs[y][x], figure.unit)))),
    texttemplate: width / columns.length > 44 ? '%{text}' : '',
    textfont: { size: width < 500 ? 9 : 11 },
    customdata: means.map((row, y) =>
      row.map(
        (mean, x) =>
          `${chartText(columns[x])}, ${chartText(rows[y])}: ${cellText(mean, runs[y][x], figure.unit)} (${countOf(runs[y][x], 'run')})`,
      ),
    ),
    hovertemplate: '%{customdata}<extra></extra>',
    hoverongaps: true,
  };
}

function layoutOf({ x, y, columns, rows, means, runs }: OutcomeMap, { theme, width }: View): Record<string, unknown> {
  const axis = { zeroline: false, showgrid: false, fixedrange: true, automargin: true };
  const ticks = (values: readonly string[]) => ({
    tickvals: values.map((_, at) => at),
    ticktext: values.map((value) => chartText(value, 14)),
  });
  // A cell without a value is no colour: it is crossed out.
  const never = means.flatMap((row, up) =>
    row.flatMap((mean, across) => (Number.isNaN(mean) && runs[up][across] > 0 ? [{ across, up }] : [])),
  );
  return {
    xaxis: { ...axis, ...ticks(columns), title: { text: chartText(shortLabel(x.label)) } },
    yaxis: { ...axis, ...ticks(rows), title: { text: chartText(shortLabel(y.label)) } },
    annotations: never.map(({ across, up }) => ({
      x: across,
      y: up,
      text: width / columns.length > 44 ? '✕ never' : '✕',
      showarrow: false,
      font: { color: theme.ink, size: width < 500 ? 9 : 11 },
    })),
    showlegend: false,
    hovermode: 'closest',
  };
}

function sentenceOf({ figure, x, y, columns, rows, means, runs }: OutcomeMap): string {
  const cells = means.flatMap((row, up) =>
    row.map((mean, across) => ({ mean, where: `${columns[across]}, ${rows[up]}`, runs: runs[up][across] })),
  );
  const there = cells.filter((cell) => cell.runs > 0);
  const known = there.filter(({ mean }) => !Number.isNaN(mean)).sort((a, b) => a.mean - b.mean);
  const never = there.length - known.length;
  const [least, most] = [known[0], known[known.length - 1]];
  const range =
    known.length === 0
      ? ''
      : ` It lies between ${quantity(least.mean, figure.unit)} (${least.where}) and ${quantity(most.mean, figure.unit)} (${most.where}).`;
  const none =
    never === 0 ? '' : ` In ${countOf(never, 'cell')} of ${there.length} no run has it: what it measures never happened.`;
  return `The ${figure.label} by ${shortLabel(x.label)} and ${shortLabel(y.label)}.${range}${none}`;
}

function tableOf({ figure, x, y, columns, rows, means, runs }: OutcomeMap): DataTable {
  return {
    header: [x.label, y.label, 'runs', figure.value],
    rows: rows.flatMap((row, up) =>
      columns.map((column, across) => [column, row, runs[up][across], Number.isNaN(means[up][across]) ? '' : means[up][across]]),
    ),
  };
}
