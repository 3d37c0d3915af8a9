import { boundedSlowdown } from './bounded-slowdown.ts';
import type { Group, RunMetric } from './metric.ts';
import { figuresOfOwners, meansByOwner } from './owners.ts';

/** Users who are listed by name. */
const LISTED = 10;

/** How the users fare, each one counting the same, and who fares worst. */
export const boundedSlowdownByUser: RunMetric = {
  name: 'bounded-slowdown-by-user',
  summary: `Mean bounded slowdown of each user: mean, median and worst over the users, and the ${LISTED} worst by name.`,
  unit: boundedSlowdown.unit,
  better: boundedSlowdown.better,
  source: boundedSlowdown.source,
  window: 'all jobs that have a bounded slowdown and a user',
  figures(run) {
    const { names } = run.workload.user;
    const users = meansByOwner(run.workload.user, boundedSlowdown.perJob(run));
    const { mean, jobs } = users;
    const worstFirst = Array.from(mean.keys())
      .filter((user) => jobs[user] > 0)
      .sort((a, b) => mean[b] - mean[a] || a - b);
    const groups = worstFirst.slice(0, LISTED).map((user): Group => {
      return { name: names[user], jobs: jobs[user], figures: [{ name: 'mean', value: mean[user] }] };
    });
    return { ...figuresOfOwners(users, 'users'), groups };
  },
};
