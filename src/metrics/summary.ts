import { areaWeightedMean } from './job-area.ts';
import type { Figure, Figures, JobMetric, Run, SeriesMetric } from './metric.ts';
import { meanOf, meanWithin, presentValues, quantiles, weightedQuantiles } from './quantiles.ts';
import { integrate, timeAtLevels } from './steps.ts';
import { lengthOf } from './window.ts';
import type { Window } from './window.ts';
import type { Windows } from './windows.ts';

/** Figures of a metric that has a value for each job. Quantiles are of type 7: see quantiles.ts. */
export function summarizeJobs(metric: JobMetric, run: Run, windows: Windows): Figures {
  const values = metric.perJob(run);
  const mean = meanOf(values);
  const { steady } = windows;
  const steadyMean = meanWithin(values, run.schedule.submit, steady.from, steady.until);
  const weighted = metric.areaWeighted ? [{ name: 'area-weighted-mean', value: areaWeightedMean(values, run.workload) }] : [];
  const more = metric.more?.(values) ?? [];
  // From here on the values lie in another order.
  const present = presentValues(values);
  const [median, p90, p95, p99, max] = quantiles(present, [0.5, 0.9, 0.95, 0.99, 1]);
  const figures: Figure[] = [
    { name: 'mean', value: mean },
    { name: 'median', value: median },
    { name: 'p90', value: p90 },
    { name: 'p95', value: p95 },
    { name: 'p99', value: p99 },
    { name: 'max', value: max },
    { name: 'steady-mean', value: steadyMean },
    ...weighted,
    ...more,
  ];
  return { value: mean, figures, jobs: present.length, jobsWithout: values.length - present.length };
}

/** Figures of a quantity over time. Quantiles are weighted by time, of type 1: a level that there was. */
export function summarizeSeries(metric: SeriesMetric, run: Run, windows: Windows): Figures {
  const steps = metric.series(run);
  const mean = (window: Window) => integrate(steps, window) / lengthOf(window);
  const levels = timeAtLevels(steps, windows.whole);
  const level = Float64Array.from(levels.keys());
  const length = Float64Array.from(levels.values());
  const [median, p95, max] = weightedQuantiles(level, length, [0.5, 0.95, 1]);
  return {
    value: mean(windows.whole),
    figures: [
      { name: 'mean', value: mean(windows.whole) },
      { name: 'submissions-mean', value: mean(windows.submissions) },
      { name: 'steady-mean', value: mean(windows.steady) },
      { name: 'median', value: median },
      { name: 'p95', value: p95 },
      { name: 'max', value: max },
    ],
  };
}
