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
  const { main, backfill, choice } = scheduler;
  const asked: [string, boolean][] = [
    ['PreemptMode=GANG', preemption.mode.gang],
    ['OverSubscribe=YES or FORCE', partitions.some(({ overSubscribe: { mode } }) => mode === 'yes' || mode === 'force')],
    ['MinNodes of a partition', partitions.some(({ minNodes }) => minNodes > 1)],
    ['MaxCPUsPerNode of a partition', partitions.some((partition) => partition.maxCpusPerNode < Infinity)],
    ['ExclusiveUser', partitions.some(({ exclusiveUser }) => exclusiveUser)],
    ['LLN', select.leastLoadedNodes || partitions.some(({ leastLoadedNodes }) => leastLoadedNodes)],
    ['AllowGroups of a partition', partitions.some(({ allowGroups }) => allowGroups !== undefined)],
    ['topology', config.topology !== 'flat'],
    ['reservations', config.reservations.length > 0],
    ['CompleteWait', timing.completeWait > 0],
    ['reduce_completing_frag', main.reduceCompletingFragments],
    ['max_rpc_cnt', main.maxRpcs > 0],
    ['bf_licenses', backfill.licenses],
    ['bf_busy_nodes', backfill.busyNodes],
    ['bf_one_resv_per_job', backfill.oneReservationPerJob],
    ['pack_serial_at_end', choice.packSerialAtEnd],
    ['CR_Socket, CR_Board', select.unit === 'socket' || select.unit === 'board'],
  ];
  return asked.filter(([, is]) => is).map(([name]) => name);
}
