import { wait } from './wait.ts';
import { byClass, lengthClasses, LENGTH_CLASSES } from './classes.ts';
import type { RunMetric } from './metric.ts';

export const waitByLength: RunMetric = {
  name: 'wait-by-length',
  summary: `Wait in classes of jobs, ${LENGTH_CLASSES}.`,
  unit: wait.unit,
  better: wait.better,
  source: wait.source,
  window: 'all jobs that have a value of wait',
  figures: (run) => ({ groups: byClass(lengthClasses, run.workload, wait.perJob(run)) }),
};
