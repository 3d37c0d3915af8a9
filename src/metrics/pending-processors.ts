import { millicoresOf } from './job-area.ts';
import type { SeriesMetric } from './metric.ts';
import { queueLength } from './queue-length.ts';
import { waitingSpans } from './spans.ts';
import { stepsOf } from './steps.ts';

export const pendingProcessors: SeriesMetric = {
  name: 'pending-processors',
  summary: 'Pending demand: processors over time that jobs in the queue ask for, requeued and suspended ones included.',
  unit: 'processors',
  better: 'lower',
  source: queueLength.source,
  window: queueLength.window,
  series: (run) => stepsOf(waitingSpans(run), { ofJob: millicoresOf(run.workload) }, 1000),
};
