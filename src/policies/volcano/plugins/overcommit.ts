/** Source: pkg/scheduler/plugins/overcommit/overcommit.go (Volcano v1.15.1). */
import { InputError } from '../../../errors.ts';
import { addMissingMinimum } from '../job.ts';
import type { Job } from '../job.ts';
import type { PluginEntry } from '../plugin.ts';
import { add, exceedingWhereRequested, multiply, plus, subtract } from '../resource.ts';
import type { Session } from '../session.ts';

/** Lets jobs in while their minima fit into the idle part of a cluster that is larger than the real one. */
export const overcommit: PluginEntry = {
  name: 'overcommit',
  create(given) {
    const name = 'overcommit-factor';
    const factor = given.number(name, 1.2);
    if (factor < 1) throw new InputError(`${factor} is less than the cluster`, given.at(name).path, 'write 1 or more', 'usage');
    return (session) => {
      const { total, totalUsed } = session.setup.nodes;
      const idle = subtract(multiply(total.slice(), factor), totalUsed);
      const inqueue = admitted(session);
      return {
        jobEnqueueable(job) {
          const { minResources } = job.spec;
          const exceeding = exceedingWhereRequested(plus(inqueue, minResources), idle, minResources);
          if (exceeding.length === 0) return 'permit';
          const names = exceeding.map((number) => `overused ${session.setup.table.names[number]}`);
          job.notEnqueued = `resource in cluster is overused: ${names.join(', ')}`;
          return 'reject';
        },
        jobEnqueued: (job) => void add(inqueue, job.spec.minResources),
      };
    };
  },
};

/** What jobs that were let in may still take. */
function admitted(session: Session) {
  const sum = session.setup.table.nothing();
  for (const job of session.jobs) {
    if (job.phase === 'Inqueue') add(sum, job.spec.minResources);
    else if (holdsItsMinimum(job)) addMissingMinimum(sum, job);
  }
  return sum;
}

export function holdsItsMinimum(job: Job): boolean {
  return job.phase === 'Running' && job.allocatedTasks >= job.spec.minAvailable;
}
