import { figuresByAccount, LISTED_ACCOUNTS } from './accounts.ts';
import type { RunMetric } from './metric.ts';
import { wait } from './wait.ts';

export const waitByAccount: RunMetric = {
  name: 'wait-by-account',
  summary: `Wait of the jobs of each account: mean, median and worst of the accounts' means; ${LISTED_ACCOUNTS}.`,
  unit: wait.unit,
  better: wait.better,
  source: wait.source,
  window: 'all jobs that have a value of wait and an account',
  figures: (run) => figuresByAccount(run.workload, wait.perJob(run)),
};
