import { COMPLETED } from '../schedule.ts';
import { BOUND } from './bounded-slowdown.ts';
import type { JobMetric } from './metric.ts';

/**
 * How many times its own length a job took, as its user sees it [ratio]: with the wait, all start-up, what slower nodes
 * and networks cost, and the time until its end is seen. Its own length is that of an undisturbed native run.
 */
export const visibleStretch: JobMetric = {
  name: 'visible-stretch',
  summary: 'max(1, visible turnaround / max(native run time, 10 s)) of completed jobs; geometric-mean: of their values.',
  unit: 'ratio',
  better: 'lower',
  source: 'after bounded slowdown (Feitelson & Rudolph, JSSPP 1998), with what integrations of resource managers add to it',
  window: 'all jobs that completed and are seen to be over; steady-mean: those submitted in the steady window',
  perJob({ workload: { runtime }, schedule: { count, submit, end, seen = end, state } }) {
    const value = new Float64Array(count);
    for (let job = 0; job < count; job++) {
      const took = (seen[job] - submit[job]) / Math.max(runtime[job], BOUND);
      value[job] = state[job] === COMPLETED ? Math.max(1, took) : NaN;
    }
    return value;
  },
  more: (values) => [{ name: 'geometric-mean', value: geometricMean(values) }],
};

function geometricMean(values: Float64Array): number {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += Math.log(value);
    count++;
  }
  return count === 0 ? NaN : Math.exp(sum / count);
}
