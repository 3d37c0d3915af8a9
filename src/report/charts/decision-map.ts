import type { ChartData, ChartSpec, Choice, DataTable, Figure, View } from '../chart.ts';
import { chartText } from '../chart-text.ts';
import type { DecidedCell, DecidedFigure, DecisionFacts, ReportFacts } from '../model.ts';
import { listed, percent, quantity } from '../number-text.ts';
import { colorOf } from '../theme.ts';
import { countOf } from '../../units.ts';

export const decisionMap: ChartSpec = {
  name: 'decision-map',
  title: 'Decision map',
  question: 'Which one is best under which conditions, by how much, and how sure is that?',
  isThere: ({ facts }) => facts.decisions !== undefined,
  choices: ({ facts }) => (facts.decisions === undefined ? [] : choicesOf(facts.decisions)),
  draw({ facts }, view) {
    const { decisions } = facts;
    if (decisions === undefined) throw new Error('a decision map without decisions was to be drawn');
    const picture = pictureOf(decisions, view.chosen);
    return {
      traces: tracesOf(facts, picture, view),
      layout: layoutOf(picture, view),
      height: 110 + Math.max(1, picture.rows.length) * CELL_HEIGHT,
      sentence: sentenceOf(facts, picture),
      table: () => tableOf(facts, picture),
    };
  },
};

/** [pixels] */
const CELL_HEIGHT = 74;
/** From here on a winner counts as sure, and as likely [ratio]. */
const SURE = 0.95;
const LIKELY = 0.8;
/** Margins below this hardly matter, however sure they are [ratio]. */
const MATTERS = 0.05;
/** Margins below this are written as nothing: nobody wins by that [ratio]. */
const LEVEL = 0.00005;
const NO_AXIS = '-';

/** The part of the map that is drawn: two axes, the others held at one value. */
interface Picture {
  readonly figure: DecidedFigure;
  readonly axes: DecisionFacts['axes'];
  /** Index of the axis across; of that up, or -1. */
  readonly x: number;
  readonly y: number;
  readonly rows: readonly string[];
  /** Held, by axis; -1 for the two that are drawn. */
  readonly held: readonly number[];
  readonly cells: readonly DecidedCell[];
}

function choicesOf({ axes, figures }: DecisionFacts): Choice[] {
  const names = axes.map(({ name }) => ({ value: name, label: name }));
  const up = [...names.slice(1), ...names.slice(0, 1), { value: NO_AXIS, label: 'nothing' }];
  return [
    { name: 'figure', label: 'Best by', options: figures.map(({ name, label }) => ({ value: name, label })) },
    { name: 'x', label: 'Across', options: names },
    { name: 'y', label: 'Up', options: axes.length > 1 ? up : up.slice(-1) },
    ...(axes.length > 2 ? axes : []).map(({ name, values }) => ({
      name: `at.${name}`,
      label: `${name}, if not drawn`,
      options: values.map((value) => ({ value, label: value })),
    })),
  ];
}

function pictureOf({ axes, figures }: DecisionFacts, chosen: View['chosen']): Picture {
  const named = (name: string | undefined) => axes.findIndex((axis) => axis.name === name);
  const figure = figures.find(({ name }) => name === chosen.figure) ?? figures[0];
  const x = Math.max(0, named(chosen.x));
  const wished = chosen.y === NO_AXIS ? -1 : named(chosen.y);
  const other = axes.findIndex((_, axis) => axis !== x);
  const y = chosen.y === NO_AXIS ? -1 : wished < 0 || wished === x ? other : wished;
  const held = axes.map(({ name, values }, axis) =>
    axis === x || axis === y ? -1 : Math.max(0, values.indexOf(chosen[`at.${name}`] ?? '')),
  );
  const cells = figure.cells.filter(({ at }) => held.every((value, axis) => value < 0 || at[axis] === value));
  return { figure, axes, x, y, rows: y < 0 ? [''] : axes[y].values, held, cells };
}

