/** Source: pkg/scheduler/plugins/drf/drf.go (Volcano v1.15.1). */
import type { Job } from '../job.ts';
import type { PluginEntry } from '../plugin.ts';
import { add, subtract } from '../resource.ts';
import type { Task } from '../task.ts';
import { Hierarchy } from './drf-hierarchy.ts';
import { Shares } from './drf-shares.ts';

/**
 * Dominant resource fairness: the job whose largest share of any resource is smallest comes first, and tasks are taken
 * from jobs that have more than the preemptor will. With `enableHierarchy`, the same between queues in a tree (HDRF).
 */
export const drf: PluginEntry = {
  name: 'drf',
  create: (_, option) => (session) => {
    const shares = new Shares(session);
    const common = {
      jobOrder: (one: Job, other: Job) => shares.of(one) - shares.of(other),
      preemptable: (preemptor: Task, candidates: readonly Task[]) => shares.victims(preemptor, candidates),
    };
    if (!option.isEnabled('enableHierarchy')) {
      return {
        ...common,
        allocated: ({ job }) => shares.changed(job),
        deallocated: ({ job }) => shares.changed(job),
      };
    }
    const hierarchy = Hierarchy.of(session, shares);
    return {
      ...common,
      queueOrder: (one, other) => hierarchy.compare(one, other),
      reclaimable: (reclaimer, candidates) => hierarchy.victims(reclaimer, candidates),
      allocated(task) {
        shares.changed(task.job);
        hierarchy.book(task.job, task.request, add);
      },
      deallocated(task) {
        shares.changed(task.job);
        hierarchy.book(task.job, task.request, subtract);
      },
    };
  },
};
