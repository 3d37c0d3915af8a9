/** The machine of a point: the cluster of the scenario, resized, numbered and failing as the point wants it. */
import { withIdentities } from '../cluster-spec.ts';
import type { Cluster, NodePool } from '../cluster.ts';
import { usageError } from '../errors.ts';
import type { Point, Resize } from './point.ts';
import type { PointInputs } from './point-inputs.ts';

export function pointCluster({ cluster: wanted, placement, run: { failures } }: Point, { clusters }: PointInputs): Cluster {
  const resized = resize(clusters[wanted.cluster], wanted.resize, wanted.entry);
  // A placement, or a policy that binds to nodes, has nothing to choose from where processors have no identity.
  const named = placement === undefined ? resized : withIdentities(resized);
  return failures === undefined ? named : { ...named, pools: named.pools.map((pool) => ({ ...pool, failures })) };
}

/** The cluster with another number of nodes. Throws `InputError` where nodes are named one by one. */
export function resize(cluster: Cluster, { nodes, factor }: Resize, name: string): Cluster {
  if (nodes === undefined && factor === undefined) return cluster;
  const where = `cluster "${name}"`;
  if (nodes !== undefined && cluster.pools.length > 1) {
    throw usageError(`it has ${cluster.pools.length} pools, so "nodes" is not clear`, where, 'sweep over nodes-factor instead');
  }
  const listed =
    cluster.outages.length > 0 ? 'outages' : cluster.topology ? 'a topology' : cluster.slurm ? 'a slurm.conf' : undefined;
  if (listed !== undefined || cluster.pools.some(isListed)) {
    throw usageError(
      `its nodes are named one by one (${listed ?? 'names'}), so their number is fixed`,
      where,
      'describe it by a spec',
    );
  }
  const pools = cluster.pools.map((pool) => ({ ...pool, count: Math.max(1, Math.round((nodes ?? pool.count) * (factor ?? 1))) }));
  return { ...cluster, pools };
}

function isListed({ nodeNames, object }: NodePool): boolean {
  return nodeNames !== undefined || object !== undefined;
}
