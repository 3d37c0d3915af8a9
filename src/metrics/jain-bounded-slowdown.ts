import { boundedSlowdown } from './bounded-slowdown.ts';
import { JAIN, jainIndex } from './jain.ts';
import type { RunMetric } from './metric.ts';
import { meansByUser } from './users.ts';

/** Do users fare alike? Each user is one value, however many jobs they have. */
export const jainBoundedSlowdown: RunMetric = {
  name: 'jain-bounded-slowdown',
  summary: "Jain's index of the users' mean bounded slowdowns: 1 = the same for every user, 1/users = one user has it all.",
  unit: 'ratio',
  better: 'higher',
  source: JAIN,
  window: 'all jobs that have a bounded slowdown and a user',
  figures(run) {
    const { mean, jobs, nobodys } = meansByUser(run.workload.user, boundedSlowdown.perJob(run));
    const counted = jobs.reduce((sum, count) => sum + count, 0);
    const index = jainIndex(mean);
    return { value: index, figures: [{ name: 'index', value: index }], jobs: counted, jobsWithout: nobodys };
  },
};
