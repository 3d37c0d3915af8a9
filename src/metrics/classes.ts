import { DAY, HOUR, MINUTE } from '../units.ts';
import type { Workload } from '../workload.ts';
import { undisturbedRuntime } from './job-area.ts';
import type { Figure, Group } from './metric.ts';
import { meanOf, quantiles } from './quantiles.ts';

/** Jobs sorted into classes that are the same for every policy. */
export interface JobClasses {
  readonly names: readonly string[];
  /** The class of a job, as an index into `names`; -1: it is in none. */
  classOf(workload: Workload, job: number): number;
}

const LARGEST = [1, 8, 64, 512];
/** By processors; a job of no whole processor is in the first class. */
export const sizeClasses: JobClasses = {
  names: ['1', '2-8', '9-64', '65-512', '513-'],
  classOf({ procs }, job) {
    const found = LARGEST.findIndex((largest) => procs[job] <= largest);
    return found < 0 ? LARGEST.length : found;
  },
};

const SHORTER_THAN = [MINUTE, HOUR, DAY];
/** By undisturbed run time; each class ends just before the next begins. */
export const lengthClasses: JobClasses = {
  names: ['below-1min', '1min-1h', '1h-1d', 'from-1d'],
  classOf(workload, job) {
    const runtime = undisturbedRuntime(workload, job);
    const found = SHORTER_THAN.findIndex((bound) => runtime < bound);
    return found < 0 ? SHORTER_THAN.length : found;
  },
};

/** What the summaries of breakdowns say of these classes. */
export const SIZE_CLASSES = 'by processors: 1, 2-8, 9-64, 65-512, more';
export const LENGTH_CLASSES = 'by undisturbed run time: below 1 min, below 1 h, below 1 d, from 1 d on';

/** The values class by class; a class without values is there, with 0 jobs. */
export function byClass(classes: JobClasses, workload: Workload, values: Float64Array): Group[] {
  const { names } = classes;
  const classOf = new Int32Array(workload.count);
  const jobs = new Int32Array(names.length);
  for (let job = 0; job < workload.count; job++) {
    classOf[job] = classes.classOf(workload, job);
    if (classOf[job] >= 0 && !Number.isNaN(values[job])) jobs[classOf[job]]++;
  }
  const members = Array.from(jobs, (count) => new Float64Array(count));
  const filled = new Int32Array(names.length);
  for (let job = 0; job < workload.count; job++) {
    const own = classOf[job];
    if (own >= 0 && !Number.isNaN(values[job])) members[own][filled[own]++] = values[job];
  }
  return names.map((name, index) => {
    const mean = meanOf(members[index]);
    const [median, p95, max] = quantiles(members[index], [0.5, 0.95, 1]);
    const figures: Figure[] = [
      { name: 'mean', value: mean },
      { name: 'median', value: median },
      { name: 'p95', value: p95 },
      { name: 'max', value: max },
    ];
    return { name, jobs: jobs[index], figures };
  });
}
