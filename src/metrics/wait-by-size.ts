import { wait } from './wait.ts';
import { byClass, sizeClasses, SIZE_CLASSES } from './classes.ts';
import type { RunMetric } from './metric.ts';

export const waitBySize: RunMetric = {
  name: 'wait-by-size',
  summary: `Wait in classes of jobs, ${SIZE_CLASSES}.`,
  unit: wait.unit,
  better: wait.better,
  source: wait.source,
  window: 'all jobs that have a value of wait',
  figures: (run) => ({ groups: byClass(sizeClasses, run.workload, wait.perJob(run)) }),
};
