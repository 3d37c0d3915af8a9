import { heldMillicores } from './job-area.ts';
import type { SeriesMetric } from './metric.ts';
import { runningSpans } from './spans.ts';
import { stepsOf } from './steps.ts';
import { utilization } from './utilization.ts';

export const busyProcessors: SeriesMetric = {
  name: 'busy-processors',
  summary: 'Processors held by jobs over time.',
  unit: 'processors',
  better: 'neither',
  source: utilization.source,
  window: 'time: mean, median, p95 and max over the whole run; submissions-mean and steady-mean over these windows',
  series: (run) => stepsOf(runningSpans(run), heldMillicores(run), 1000),
};
