/** Which figures the table of an experiment shows. */
import type { PointSummary } from '../experiment/point-folder.ts';
import { figureName, figuresOf } from '../experiment/results-csv.ts';

/** What fits most experiments. */
const FIGURES = ['wait.mean', 'wait.p95', 'bounded-slowdown.mean', 'utilization', 'makespan'];
/** Wider than this no terminal shows it in a line. */
const COLUMNS = 8;

export interface FigureWishes {
  /** Names of figures. */
  readonly figures?: readonly string[];
  /** Names of metrics, of each of which the main figure is shown. */
  readonly metrics?: readonly string[];
}

export interface TableFigures {
  readonly shown: readonly string[];
  /** Metrics that were asked for and have no column. */
  readonly left: readonly string[];
}

/** Those asked for, else one of each metric asked for, else those that fit most experiments. */
export function tableFigures(summaries: readonly PointSummary[], { figures = [], metrics = [] }: FigureWishes): TableFigures {
  const names = new Set(summaries.flatMap((summary) => [...figuresOf(summary)].map(figureName)));
  if (figures.length === 0 && metrics.length > 0) return ofMetrics(metrics, names);
  const wanted = (figures.length > 0 ? figures : FIGURES).filter((name) => names.has(name));
  return { shown: wanted.length > 0 ? wanted : oneOfEachMetric(names), left: [] };
}

/** In the order of the metrics; where there are too many, second figures of a metric go first, then the last metrics. */
function ofMetrics(metrics: readonly string[], names: ReadonlySet<string>): TableFigures {
  const main = metrics.flatMap((metric) => mainFigure(metric, names) ?? []);
  const second = FIGURES.filter((name) => !main.includes(name) && names.has(name) && metrics.includes(metricOf(name)));
  const kept = [...main, ...second].slice(0, COLUMNS);
  const shown = metrics.flatMap((metric) => kept.filter((name) => metricOf(name) === metric));
  return { shown, left: metrics.filter((metric) => !shown.some((name) => metricOf(name) === metric)) };
}

/** None of a pure breakdown, which has a figure for each of its groups. */
function mainFigure(metric: string, names: ReadonlySet<string>): string | undefined {
  return [`${metric}.mean`, metric].find((name) => names.has(name));
}

/** Where an experiment measures nothing of what fits most: its own metrics, each by its mean if there is one. */
function oneOfEachMetric(names: ReadonlySet<string>): string[] {
  const metrics = new Set([...names].map(metricOf));
  metrics.delete('jobs');
  const figures = [...metrics].map(
    (metric) => mainFigure(metric, names) ?? [...names].find((name) => metricOf(name) === metric) ?? metric,
  );
  return figures.slice(0, FIGURES.length);
}

function metricOf(figure: string): string {
  return figure.split('.')[0];
}
