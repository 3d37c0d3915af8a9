import { gpuCount, processorCount } from '../cluster.ts';
import { gpuColumn, undisturbedRuntime } from './job-area.ts';
import type { JobMetric, Run } from './metric.ts';

/**
 * Turnaround over what it would be in a fair share of the cluster. The share follows how much is asked for while the job is
 * there: demand over capacity, at least 1, on average over its stay. Counted in GPUs, or in processors where there are none.
 */
export const finishTimeFairness: JobMetric = {
  name: 'finish-time-fairness',
  summary:
    'Turnaround over undisturbed run time times contention: GPUs (or processors) that all jobs there ask for over those there are, at least 1, mean over its stay. Above 1 is unfair.',
  unit: 'ratio',
  better: 'lower',
  source:
    'rho of Mahajan et al., "Themis", NSDI 2020, with the contention of Zheng et al., "Shockwave", NSDI 2023, weighted by GPUs',
  window: 'all jobs that ran, are over and have a run time above 0',
  perJob(run) {
    const { workload, schedule } = run;
    const { count, submit, start, end } = schedule;
    const contended = contention(run);
    const value = new Float64Array(count).fill(NaN);
    for (let job = 0; job < count; job++) {
      const alone = undisturbedRuntime(workload, job);
      const stay = end[job] - submit[job];
      if (Number.isNaN(start[job]) || !(alone > 0) || !(stay > 0)) continue;
      const share = Math.max(1, (contended(end[job]) - contended(submit[job])) / stay);
      value[job] = stay / (alone * share);
    }
    return value;
  },
  more(values) {
    const known = values.filter((value) => !Number.isNaN(value));
    const unfair = known.reduce((sum, value) => sum + (value > 1 ? 1 : 0), 0);
    return [{ name: 'unfair', value: unfair / known.length }];
  },
};

/** The integral of demand over capacity from the beginning to a time [ms]. */
function contention({ workload, cluster, schedule }: Run): (time: number) => number {
  const gpus = gpuCount(cluster);
  const asked = gpus > 0 ? gpuColumn(workload).map((thousandths) => thousandths / 1000) : Float64Array.from(workload.procs);
  const capacity = gpus > 0 ? gpus : processorCount(cluster);
  const { submit, end, until } = schedule;
  const changes: (readonly [time: number, by: number])[] = [];
  for (let job = 0; job < schedule.count; job++) {
    // One that is turned away at once is there for no time.
    if (Number.isNaN(submit[job])) continue;
    changes.push([submit[job], asked[job]], [Number.isNaN(end[job]) ? until : end[job], -asked[job]]);
  }
  changes.sort(([one], [other]) => one - other);
  const times = Float64Array.from(changes, ([time]) => time);
  const before = new Float64Array(changes.length);
  const level = new Float64Array(changes.length);
  for (let at = 0; at < changes.length; at++) {
    before[at] = at === 0 ? 0 : before[at - 1] + (level[at - 1] * (times[at] - times[at - 1])) / capacity;
    level[at] = (at === 0 ? 0 : level[at - 1]) + changes[at][1];
  }
  return (time) => {
    const at = lastAt(times, time);
    return at < 0 ? 0 : before[at] + (level[at] * (time - times[at])) / capacity;
  };
}

/** The last index whose time is not after this one; -1 if there is none. */
function lastAt(times: Float64Array, time: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
