import { didYouMean, usageError } from '../errors.ts';
import { metrics } from './index.ts';
import type { Figure, Figures, Measurement, MetricSpec, Run } from './metric.ts';
import { summarizeJobs, summarizeSeries } from './summary.ts';
import { windowsOf } from './windows.ts';
import type { Trim, Windows } from './windows.ts';

export interface MeasureOptions extends Trim {
  /** Which metrics, in this order; all of the list if absent. */
  readonly names?: readonly string[];
}

/** Takes the metrics of a run. A number that is not defined for it is NaN. */
export function measure(run: Run, { names, ...trim }: MeasureOptions = {}): Measurement[] {
  const chosen = names?.map(metricNamed) ?? metrics;
  const windows = windowsOf(run, trim);
  return chosen.map((metric) => {
    const { name, unit, better, window } = metric;
    return { name, unit, better, window, ...figuresOf(metric, run, windows) };
  });
}

/** Every number of the measurements under one flat name: `wait.p95`, `wait-by-size.2-8.mean`. */
export function flatFigures(measurements: readonly Measurement[]): Figure[] {
  return measurements.flatMap(({ name, unit, figures = [], groups = [] }) => {
    const named = (prefix: string, list: readonly Figure[]) =>
      list.map((figure) => ({ name: `${prefix}.${figure.name}`, value: figure.value, unit: figure.unit ?? unit }));
    return [...named(name, figures), ...groups.flatMap((group) => named(`${name}.${group.name}`, group.figures))];
  });
}

/** The metric of this name; an `InputError` that suggests others if there is none. */
export function metricNamed(name: string): MetricSpec {
  const metric = metrics.find((other) => other.name === name);
  if (metric) return metric;
  const known = metrics.map((other) => other.name);
  throw usageError(`there is no metric "${name}"`, 'metrics', didYouMean(name, known));
}

function figuresOf(metric: MetricSpec, run: Run, windows: Windows): Figures {
  if ('perJob' in metric) return summarizeJobs(metric, run, windows);
  if ('series' in metric) return summarizeSeries(metric, run, windows);
  return metric.figures(run, windows);
}
