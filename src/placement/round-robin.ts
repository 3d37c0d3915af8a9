import { nodeCount } from '../cluster.ts';
import type { PlacementSpec } from '../placement.ts';

export const roundRobin: PlacementSpec = {
  name: 'round-robin',
  summary: 'Deals out the tasks one by one over the nodes in the order of their numbers, around and around.',
  source: 'the task distribution `cyclic` of Slurm (srun --distribution)',
  create({ jobs, cluster }) {
    const nodes = new Int32Array(nodeCount(cluster));
    const rooms = new Int32Array(nodeCount(cluster));
    return {
      place(job, room, plan) {
        for (let index = jobs.firstGroup[job]; index < jobs.firstGroup[job + 1]; index++) {
          const request = jobs.groupRequest[index];
          const tasks = jobs.groupTasks[index];
          let count = 0;
          // No more nodes than tasks are needed: each gets one before any gets two.
          for (let node = -1; count < tasks;) {
            node = room.nextWithRoom(node + 1, request, job);
            if (node < 0) break;
            const fit = plan.roomLeft(node, request, job);
            if (fit < 1) continue;
            nodes[count] = node;
            rooms[count++] = fit;
          }
          const rounds = fullRounds(rooms, count, tasks);
          if (rounds < 0) return false;
          let extra = tasks;
          for (let turn = 0; turn < count; turn++) extra -= Math.min(rooms[turn], rounds);
          for (let turn = 0; turn < count; turn++) {
            // Those that have room for another round share what is left over, the first ones first.
            const more = rooms[turn] > rounds && extra > 0 ? 1 : 0;
            extra -= more;
            if (rounds + more > 0) plan.add(index - jobs.firstGroup[job], nodes[turn], Math.min(rooms[turn], rounds) + more);
          }
        }
        return true;
      },
    };
  },
};

/** The most rounds that can be dealt in full with this many tasks; -1 if not all of them find room. */
function fullRounds(rooms: Int32Array, count: number, tasks: number): number {
  let total = 0;
  for (let turn = 0; turn < count; turn++) total += rooms[turn];
  if (total < tasks) return -1;
  let rounds = 0;
  let beyond = tasks;
  while (beyond > 0) {
    let takers = 0;
    for (let turn = 0; turn < count; turn++) if (rooms[turn] > rounds) takers++;
    if (takers > beyond) break;
    beyond -= takers;
    rounds++;
  }
  return rounds;
}
