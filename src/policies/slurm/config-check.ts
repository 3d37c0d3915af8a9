/** What a slurm.conf asks for that these policies do not do yet: refused by name, unless the user takes that into account. */
import { usageError } from '../../errors.ts';
import type { SlurmConfig } from '../../slurm.ts';

/** Refuses a configuration that is not modelled. */
export function checkConfig(config: SlurmConfig, policy: string): void {
  const missing = notModelled(config);
  if (missing.length === 0) return;
  throw usageError(
    `not modelled yet: ${missing.join(', ')}`,
    `policy ${policy}, slurm.conf of ${config.clusterName}`,
    `take them out of the file, or say ${policy}:partial=true to simulate without them`,
  );
}

function notModelled(config: SlurmConfig): string[] {
  const { preemption, select, partitions, scheduler, timing } = config;
  const { main } = scheduler;
  const asked: [string, boolean][] = [
    ['PreemptMode=SUSPEND with PreemptType=preempt/qos', preemption.type === 'qos' && preemption.mode.how === 'suspend'],
    ['OverSubscribe=FORCE without PreemptMode=GANG', !preemption.mode.gang && partitions.some(isForced)],
    ['MaxCPUsPerSocket of a partition', partitions.some((partition) => partition.maxCpusPerSocket < Infinity)],
    ['SelectTypeParameters of a partition', partitions.some(({ unit }) => unit !== undefined && unit !== select.unit)],
    ['AllowGroups of a partition', partitions.some(({ allowGroups }) => allowGroups !== undefined)],
    ['topology/block', config.topology === 'block'],
    ['TopologyParam=dragonfly', config.topologyFlags.includes('dragonfly')],
    ['CompleteWait', timing.completeWait > 0],
    ['reduce_completing_frag', main.reduceCompletingFragments],
    ['max_rpc_cnt', main.maxRpcs > 0],
    ['CR_Board', select.unit === 'board'],
  ];
  return asked.filter(([, is]) => is).map(([name]) => name);
}

function isForced({ overSubscribe: { mode, jobs } }: SlurmConfig['partitions'][number]): boolean {
  return mode === 'force' && jobs > 1;
}
