import type { PlacementSpec } from '../placement.ts';

export const firstFit: PlacementSpec = {
  name: 'first-fit',
  summary: 'Fills the nodes in the order of their numbers.',
  source:
    'Johnson et al., "Worst-case performance bounds for simple one-dimensional packing algorithms", SIAM J. Comput. 3(4), 1974',
  create: ({ jobs }) => ({
    place(job, room, plan) {
      for (let index = jobs.firstGroup[job]; index < jobs.firstGroup[job + 1]; index++) {
        const request = jobs.groupRequest[index];
        let left = jobs.groupTasks[index];
        for (let node = -1; left > 0;) {
          node = room.nextWithRoom(node + 1, request, job);
          if (node < 0) return false;
          const tasks = Math.min(left, plan.roomLeft(node, request, job));
          if (tasks < 1) continue;
          plan.add(index - jobs.firstGroup[job], node, tasks);
          left -= tasks;
        }
      }
      return true;
    },
  }),
};
