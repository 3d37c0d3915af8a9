/**
 * What a run would do to a cluster as it is now, without doing any of it: the nodes are read, and the pods of others that are
 * on them, and the run takes place in virtual time. The policy decides by the same session as on the real cluster, but as if
 * every call were answered at once, pods ran as long as the workload says, and nobody else came or went.
 */
import { clusterOfNodes, readListedNode } from '../../cluster-kubernetes.ts';
import type { Cluster } from '../../cluster.ts';
import { nodeCount } from '../../cluster.ts';
import type { Schedule } from '../../schedule.ts';
import type { LivePlan } from '../driver/live-run-settings.ts';
import { readLivePod } from '../driver/live-pod.ts';
import type { Ownership } from '../driver/live-pod.ts';
import { isOpen, unlike } from '../driver/node-state.ts';
import type { Order } from '../driver/orders.ts';
import type { KubeApi } from '../kubernetes/api.ts';
import { LiveTrouble } from '../trouble.ts';
import { VirtualCluster } from './virtual-cluster.ts';

export interface DryRunSettings {
  readonly ownership: Ownership;
  /** Label selector of the nodes that are used; all if empty. */
  readonly nodes: string;
  /** Told what would be done, and when [ms of the workload]. */
  told(order: Order, at: number): void;
}

export interface DryRun {
  readonly schedule: Schedule;
  readonly cluster: Cluster;
}

export async function dryRun(api: KubeApi, { workload, spec, options }: LivePlan, settings: DryRunSettings): Promise<DryRun> {
  const { ownership, nodes, told } = settings;
  const query = nodes === '' ? '' : `?labelSelector=${encodeURIComponent(nodes)}`;
  const listed = (await list(api, 'nodes', query)).map((item) => readListedNode(item, 'node'));
  const cluster = clusterOfNodes(listed, ownership.run);
  if (nodeCount(cluster) === 0) throw new LiveTrouble('it has no nodes', api.server, 'make some, or look at --nodes');
  const virtual = new VirtualCluster(workload, cluster, spec, options);
  const { session } = virtual;
  for (const [number, one] of listed.entries()) session.nodeSeen(number, one.node, isOpen(one), unlike);
  for (const pod of await list(api, 'pods', '')) session.see({ ...readLivePod(pod, ownership), mark: undefined });
  virtual.onOrder = (order) => told(order, session.core.now);
  return { schedule: virtual.run(), cluster };
}

async function list(api: KubeApi, what: 'nodes' | 'pods', query: string): Promise<readonly unknown[]> {
  const answer = await api.persist({ call: `list ${what}`, method: 'GET', path: `/api/v1/${what}${query}` });
  return (answer as { items?: readonly unknown[] }).items ?? [];
}
