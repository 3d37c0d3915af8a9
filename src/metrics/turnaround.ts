import { SECOND } from '../units.ts';
import type { JobMetric } from './metric.ts';

/** Turnaround of each job [s]: end - submission. A job that never ran, or is not over, has none. */
export const turnaround: JobMetric = {
  name: 'turnaround',
  summary: 'Time from submission to the end for good.',
  unit: 's',
  better: 'lower',
  source:
    'Feitelson & Rudolph, "Metrics and benchmarking for parallel job scheduling", JSSPP 1998; area-weighted: Schwiegelshohn & Yahyapour, "Improving first-come-first-serve job scheduling by gang scheduling", JSSPP 1998',
  window: 'all jobs that ran and are over; steady-mean: those of them that were submitted in the steady window',
  areaWeighted: true,
  perJob({ schedule: { count, submit, start, end } }) {
    const value = new Float64Array(count);
    for (let job = 0; job < count; job++) {
      const ran = !Number.isNaN(start[job]);
      value[job] = ran ? (end[job] - submit[job]) / SECOND : NaN;
    }
    return value;
  },
};
