import type { Cluster, TopologyLevel } from '../cluster.ts';
import type { NodeRoom, PlacementPlan, PlacementSpec } from '../placement.ts';
import type { Requests } from '../workload.ts';
import { everyNode, fillFewest } from './consolidate.ts';
import type { Batch } from './consolidate.ts';

export const bestSwitch: PlacementSpec = {
  name: 'best-switch',
  summary:
    'All tasks below one switch as low in the network tree as it goes: of such switches the one with the least room left over, then the first listed. There, and where no switch has room for all, on as few nodes as possible.',
  source: 'topology/tree of Slurm (topology.conf, best fit of the lowest switch), for switches that have room for all tasks',
  create(setup) {
    const { jobs, cluster } = setup;
    const levels = domainsByLevel(cluster);
    const all = everyNode(setup);
    return {
      place(job, room, plan) {
        const batches = batchesOf(jobs, job);
        for (const domains of levels) {
          const best = tightestDomain(job, batches, domains, room);
          if (best === undefined) continue;
          if (placeIn(job, batches, best, plan)) return true;
          plan.clear();
        }
        return placeIn(job, batches, all, plan);
      },
    };
  },
};

/** The nodes below each switch, from the lowest level to the highest. */
export function domainsByLevel({ topology = [] }: Cluster): number[][][] {
  return topology.map(nodesBelow).reverse();
}

function nodesBelow({ domain }: TopologyLevel): number[][] {
  const below: number[][] = domain.names.map(() => []);
  domain.code.forEach((switchNumber, node) => {
    if (switchNumber >= 0) below[switchNumber].push(node);
  });
  return below;
}

function batchesOf({ firstGroup, groupRequest, groupTasks }: Requests, job: number): Batch[] {
  const batches: Batch[] = [];
  for (let index = firstGroup[job]; index < firstGroup[job + 1]; index++) {
    batches.push({ index: index - firstGroup[job], request: groupRequest[index], tasks: groupTasks[index] });
  }
  return batches;
}

/** The domain with the fewest tasks of room to spare, over all groups; undefined if none has room for each of them. */
function tightestDomain(
  job: number,
  batches: readonly Batch[],
  domains: readonly (readonly number[])[],
  room: NodeRoom,
): readonly number[] | undefined {
  let best: readonly number[] | undefined;
  let least = Infinity;
  for (const nodes of domains) {
    let spare = 0;
    for (const { request, tasks } of batches) {
      let fit = 0;
      for (const node of nodes) fit += room.tasksThatFit(node, request, job);
      spare = fit < tasks ? Infinity : spare + fit - tasks;
    }
    if (spare < least) [best, least] = [nodes, spare];
  }
  return best;
}

function placeIn(job: number, batches: readonly Batch[], nodes: readonly number[], plan: PlacementPlan): boolean {
  return batches.every((batch) => fillFewest(job, batch, nodes, plan));
}
