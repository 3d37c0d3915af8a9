import { poolOfNodes } from '../cluster.ts';
import type { Cluster } from '../cluster.ts';
import type { PlacementSpec } from '../placement.ts';
import { gpusOf } from '../workload.ts';
import { everyNode, fillFewest } from './consolidate.ts';
import type { Filled } from './consolidate.ts';

export const packed: PlacementSpec = {
  name: 'packed',
  summary:
    'On no more nodes than its GPUs need (its processors, without GPUs), or not at all: a job waits rather than be spread; else as consolidate.',
  source: 'consolidation as a constraint, as of jobs with skewed tensors in Tiresias (Gu et al., NSDI 2019)',
  create(setup) {
    const nodes = everyNode(setup);
    const { jobs } = setup;
    const largest = largestNode(setup.cluster);
    return {
      place(job, _room, plan) {
        const used = new Set<number>();
        const noted: Filled = {
          roomLeft: (node, request, of) => plan.roomLeft(node, request, of),
          add(group, node, tasks, devices) {
            used.add(node);
            plan.add(group, node, tasks, devices);
          },
        };
        for (let index = jobs.firstGroup[job]; index < jobs.firstGroup[job + 1]; index++) {
          const group = { index: index - jobs.firstGroup[job], request: jobs.groupRequest[index], tasks: jobs.groupTasks[index] };
          if (!fillFewest(job, group, nodes, noted)) return false;
        }
        const gpus = gpusOf(jobs, job) / 1000;
        const needed = gpus > 0 ? gpus / largest.gpus : jobs.procs[job] / largest.procs;
        return used.size <= Math.max(1, Math.ceil(needed));
      },
    };
  },
};

function largestNode(cluster: Cluster): { gpus: number; procs: number } {
  const pools = Array.from(new Set(poolOfNodes(cluster)), (pool) => cluster.pools[pool]);
  return {
    gpus: Math.max(1, ...pools.map(({ gpus }) => gpus)),
    procs: Math.max(1, ...pools.map(({ cpu }) => Math.floor(cpu / 1000))),
  };
}
