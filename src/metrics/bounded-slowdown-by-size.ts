import { boundedSlowdown } from './bounded-slowdown.ts';
import { byClass, sizeClasses, SIZE_CLASSES } from './classes.ts';
import type { RunMetric } from './metric.ts';

export const boundedSlowdownBySize: RunMetric = {
  name: 'bounded-slowdown-by-size',
  summary: `Bounded slowdown in classes of jobs, ${SIZE_CLASSES}.`,
  unit: boundedSlowdown.unit,
  better: boundedSlowdown.better,
  source: boundedSlowdown.source,
  window: 'all jobs that have a value of bounded-slowdown',
  figures: (run) => ({ groups: byClass(sizeClasses, run.workload, boundedSlowdown.perJob(run)) }),
};
