import type { Cluster } from '../cluster.ts';
import { usageError } from '../errors.ts';
import type { TaskRequest } from '../workload.ts';

/** A request for all of one node of the cluster, whose nodes must be alike: a lease is of whole nodes. */
export function wholeNodeOf(cluster: Cluster, where: string): TaskRequest {
  const [first, ...others] = cluster.pools;
  const request = { cpu: first.cpu, memory: first.memory === Infinity ? 0 : first.memory, gpu: first.gpus * 1000 };
  for (const { cpu, memory, gpus } of others) {
    if (cpu === first.cpu && memory === first.memory && gpus === first.gpus) continue;
    throw usageError(`the nodes of ${cluster.name} differ`, where, 'give a manager that leases out its nodes one pool');
  }
  return request;
}

/** Whole nodes that these tasks need, each group on nodes of its own. */
export function nodesFor(
  groups: readonly { readonly tasks: number; readonly request: TaskRequest }[],
  { cpu, memory, gpu }: TaskRequest,
): number {
  let nodes = 0;
  for (const { tasks, request } of groups) {
    const fits = (has: number, needs: number) => (needs === 0 ? Infinity : Math.floor(has / needs));
    const memoryFits = memory === 0 ? Infinity : fits(memory, request.memory);
    const perNode = Math.min(fits(cpu, request.cpu), memoryFits, fits(gpu, request.gpu));
    // What fits on no node is one too many for any: the manager that is asked says so.
    nodes += perNode >= 1 ? Math.ceil(tasks / perNode) : tasks;
  }
  return Math.max(1, nodes);
}
