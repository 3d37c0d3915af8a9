/** What stands in for Kueue's objects if none are given: one queue that has all that the nodes have. */
import type { Node } from '../../kubernetes.ts';
import type { KueueObjects, Quota } from './objects.ts';

const FLAVOR = 'default-flavor';

/** Everything that nodes list is covered, but the number of pods. The queue preempts nobody. */
export function wholeCluster(nodes: readonly Node[]): KueueObjects {
  const sums = new Map<string, number>();
  for (const { allocatable } of nodes) {
    for (const [name, amount] of allocatable) if (name !== 'pods') sums.set(name, (sums.get(name) ?? 0) + amount);
  }
  const quotas = new Map<string, Quota>();
  for (const [name, nominal] of sums) quotas.set(name, { nominal, borrowingLimit: Infinity, lendingLimit: Infinity });
  return {
    clusterQueues: [
      {
        name: 'cluster-queue',
        groups: [{ resources: [...quotas.keys()], flavors: [{ flavor: FLAVOR, quotas }] }],
        weight: 1,
        strategy: 'BestEffortFIFO',
        namespaces: { matchLabels: new Map(), matchExpressions: [] },
        fungibility: {
          whenCanBorrow: 'MayStopSearch',
          whenCanPreempt: 'TryNextFlavor',
          preference: 'BorrowingOverPreemption',
        },
        preemption: { withinClusterQueue: 'Never', reclaimWithinCohort: 'Never' },
        stopPolicy: 'None',
      },
    ],
    cohorts: [],
    localQueues: [],
    flavors: new Map([[FLAVOR, { name: FLAVOR, nodeLabels: new Map(), taints: [], tolerations: [] }]]),
    priorities: new Map(),
    topologies: new Map(),
  };
}
