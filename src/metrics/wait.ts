import { SECOND } from '../units.ts';
import type { JobMetric } from './metric.ts';
import { shareAbove } from './quantiles.ts';

/** Wait of each job [s]: first start - submission. A job that never started has none; `jobs-by-state` counts it. */
export const wait: JobMetric = {
  name: 'wait',
  summary: 'Time from submission to the first start.',
  unit: 's',
  better: 'lower',
  source: 'Feitelson & Rudolph, "Metrics and benchmarking for parallel job scheduling", JSSPP 1998',
  window: 'all jobs that started; steady-mean: those of them that were submitted in the steady window',
  areaWeighted: true,
  perJob({ schedule: { count, submit, start } }) {
    const value = new Float64Array(count);
    for (let job = 0; job < count; job++) value[job] = (start[job] - submit[job]) / SECOND;
    return value;
  },
  more: (values) => [{ name: 'share-that-waited', value: shareAbove(values, 0), unit: 'ratio' }],
};
