/** PreemptType=preempt/partition_prio: a higher tier preempts a lower one. Source: Slurm 22.05, preempt_partition_prio.c. */
import type { SlurmConfig } from '../../../slurm.ts';
import { overlaps } from '../node-set.ts';
import type { PartitionRules } from '../partitions.ts';
import { MOST } from './preempt-rules.ts';
import type { PreemptRules } from './preempt-rules.ts';

export function partitionPrioRules(
  { partitions, preemption }: Pick<SlurmConfig, 'partitions' | 'preemption'>,
  rules: readonly PartitionRules[],
): PreemptRules {
  const tierOf = (partition: number) => rules[partition].tier;
  const lowest = Math.min(...rules.map(({ tier }) => tier));
  return {
    precedes: ({ partition: first }, { partition: second }) =>
      tierOf(first) > tierOf(second) && overlaps(rules[first].nodes, rules[second].nodes),
    precedesByTier: true,
    mightPreempt: ({ partition }) => tierOf(partition) > lowest,
    mayPreempt: (preemptor, victim) =>
      tierOf(victim.partition) < tierOf(preemptor.partition) && !isProtected(partitions[victim.partition]),
    modeOf: ({ partition }) => (partitions[partition].preemptMode ?? preemption.mode).how,
    graceOf: ({ partition }) => partitions[partition].graceTime,
    importanceOf: ({ partition }, nodes) => tierOf(partition) * (MOST + 1) + Math.min(nodes, MOST),
  };
}

/** PreemptMode=OFF of the partition itself. One of GANG alone is no protection, though nothing comes of it. */
function isProtected({ preemptMode }: SlurmConfig['partitions'][number]): boolean {
  return preemptMode?.how === 'off' && !preemptMode.gang;
}
