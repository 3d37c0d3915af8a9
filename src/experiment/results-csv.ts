/** results.csv: a row for each point and figure, for notebooks and spreadsheets. */
import { csvText } from '../results/csv.ts';
import type { ParameterValue } from '../parameters.ts';
import type { PointSummary } from './point-folder.ts';

/** A point, as the table names it. */
export interface ResultPoint {
  readonly key: string;
  readonly workload: string;
  readonly cluster: string;
  readonly policy: string;
  readonly seed: number;
  readonly axes: Readonly<Record<string, ParameterValue>>;
}

/** A figure of a point. */
export interface ResultFigure {
  readonly metric: string;
  /** Empty for the one number that stands for the metric. */
  readonly figure: string;
  readonly unit: string;
  /** NaN = not defined for this run. */
  readonly value: number;
}

/** A column for each axis of the sweep, between the policy and the seed. */
export function* resultsCsv(
  axes: readonly string[],
  points: Iterable<{ readonly point: ResultPoint; readonly summary: PointSummary }>,
): Generator<string> {
  yield `${['point', 'workload', 'cluster', 'policy', ...axes.map(csvText), 'seed', 'metric', 'figure', 'unit', 'value'].join(',')}\n`;
  for (const { point, summary } of points) {
    const names = [point.key, point.workload, point.cluster, point.policy, ...axes.map((axis) => String(point.axes[axis] ?? ''))];
    const head = [...names.map(csvText), point.seed].join(',');
    let text = '';
    for (const { metric, figure, unit, value } of figuresOf(summary)) {
      text += `${head},${csvText(metric)},${csvText(figure)},${csvText(unit)},${Number.isNaN(value) ? '' : value}\n`;
    }
    yield text;
  }
}

/** Every figure of a summary. */
export function* figuresOf({ jobs, metrics }: PointSummary): Generator<ResultFigure> {
  for (const [state, value] of Object.entries(jobs)) yield { metric: 'jobs', figure: state, unit: 'jobs', value };
  for (const [metric, { unit, value, figures = {}, groups = [] }] of Object.entries(metrics)) {
    if (value !== undefined) yield { metric, figure: '', unit, value: value ?? NaN };
    for (const [figure, one] of Object.entries(figures)) yield { metric, figure, unit: one.unit, value: one.value ?? NaN };
    for (const group of groups) {
      for (const [figure, one] of Object.entries(group.figures)) {
        yield { metric, figure: `${group.name}.${figure}`, unit: one.unit, value: one.value ?? NaN };
      }
    }
  }
}

/** The name of a figure as scenarios write it: `wait.p95`, `utilization`, `jobs.rejected`. */
export function figureName({ metric, figure }: ResultFigure): string {
  return figure === '' ? metric : `${metric}.${figure}`;
}
