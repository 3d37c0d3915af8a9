import { byClass, sizeClasses, SIZE_CLASSES } from './classes.ts';
import type { RunMetric } from './metric.ts';
import { turnaround } from './turnaround.ts';

export const turnaroundBySize: RunMetric = {
  name: 'turnaround-by-size',
  summary: `Turnaround (job completion time) in classes of jobs, ${SIZE_CLASSES}.`,
  unit: turnaround.unit,
  better: turnaround.better,
  source: turnaround.source,
  window: 'all jobs that have a value of turnaround',
  figures: (run) => ({ groups: byClass(sizeClasses, run.workload, turnaround.perJob(run)) }),
};
