/**
 * How many nodes are looked at, and from where.
 * Source: pkg/scheduler/schedule_one.go (numFeasibleNodesToFind, findNodesThatPassFilters; Kubernetes v1.36.2).
 */

/** In a cluster this small every node is looked at. */
const FEWEST = 100;
const LOWEST_PERCENTAGE = 5;

/** How many nodes that pass are enough. Percentage 0: the larger the cluster, the smaller the share. */
export function numFeasibleNodesToFind(nodes: number, percentage: number): number {
  if (nodes < FEWEST) return nodes;
  const share = percentage === 0 ? Math.max(LOWEST_PERCENTAGE, 50 - Math.trunc(nodes / 125)) : Math.min(percentage, 100);
  return Math.max(FEWEST, Math.trunc((nodes * share) / 100));
}

/** Where the next search begins, as an index into the order of nodes. One for each scheduler. */
export interface SearchStart {
  next: number;
}
