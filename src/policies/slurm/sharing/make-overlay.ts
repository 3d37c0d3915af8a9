/** The overlay that a slurm.conf asks for, and the processors that it makes of those that are there. */
import type { Cluster } from '../../../cluster.ts';
import type { SlurmConfig, SlurmPartition } from '../../../slurm.ts';
import type { Requests } from '../../../workload.ts';
import type { Machine } from '../machine.ts';
import type { Selection } from '../selection.ts';
import { Overlay } from './overlay.ts';

/** Undefined where every core has one job. */
export function makeOverlay(jobs: Requests, config: SlurmConfig, machine: Machine, selection: Selection): Overlay | undefined {
  const { preemption, partitions } = config;
  if (!preemption.mode.gang && !partitions.some((partition) => mayShare(partition, jobs))) return undefined;
  return new Overlay({
    machine,
    selection,
    gang: preemption.mode.gang,
    preemption: preemption.type,
    partitions: partitions.map(({ priorityTier, overSubscribe, preemptMode }) => ({
      tier: priorityTier,
      isForced: overSubscribe.mode === 'force',
      rows: overSubscribe.jobs,
      isProtected: (preemptMode ?? preemption.mode).how !== 'suspend',
    })),
  });
}

/** With OverSubscribe=YES, jobs that say so. */
function mayShare({ overSubscribe: { mode } }: SlurmPartition, { slurm }: Requests): boolean {
  return mode === 'force' || (mode === 'yes' && slurm?.options.some(({ overSubscribe }) => overSubscribe === true) === true);
}

/**
 * The cluster with as many processors as jobs may hold at once, so that they can be booked: jobs that share processors
 * are as long as their run times say. Where they take turns, only those are booked whose turn it is.
 */
export function bookedCluster(cluster: Cluster, jobs: Requests): Cluster {
  const { slurm } = cluster;
  if (slurm === undefined || slurm.preemption.mode.gang) return cluster;
  const sharing = slurm.partitions.filter((partition) => mayShare(partition, jobs));
  if (sharing.length === 0) return cluster;
  let first = 0;
  const pools = cluster.pools.map((pool) => {
    const times = sharing.reduce((sum, { nodes, overSubscribe }) => sum + (nodes.includes(first) ? overSubscribe.jobs : 0), 1);
    first += pool.count;
    return { ...pool, cpu: pool.cpu * times };
  });
  return { ...cluster, pools };
}