/** One trace a winner: a bar is a cell, since only bars can be hatched. */
function tracesOf({ labels }: ReportFacts, picture: Picture, view: View): Figure['traces'] {
  const winners = [...new Set(picture.cells.map(({ winner }) => winner))].sort((a, b) => a - b);
  return winners.map((winner) => {
    const cells = picture.cells.filter((cell) => cell.winner === winner);
    const color = winner < 0 ? view.theme.grid : colorOf(view.theme, winner);
    return {
      type: 'bar',
      name: winner < 0 ? 'nobody' : chartText(labels[winner]),
      x: cells.map(({ at }) => at[picture.x]),
      y: cells.map(() => 0.94),
      base: cells.map(({ at }) => rowOf(at, picture) - 0.47),
      width: 0.96,
      marker: {
        color: cells.map((cell) => withOpacity(color, opacityOf(cell))),
        line: { color, width: 1.5 },
        pattern: { shape: cells.map(hatchOf), fgcolor: color, size: 9, solidity: 0.1, fillmode: 'overlay' },
      },
      text: cells.map((cell) => cellText(cell, labels, view.width / picture.axes[picture.x].values.length)),
      textposition: 'inside',
      insidetextanchor: 'middle',
      textangle: 0,
      constraintext: 'none',
      insidetextfont: { color: view.theme.ink, size: view.width < 500 ? 10 : 12 },
      customdata: cells.map((cell) => hoverText(cell, labels, picture)),
      hovertemplate: '%{customdata}<extra></extra>',
    };
  });
}

const rowOf = (at: readonly number[], { y }: Picture) => (y < 0 ? 0 : at[y]);

/** It wins under nearly all redrawn seeds, and its interval says so too: few seeds redrawn are surer than they should be. */
function isSure({ confidence, conclusion }: DecidedCell): boolean {
  return confidence !== null && confidence >= SURE && conclusion !== 'undecided';
}

/** The less sure, the fainter; and hatched, for those who see no colours. */
function opacityOf(cell: DecidedCell): number {
  const { confidence, winner } = cell;
  if (winner < 0 || confidence === null) return 0.12;
  return isSure(cell) ? 0.55 : confidence >= LIKELY ? 0.3 : 0.12;
}

function hatchOf(cell: DecidedCell): string {
  const { confidence, winner } = cell;
  if (winner < 0) return 'x';
  return isSure(cell) ? '' : confidence !== null && confidence >= LIKELY ? '/' : '.';
}

function withOpacity(color: string, opacity: number): string {
  const part = (from: number) => parseInt(color.slice(from, from + 2), 16);
  return `rgba(${part(1)},${part(3)},${part(5)},${opacity})`;
}

/** Pixels that a letter of a cell takes. */
const LETTER = 7.5;

function cellText({ winner, margin }: DecidedCell, labels: readonly string[], width: number): string {
  if (winner < 0) return 'nobody';
  const name = chartText(labels[winner], Math.max(5, Math.floor(width / LETTER)));
  return `<b>${name}</b><br>${marginText(margin)}`;
}

function marginText(margin: number | null): string {
  return margin === null ? 'alone' : isLevel(margin) ? 'level with the next' : `by ${percent(margin)}`;
}

function isLevel(margin: number | null): boolean {
  return margin !== null && margin < LEVEL;
}

function hoverText(cell: DecidedCell, labels: readonly string[], { axes, figure }: Picture): string {
  const { at, winner, second, margin, low, high, confidence, means } = cell;
  const conditions = axes.map(({ name, values }, axis) => `${chartText(name)} = ${chartText(values[at[axis]])}`).join('<br>');
  if (winner < 0) return `${conditions}<br>nobody completed all jobs`;
  const value = (index: number) => `${chartText(labels[index])}: ${quantity(means[index], figure.unit)}`;
  if (second < 0) return `${conditions}<br>${value(winner)}<br>no other completed all jobs`;
  const interval = low === null || high === null ? '' : ` [${percent(low)}, ${percent(high)}]`;
  const sure = confidence === null ? '' : `<br>wins under ${percent(confidence)} of redrawn seeds`;
  return `${conditions}<br>${value(winner)}<br>${value(second)}<br>better by ${margin === null ? '-' : percent(margin)}${interval}${sure}`;
}

