import { nodeCount } from '../cluster.ts';
import type { Placement, PlacementSetup, PlacementSpec } from '../placement.ts';
import { freeCores } from './fluxion-cores.ts';
import { NodeQueue } from './node-queue.ts';
import { rankAll } from './ranked.ts';
import type { NodeFilter } from './ranked.ts';

/**
 * The default of Flux. Fluxion looks at the nodes in the order of their weights and stops when it has seen room enough;
 * of what it has seen, the highest numbers win. Departs: a weight is what was free after the last start on the node, and
 * nodes never used come before all others; here it is what is free now, for a placement remembers nothing.
 */
export const first: PlacementSpec = {
  name: 'first',
  summary:
    'Looks at the nodes with the most free cores until it has seen room enough, and fills those of them with the highest numbers, as the match policy first of Fluxion does; ties to the highest node number.',
  source:
    'flux-framework/flux-sched fd257f7, resource/policies/dfu_match_policy_factory.cpp, resource/traversers/dfu_impl.cpp (explore_dynamically), dfu_impl_update.cpp (upd_by_outedges)',
  create: (setup) => seenFirst(setup, () => true),
};

export function seenFirst({ jobs, cluster }: PlacementSetup, isOpen: NodeFilter): Placement {
  const nodes = nodeCount(cluster);
  const queue = new NodeQueue(nodes);
  const fits = new Int32Array(nodes);
  return {
    place(job, room, plan) {
      for (let index = jobs.firstGroup[job]; index < jobs.firstGroup[job + 1]; index++) {
        const tasks = jobs.groupTasks[index];
        const task = { job, request: jobs.groupRequest[index], room, plan };
        // One key for both: the free cores, and among equals the number.
        const all = rankAll(queue, fits, task, (node) => -(freeCores(node, task) * nodes + node), isOpen);
        if (all < tasks) return false;
        let left = tasks;
        for (const node of enoughFor(tasks, queue, fits).sort((a, b) => b - a)) {
          const here = Math.min(left, fits[node]);
          if (here > 0) plan.add(index - jobs.firstGroup[job], node, here);
          left -= here;
        }
      }
      return true;
    },
  };
}

function enoughFor(tasks: number, queue: NodeQueue, fits: Int32Array): number[] {
  const seen: number[] = [];
  for (let room = 0; room < tasks; queue.removeFirst()) {
    const node = queue.first();
    seen.push(node);
    room += fits[node];
  }
  return seen;
}
