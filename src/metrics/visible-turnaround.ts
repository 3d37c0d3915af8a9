import { SECOND } from '../units.ts';
import type { JobMetric } from './metric.ts';

/** What users see of a job [s]: from its submission to when they could know that it was over. */
export const visibleTurnaround: JobMetric = {
  name: 'visible-turnaround',
  summary: 'Time from submission until the user could see the end: later than the end where a state is polled.',
  unit: 's',
  better: 'lower',
  source: 'after turnaround; who polls a state sees it late, as in the evaluation of KSI (gwdg/pub-2025-ksi-evaluation)',
  window: 'all jobs that ran and are seen to be over',
  perJob({ schedule: { count, submit, start, end, seen = end } }) {
    const value = new Float64Array(count);
    for (let job = 0; job < count; job++) {
      const ran = !Number.isNaN(start[job]);
      value[job] = ran ? (seen[job] - submit[job]) / SECOND : NaN;
    }
    return value;
  },
};