function layoutOf({ axes, x, y, rows }: Picture, { theme, width }: View): Record<string, unknown> {
  const across = axes[x].values;
  const axis = { zeroline: false, showgrid: false, fixedrange: true, automargin: true };
  const ticks = (values: readonly string[], most: number) => ({
    tickvals: values.map((_, index) => index),
    // The one row of a map of one axis has no name.
    ticktext: values.map((value) => (value === '' ? '' : chartText(value, most))),
    range: [-0.5, values.length - 0.5],
  });
  return {
    barmode: 'overlay',
    xaxis: {
      ...axis,
      ...ticks(across, Math.max(6, Math.floor(width / across.length / LETTER))),
      title: { text: chartText(axes[x].name) },
    },
    yaxis: { ...axis, ...ticks(rows, width < 500 ? 8 : 20), title: { text: y < 0 ? '' : chartText(axes[y].name) } },
    plot_bgcolor: theme.paper,
    showlegend: true,
    hovermode: 'closest',
  };
}

function sentenceOf({ labels }: ReportFacts, { figure, axes, held, cells }: Picture): string {
  const conditions = held.flatMap((value, axis) => (value < 0 ? [] : [`${axes[axis].name} ${axes[axis].values[value]}`]));
  const drawn = winsText(cells, labels);
  const all =
    figure.cells.length > cells.length ? ` Over all ${figure.cells.length} combinations: ${winsText(figure.cells, labels)}.` : '';
  const where = conditions.length === 0 ? '' : ` (${listed(conditions)})`;
  return `By ${figure.label}${where}, ${drawn}.${all} Hatched and faint: less sure than 95 %. Who left jobs undone cannot win.`;
}

function winsText(cells: readonly DecidedCell[], labels: readonly string[]): string {
  const wins = labels.map((label, index) => {
    const own = cells.filter(({ winner, margin }) => winner === index && !isLevel(margin));
    const sure = own.filter(isSure).length;
    const large = own.filter(({ margin }) => margin !== null && margin >= MATTERS).length;
    return { label, count: own.length, sure, large };
  });
  const winners = wins.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
  const nobody = cells.filter(({ winner }) => winner < 0).length;
  const words = winners.map(
    ({ label, count, sure, large }) => `${label} wins ${countOf(count, 'cell')} (${sure} surely, ${large} by 5 % or more)`,
  );
  const level = cells.filter(({ margin }) => isLevel(margin)).length;
  const rest = [
    ...(nobody === 0 ? [] : [`nobody ${nobody}`]),
    ...(level === 0 ? [] : [`in ${countOf(level, 'cell')} the first two are level`]),
  ];
  return listed([...words, ...rest]);
}

function tableOf({ labels }: ReportFacts, { axes, figure }: Picture): DataTable {
  const name = (index: number) => (index < 0 ? '' : labels[index]);
  return {
    header: [
      ...axes.map((axis) => axis.name),
      'figure',
      'winner',
      'second',
      'margin',
      'margin_low',
      'margin_high',
      'confidence',
      'conclusion',
      'seeds',
      ...labels,
    ],
    rows: figure.cells.map((cell) => [
      ...cell.at.map((value, axis) => axes[axis].values[value]),
      figure.name,
      name(cell.winner),
      name(cell.second),
      ...[cell.margin, cell.low, cell.high, cell.confidence].map((value) => value ?? ''),
      cell.conclusion,
      cell.seeds,
      ...cell.means.map((mean) => mean ?? ''),
    ]),
  };
}

/** For tests: the cells that are drawn for these choices. */
export function drawnCells({ facts }: Pick<ChartData, 'facts'>, chosen: View['chosen']): readonly DecidedCell[] {
  return facts.decisions === undefined ? [] : pictureOf(facts.decisions, chosen).cells;
}
