import { SECOND } from '../units.ts';
import type { JobMetric } from './metric.ts';
import { runTimes } from './run-times.ts';

/** Below this a job counts as if it had run this long, so that tiny jobs do not rule the mean [ms]. */
export const BOUND = 10 * SECOND;

/**
 * Bounded slowdown of each job [ratio, >= 1]. The run time of a job that was interrupted is that of the work that
 * counted: what it lost and did again is delay, like waiting.
 */
export const boundedSlowdown: JobMetric = {
  name: 'bounded-slowdown',
  summary: 'max(1, turnaround / max(run time, 10 s)); work that was lost counts as delay.',
  unit: 'ratio',
  better: 'lower',
  source: 'Feitelson & Rudolph, "Metrics and benchmarking for parallel job scheduling", JSSPP 1998',
  window: 'all jobs that ran and are over; steady-mean: those of them that were submitted in the steady window',
  areaWeighted: true,
  perJob(run) {
    const { count, submit, end } = run.schedule;
    // One column for both: on a large log they are large.
    const value = runTimes(run);
    for (let job = 0; job < count; job++) {
      value[job] = Math.max(1, (end[job] - submit[job]) / Math.max(value[job], BOUND));
    }
    return value;
  },
};
