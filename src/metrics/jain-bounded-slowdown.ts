import type { Category } from '../workload.ts';
import { boundedSlowdown } from './bounded-slowdown.ts';
import { JAIN, jainIndex } from './jain.ts';
import type { Figures, RunMetric } from './metric.ts';
import { meansByOwner } from './owners.ts';

/** Do users fare alike? Each user is one value, however many jobs they have. */
export const jainBoundedSlowdown: RunMetric = {
  name: 'jain-bounded-slowdown',
  summary: "Jain's index of the users' mean bounded slowdowns: 1 = the same for every user, 1/users = one user has it all.",
  unit: 'ratio',
  better: 'higher',
  source: JAIN,
  window: 'all jobs that have a bounded slowdown and a user',
  figures: (run) => jainOfMeans(run.workload.user, boundedSlowdown.perJob(run)),
};

/** The index of the means of the owners' values. */
export function jainOfMeans(owner: Category, values: Float64Array): Figures {
  const { mean, jobs, nobodys } = meansByOwner(owner, values);
  const index = jainIndex(mean);
  const counted = jobs.reduce((sum, count) => sum + count, 0);
  return { value: index, figures: [{ name: 'index', value: index }], jobs: counted, jobsWithout: nobodys };
}
