/** Source: pkg/scheduler/plugins/priority/priority.go (Volcano v1.15.1). */
import type { PluginEntry } from '../plugin.ts';

/** Jobs by the priority of their pod group, tasks by that of their pods. Victims are of lower priority. */
export const priority: PluginEntry = {
  name: 'priority',
  create: () => () => ({
    taskOrder: (one, other) => other.priority - one.priority,
    jobOrder: (one, other) => other.spec.priority - one.spec.priority,
    preemptable: (preemptor, candidates) =>
      candidates.filter(({ job, priority: own }) =>
        job === preemptor.job ? own < preemptor.priority : job.spec.priority < preemptor.job.spec.priority,
      ),
    jobStarving: (job) => job.ready + job.waiting < job.tasks.size,
  }),
};
