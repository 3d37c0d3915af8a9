/** Who wins under which conditions: made of the runs of a sweep that were repeated with several seeds. */
import { decideCells } from '../experiment/statistics/index.ts';
import type { ComparedFigure, Decision, DecisionCell } from '../experiment/statistics/index.ts';
import type { Run } from '../results/read.ts';
import type { DecidedCell, DecidedFigure, DecisionFacts } from './model.ts';

interface Decidable extends ComparedFigure {
  readonly label: string;
  readonly better: 'lower' | 'higher';
}

/** What is decided on, the most telling first. */
const FIGURES: readonly Decidable[] = [
  { name: 'visible-stretch', figure: 'geometric-mean', label: 'visible stretch', unit: 'ratio', better: 'lower' },
  { name: 'wait', figure: 'mean', label: 'mean wait', unit: 's', better: 'lower' },
  { name: 'wait', figure: 'p95', label: 'p95 wait', unit: 's', better: 'lower' },
  { name: 'bounded-slowdown', figure: 'mean', label: 'mean bounded slowdown', unit: 'ratio', better: 'lower' },
  { name: 'node-time', figure: 'useful', label: 'useful share of node time', unit: 'share', better: 'higher' },
  { name: 'utilization', label: 'utilization', unit: 'share', better: 'higher' },
  { name: 'makespan', label: 'makespan', unit: 's', better: 'lower' },
];

/** Of the figures above, those that the page takes: cells are many, and a reader has few questions [count]. */
const MOST_FIGURES = 4;

/** Undefined unless at least two contenders met under at least two conditions with at least two seeds. */
export function decisionFacts(runs: readonly Run[], labels: readonly string[]): DecisionFacts | undefined {
  const axes = axesOf(runs);
  const cells = cellsOf(runs, labels, axes);
  if (labels.length < 2 || axes.length === 0 || cells.length < 2 || cells.some(({ seeds }) => seeds.length < 2)) return undefined;
  const figures = FIGURES.map((figure) => decidedFigure(cells, labels, figure)).filter(isTelling);
  return figures.length === 0 ? undefined : { axes, figures: figures.slice(0, MOST_FIGURES) };
}

/** Settings that differ between conditions and not between the contenders that met under them. */
function axesOf(runs: readonly Run[]): { name: string; values: string[] }[] {
  const names = [...new Set(runs.flatMap(({ settings }) => Object.keys(settings)))];
  const axes = names.map((name) => ({ name, values: distinct(runs.map((run) => valueOf(run, name))) }));
  const ofConditions = axes.filter(
    ({ name, values }) => values.length > 1 && runs.every((run) => run.settings[name] !== undefined && inName(run, name)),
  );
  if (ofConditions.length > 0) return ofConditions;
  const workloads = distinct(runs.map(({ workload }) => workload));
  return workloads.length > 1 ? [{ name: 'workload', values: workloads }] : [];
}

/** Workloads and clusters bear the values of the axes that change them, by the last part of their names. */
function inName({ workload, cluster, settings }: Run, name: string): boolean {
  const pair = `${name.replace(/^generate\./, '')}=${String(settings[name])}`;
  return [workload, cluster].some((text) => (text.split(' @ ')[1] ?? '').split(',').includes(pair));
}

/** In the order of the runs, which is that of the scenario. */
function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
}

function valueOf(run: Run, axis: string): string {
  return axis === 'workload' ? run.workload : String(run.settings[axis]);
}

interface Cell {
  readonly name: string;
  readonly at: readonly number[];
  readonly seeds: readonly number[];
  /** By contender and seed; undefined = it was not run. */
  readonly runs: readonly (readonly (Run | undefined)[])[];
}

function cellsOf(runs: readonly Run[], labels: readonly string[], axes: DecisionFacts['axes']): Cell[] {
  const byPlace = new Map<string, Run[]>();
  for (const run of runs) {
    const place = axes.map(({ name, values }) => values.indexOf(valueOf(run, name))).join();
    const found = byPlace.get(place);
    if (found === undefined) byPlace.set(place, [run]);
    else found.push(run);
  }
  return [...byPlace].map(([place, own]) => {
    const seeds = [...new Set(own.map(({ seed }) => seed))].sort((a, b) => a - b);
    const of = (label: string, seed: number) => own.find((run) => run.label === label && run.seed === seed);
    return {
      name: place,
      at: place === '' ? [] : place.split(',').map(Number),
      seeds,
      runs: labels.map((label) => seeds.map((seed) => of(label, seed))),
    };
  });
}

function decidedFigure(cells: readonly Cell[], labels: readonly string[], figure: Decidable): DecidedFigure {
  const decidable = cells.map(({ name, runs }): DecisionCell => ({
    name,
    values: runs.map((own) => own.map((run) => figureOf(run, figure))),
  }));
  const decisions = decideCells(decidable, labels, figure);
  const { name, label, unit, better } = figure;
  return {
    name: figure.figure === undefined ? name : `${name}.${figure.figure}`,
    label,
    unit,
    better,
    cells: cells.map((cell, at) => decidedCell(cell, decisions[at])),
  };
}

/** Who leaves jobs undone may look good on the rest of them: it has no figure that could win. */
function figureOf(run: Run | undefined, { name, figure }: Decidable): number {
  if (run === undefined) return NaN;
  const { completed = 0, ...others } = run.summary.jobs;
  if (completed === 0 || Object.values(others).some((jobs) => jobs > 0)) return NaN;
  const metric = run.summary.metrics[name];
  return (figure === undefined ? metric?.value : metric?.figures[figure]?.value) ?? NaN;
}

function decidedCell(
  { at, seeds }: Cell,
  { means, winner, second, margin, low, high, confidence, conclusion }: Decision,
): DecidedCell {
  const rounded = (value: number) => (Number.isFinite(value) ? Number(value.toPrecision(6)) : null);
  return {
    at,
    means: means.map(rounded),
    winner,
    second,
    margin: rounded(margin),
    low: rounded(low),
    high: rounded(high),
    confidence: rounded(confidence),
    conclusion,
    seeds: seeds.length,
  };
}

/** At least two contenders have it somewhere, and not the same. */
function isTelling({ cells }: DecidedFigure): boolean {
  return cells.some(({ margin }) => margin !== null && margin !== 0);
}
