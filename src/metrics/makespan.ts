import { SECOND } from '../units.ts';
import type { RunMetric } from './metric.ts';
import { lengthOf } from './window.ts';

export const makespan: RunMetric = {
  name: 'makespan',
  summary: 'Last end minus first submission.',
  unit: 's',
  better: 'lower',
  source: 'Feitelson & Rudolph, "Metrics and benchmarking for parallel job scheduling", JSSPP 1998',
  window: 'the whole run; up to its stop if jobs are unfinished then',
  figures(_run, { whole }) {
    const value = lengthOf(whole) / SECOND;
    return { value, figures: [{ name: 'makespan', value }] };
  },
};
