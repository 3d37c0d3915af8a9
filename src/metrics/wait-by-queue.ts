import { listedAccounts } from './accounts.ts';
import { byClass } from './classes.ts';
import type { RunMetric } from './metric.ts';
import { figuresOfOwners, meansByOwner } from './owners.ts';
import { wait } from './wait.ts';

export const waitByQueue: RunMetric = {
  name: 'wait-by-queue',
  summary: 'Wait of the jobs of each queue: what interactive users see, and what it costs the others.',
  unit: wait.unit,
  better: wait.better,
  source: wait.source,
  window: 'all jobs that have a value of wait and a queue',
  figures({ workload, schedule, cluster }) {
    const values = wait.perJob({ workload, schedule, cluster });
    const groups = byClass(listedAccounts(workload.queue), workload, values);
    return { ...figuresOfOwners(meansByOwner(workload.queue, values), 'queues'), groups };
  },
};
