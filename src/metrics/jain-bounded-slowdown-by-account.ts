import { boundedSlowdown } from './bounded-slowdown.ts';
import { jainOfMeans } from './jain-bounded-slowdown.ts';
import { JAIN } from './jain.ts';
import type { RunMetric } from './metric.ts';

/** Do accounts fare alike? Each account is one value, however many jobs it has. */
export const jainBoundedSlowdownByAccount: RunMetric = {
  name: 'jain-bounded-slowdown-by-account',
  summary: "Jain's index of the accounts' mean bounded slowdowns: 1 = the same for every account, 1/accounts = one has it all.",
  unit: 'ratio',
  better: 'higher',
  source: JAIN,
  window: 'all jobs that have a bounded slowdown and an account',
  figures: (run) => jainOfMeans(run.workload.account, boundedSlowdown.perJob(run)),
};
