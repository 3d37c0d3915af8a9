import { nodeCount } from '../cluster.ts';
import type { PlacementPlan, PlacementSetup, PlacementSpec } from '../placement.ts';

export const consolidate: PlacementSpec = {
  name: 'consolidate',
  summary:
    'As few nodes as possible: a group goes to the node with the least room that holds all of it, or else fills the nodes with the most room; ties to the lowest node number.',
  source: 'the consolidated placement of Tiresias (Gu et al., NSDI 2019) and of Helios (Hu et al., SC 2021)',
  create(setup) {
    const nodes = everyNode(setup);
    const { jobs } = setup;
    return {
      place(job, _room, plan) {
        for (let index = jobs.firstGroup[job]; index < jobs.firstGroup[job + 1]; index++) {
          const group = { index: index - jobs.firstGroup[job], request: jobs.groupRequest[index], tasks: jobs.groupTasks[index] };
          if (!fillFewest(job, group, nodes, plan)) return false;
        }
        return true;
      },
    };
  },
};

/** Tasks of one group that are to be placed. */
export interface Batch {
  /** Task group [index within the job]. */
  readonly index: number;
  readonly request: number;
  readonly tasks: number;
}

/** The numbers of all nodes. */
export function everyNode({ cluster }: PlacementSetup): number[] {
  return Array.from({ length: nodeCount(cluster) }, (_, node) => node);
}

/** What of a plan is needed to fill it. */
export type Filled = Pick<PlacementPlan, 'roomLeft' | 'add'>;

/** Puts all tasks on as few of these nodes as it can, or answers false if they have no room for them. */
export function fillFewest(job: number, batch: Batch, nodes: readonly number[], plan: Filled): boolean {
  const rooms = nodes.map((node) => plan.roomLeft(node, batch.request, job));
  let left = batch.tasks;
  while (left > 0) {
    let chosen = -1;
    for (let at = 0; at < nodes.length; at++) {
      if (rooms[at] > 0 && (chosen < 0 || isBetter(rooms[at], rooms[chosen], left))) chosen = at;
    }
    if (chosen < 0) return false;
    const tasks = Math.min(left, rooms[chosen]);
    plan.add(batch.index, nodes[chosen], tasks);
    left -= tasks;
    rooms[chosen] = 0;
  }
  return true;
}

/** A node that holds all is better than one that does not; of such ones that with less room, else that with more. */
function isBetter(room: number, best: number, tasks: number): boolean {
  if (room >= tasks && best >= tasks) return room < best;
  return room > best;
}
