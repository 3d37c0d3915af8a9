/** Source: pkg/scheduler/plugins/gang/gang.go (Volcano v1.15.1). */
import type { Job } from '../job.ts';
import type { PluginEntry } from '../plugin.ts';
import type { Task } from '../task.ts';

/**
 * A job runs with its minimum or not at all. It is not brought below it by plugins of its tier; where it spares everybody,
 * Volcano asks the next tier for victims, which need not spare them.
 */
export const gang: PluginEntry = {
  name: 'gang',
  create: () => () => ({
    jobValid,
    preemptable: (_, candidates) => beyondMinimum(candidates),
    reclaimable: (_, candidates) => beyondMinimum(candidates),
    jobOrder: (one, other) => Number(one.isReady) - Number(other.isReady),
    jobReady: (job) => job.rolesReady && job.isReady,
    jobPipelined: (job) => (job.rolesPipelined && job.isPipelined ? 'permit' : 'reject'),
    jobStarving: (job) => job.isStarving,
  }),
};

function jobValid(job: Job): string | undefined {
  if (!job.rolesValid) return 'Not enough valid pods of each task for gang-scheduling';
  if (job.valid >= job.spec.minAvailable) return undefined;
  return `Not enough valid tasks for gang-scheduling, valid: ${job.valid}, min: ${job.spec.minAvailable}`;
}

/** In their order, as long as their job keeps its minimum. */
function beyondMinimum(candidates: readonly Task[]): Task[] {
  const left = new Map<Job, number>();
  return candidates.filter(({ job }) => {
    const ready = left.get(job) ?? job.ready;
    left.set(job, ready > job.spec.minAvailable ? ready - 1 : ready);
    return ready > job.spec.minAvailable;
  });
}
