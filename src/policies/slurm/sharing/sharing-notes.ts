/** What operators should know of a slurm.conf that lets jobs share cores, or take turns on them. */
import type { SlurmConfig } from '../../../slurm.ts';

export function sharingNotes(config: SlurmConfig): string[] {
  return [...noteOfSpeed(config), ...noteOfSuspension(config)];
}

function noteOfSpeed({ preemption, partitions }: SlurmConfig): string[] {
  if (preemption.mode.gang) return [];
  const sharing = partitions.filter(({ overSubscribe: { mode, jobs } }) => mode === 'force' && jobs > 1);
  if (sharing.length === 0) return [];
  return [
    `jobs that share cores in ${namesOf(sharing)} run as fast as alone: PreemptMode has no GANG to let them take turns. ` +
      'Real ones slow each other down',
  ];
}

/** preempt.html: OverSubscribe must be FORCE wherever preemption suspends. */
function noteOfSuspension(config: SlurmConfig): string[] {
  const without = config.partitions.filter(({ overSubscribe }) => overSubscribe.mode !== 'force');
  const victims = suspendedQos(config);
  if (victims.length === 0 || without.length === 0) return [];
  const names = namesOf(without);
  return [
    `QoS suspends jobs of ${victims.join(', ')}, but not in partitions without OverSubscribe=FORCE (${names}): who would ` +
      'preempt them there waits until they end, and keeps others waiting. Give these partitions OverSubscribe=FORCE:1, as ' +
      'the manual of Slurm says',
  ];
}

/** Names of QoS whose jobs others suspend. */
function suspendedQos({ preemption, accounts }: SlurmConfig): string[] {
  if (preemption.type !== 'qos' || accounts === undefined) return [];
  const preempted = new Set(accounts.qos.flatMap(({ preempt }) => preempt));
  return accounts.qos
    .filter(({ name }) => preempted.has(name))
    .filter(({ preemptMode }) => (preemptMode === 'cluster' ? preemption.mode.how : preemptMode) === 'suspend')
    .map(({ name }) => name);
}

function namesOf(partitions: SlurmConfig['partitions']): string {
  return partitions.map(({ name }) => name).join(', ');
}
