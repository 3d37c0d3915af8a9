import { figuresByAccount, LISTED_ACCOUNTS } from './accounts.ts';
import { boundedSlowdown } from './bounded-slowdown.ts';
import type { RunMetric } from './metric.ts';

export const boundedSlowdownByAccount: RunMetric = {
  name: 'bounded-slowdown-by-account',
  summary: `Bounded slowdown of the jobs of each account: mean, median and worst of the accounts' means; ${LISTED_ACCOUNTS}.`,
  unit: boundedSlowdown.unit,
  better: boundedSlowdown.better,
  source: boundedSlowdown.source,
  window: 'all jobs that have a bounded slowdown and an account',
  figures: (run) => figuresByAccount(run.workload, boundedSlowdown.perJob(run)),
};
