import { boundedSlowdown } from './bounded-slowdown.ts';
import { byClass, lengthClasses, LENGTH_CLASSES } from './classes.ts';
import type { RunMetric } from './metric.ts';

export const boundedSlowdownByLength: RunMetric = {
  name: 'bounded-slowdown-by-length',
  summary: `Bounded slowdown in classes of jobs, ${LENGTH_CLASSES}.`,
  unit: boundedSlowdown.unit,
  better: boundedSlowdown.better,
  source: boundedSlowdown.source,
  window: 'all jobs that have a value of bounded-slowdown',
  figures: (run) => ({ groups: byClass(lengthClasses, run.workload, boundedSlowdown.perJob(run)) }),
};
