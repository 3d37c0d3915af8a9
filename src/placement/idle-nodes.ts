import type { Cluster } from '../cluster.ts';
import type { NodeFilter } from './ranked.ts';

/**
 * Only nodes on which nothing runs. Where every job is placed so, each has its nodes for itself: what its tasks do not
 * ask for stays free, and is counted as free, but nobody else gets it.
 */
export function idleNodes(cluster: Cluster): NodeFilter {
  const others = cluster.pools.flatMap(({ other = {} }) => Object.keys(other));
  const resources = [...new Set(['cpu', 'memory', 'gpu', ...others])];
  return (node, room) => resources.every((name) => room.free(node, name) === room.capacity(node, name));
}
