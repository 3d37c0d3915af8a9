import type { SeriesMetric } from './metric.ts';
import { waitingSpans } from './spans.ts';
import { stepsOf } from './steps.ts';

export const queueLength: SeriesMetric = {
  name: 'queue-length',
  summary: 'Jobs over time that are in the system and hold no processors: queued, requeued or suspended.',
  unit: 'jobs',
  better: 'lower',
  source: 'Little, "A proof for the queuing formula L = lambda W", Operations Research 9(3), 1961',
  window: 'time: mean, median, p95 and max over the whole run; submissions-mean and steady-mean over these windows',
  series: (run) => stepsOf(waitingSpans(run), { ofJob: new Uint8Array(run.schedule.count).fill(1) }),
};
