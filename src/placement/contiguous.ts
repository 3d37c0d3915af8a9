import type { NodeRoom, PlacementPlan, PlacementSpec } from '../placement.ts';
import type { Requests } from '../workload.ts';

export const contiguous: PlacementSpec = {
  name: 'contiguous',
  summary: 'Only nodes with consecutive numbers, each of them with a task of the job; the lowest such run that is long enough.',
  source: 'the option --contiguous of Slurm (sbatch); where runs tie, first fit',
  create: ({ jobs }) => ({
    place(job, room, plan) {
      const first = jobs.groupRequest[jobs.firstGroup[job]];
      let start = room.nextWithRoom(0, first, job);
      while (start >= 0) {
        const stopped = layOut(jobs, job, start, room, plan);
        if (stopped < 0) return true;
        plan.clear();
        // One group: what ends this run ends every run that begins within it.
        const single = jobs.firstGroup[job + 1] - jobs.firstGroup[job] === 1;
        start = room.nextWithRoom(single ? stopped : start + 1, first, job);
      }
      return false;
    },
  }),
};

/**
 * Fills nodes from `start` on, group after group; a group may begin on the last node of the one before. Answers the
 * node that takes no task and so ends the run too soon; -1 if all tasks are laid out.
 */
function layOut(jobs: Requests, job: number, start: number, room: NodeRoom, plan: PlacementPlan): number {
  let node = start;
  let used = false;
  for (let index = jobs.firstGroup[job]; index < jobs.firstGroup[job + 1]; index++) {
    const request = jobs.groupRequest[index];
    let left = jobs.groupTasks[index];
    while (left > 0) {
      const tasks = node < room.nodes ? Math.min(left, plan.roomLeft(node, request, job)) : 0;
      if (tasks > 0) {
        plan.add(index - jobs.firstGroup[job], node, tasks);
        left -= tasks;
        used = true;
        if (left === 0) break;
      } else if (!used) {
        return node;
      }
      node++;
      used = false;
    }
  }
  return -1;
}
