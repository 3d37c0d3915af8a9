/**
 * What a slurm.conf asks for that these policies do not do: what would change decisions is refused by name, unless the user
 * takes that into account; what has nothing to work on in a simulation is told of.
 */
import { usageError } from '../../errors.ts';
import type { SlurmConfig } from '../../slurm.ts';
import { effectless } from './effectless.ts';
import { sharingNotes } from './sharing/sharing-notes.ts';

/** Refuses a configuration that is not modelled; `partial`: only tells of it. */
export function checkConfig(config: SlurmConfig, policy: string, partial: boolean, warn: (message: string) => void): void {
  for (const { option, why } of effectless(config))
    warn(`slurm.conf of ${config.clusterName}: ${option} has no effect here: ${why}`);
  for (const note of sharingNotes(config)) warn(`slurm.conf of ${config.clusterName}: ${note}`);
  const ofGroups = config.partitions.filter(({ allowGroups }) => allowGroups !== undefined).map(({ name }) => name);
  // Jobs of a trace were let in.
  if (ofGroups.length > 0) {
    warn(`slurm.conf of ${config.clusterName}: AllowGroups of ${ofGroups.join(', ')} lets everybody in: groups are not known`);
  }
  const missing = notModelled(config);
  if (missing.length === 0 || partial) return;
  throw usageError(
    `not modelled yet: ${missing.join(', ')}`,
    `policy ${policy}, slurm.conf of ${config.clusterName}`,
    `take them out of the file, or say ${policy}:partial=true to simulate without them`,
  );
}

function notModelled(config: SlurmConfig): string[] {
  const { preemption, select, partitions } = config;
  const asked: [string, boolean][] = [
    ['MaxCPUsPerSocket of a partition', partitions.some((partition) => partition.maxCpusPerSocket < Infinity)],
    ['SelectTypeParameters of a partition', partitions.some(({ unit }) => unit !== undefined && unit !== select.unit)],
    ['TopologyParam=dragonfly', config.topologyFlags.includes('dragonfly')],
    ['PreemptParameters=reclaim_licenses', preemption.parameters.includes('reclaim_licenses')],
    ['CR_Board', select.unit === 'board'],
  ];
  return asked.filter(([, is]) => is).map(([name]) => name);
}
