import { boundedSlowdown } from './bounded-slowdown.ts';
import type { Group, RunMetric } from './metric.ts';
import { meanOf, presentValues, quantiles } from './quantiles.ts';
import { meansByOwner } from './owners.ts';

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
    const { mean, jobs, nobodys } = meansByOwner(run.workload.user, boundedSlowdown.perJob(run));
    const means = presentValues(mean);
    const [median, worst] = quantiles(means, [0.5, 1]);
    const worstFirst = Array.from(mean.keys())
      .filter((user) => jobs[user] > 0)
      .sort((a, b) => mean[b] - mean[a] || a - b);
    const groups = worstFirst.slice(0, LISTED).map((user): Group => {
      return { name: names[user], jobs: jobs[user], figures: [{ name: 'mean', value: mean[user] }] };
    });
    const value = meanOf(mean);
    return {
      value,
      figures: [
        { name: 'mean', value },
        { name: 'median', value: median },
        { name: 'worst', value: worst },
        { name: 'users', value: means.length, unit: 'users' },
      ],
      groups,
      jobs: jobs.reduce((sum, count) => sum + count, 0),
      jobsWithout: nobodys,
    };
  },
};
