import { BOUND } from './bounded-slowdown.ts';
import type { JobMetric } from './metric.ts';
import { runTimes } from './run-times.ts';

/** Bounded slowdown of each job over its processors [ratio, >= 1]: a wide job may wait longer for the same value. */
export const perProcessorBoundedSlowdown: JobMetric = {
  name: 'per-processor-bounded-slowdown',
  summary: 'max(1, turnaround / (processors x max(run time, 10 s))).',
  unit: 'ratio',
  better: 'lower',
  source: 'Zotkin & Keleher, "Job-length estimation and performance in backfilling schedulers", HPDC 1999',
  window: 'all jobs that ran and are over; steady-mean: those of them that were submitted in the steady window',
  perJob(run) {
    const { count, submit, end } = run.schedule;
    const { procs } = run.workload;
    const runtime = runTimes(run);
    const value = new Float64Array(count);
    for (let job = 0; job < count; job++) {
      // A job of no whole processor (GPU only) counts as one of 1, which leaves its slowdown as it is.
      const area = Math.max(procs[job], 1) * Math.max(runtime[job], BOUND);
      value[job] = Math.max(1, (end[job] - submit[job]) / area);
    }
    return value;
  },
};
