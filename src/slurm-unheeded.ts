/**
 * What of a slurm.conf, and of what jobs asked of Slurm, a policy that knows nothing of Slurm leaves out though it changes
 * decisions. Such a policy has nodes, which partition is open to which of them, and MaxTime of partitions, and nothing else.
 */
import type { SlurmConfig, SlurmMemoryDefaults, SlurmPartition } from './slurm.ts';
import type { SlurmOptions } from './slurm-workload.ts';
import { countOf } from './units.ts';
import type { Requests } from './workload.ts';

/** A sentence for each of the two; none if nothing is left out. */
export function slurmUnheeded(jobs: Requests, slurm: SlurmConfig | undefined): string[] {
  const ofConf = slurm === undefined ? [] : settingsOf(slurm);
  const ofJobs = wishesOf(jobs, slurm);
  const warnings: string[] = [];
  if (slurm !== undefined && ofConf.length > 0) {
    warnings.push(
      `it takes nodes, partitions and their MaxTime from slurm.conf of ${slurm.clusterName}, and does not heed: ${ofConf.join(', ')}`,
    );
  }
  if (ofJobs.length > 0) warnings.push(`of what jobs asked of Slurm it does not heed: ${ofJobs.join(', ')}`);
  return warnings;
}

function settingsOf(slurm: SlurmConfig): string[] {
  const { enforcement, accounts, priority, preemption, partitions, reservations, licenses, select, memory } = slurm;
  const hasAccounts = (accounts?.associations.length ?? 0) > 0;
  const given: [string, boolean][] = [
    ['who may submit at all (AccountingStorageEnforce=associations)', hasAccounts && enforcement.associations],
    ['limits of accounts and QoS', hasAccounts && enforcement.limits],
    ['PriorityType=priority/multifactor', priority.type === 'multifactor'],
    ['PriorityTier', new Set(partitions.map(({ priorityTier }) => priorityTier)).size > 1],
    [`PreemptType=preempt/${preemption.type}`, preemption.type !== 'none'],
    ['reservations', reservations.length > 0],
    ['Licenses', Object.keys(licenses).length > 0],
    ['Weight of nodes', new Set(slurm.pools.map(({ weight }) => weight)).size > 1],
    ['topology/tree', slurm.topology === 'tree'],
    ['CR_LLN', select.leastLoadedNodes],
    ['pack_serial_at_end', slurm.scheduler.choice.packSerialAtEnd],
    ['DefMemPerCPU and its kin', limitsMemory(memory)],
    ['OverTimeLimit', slurm.timing.overTimeLimit > 0],
  ];
  return [...given.filter(([, is]) => is).map(([name]) => name), ...rulesOf(partitions)];
}

/** Options of partitions, each with the partitions that have it. */
function rulesOf(partitions: readonly SlurmPartition[]): string[] {
  const rules: [string, (partition: SlurmPartition) => boolean][] = [
    ['MaxNodes', ({ maxNodes }) => maxNodes < Infinity],
    ['MinNodes', ({ minNodes }) => minNodes > 1],
    ['MaxCPUsPerNode', ({ maxCpusPerNode }) => maxCpusPerNode < Infinity],
    ['AllowAccounts', ({ allowAccounts }) => allowAccounts !== undefined],
    ['DenyAccounts', ({ denyAccounts }) => denyAccounts !== undefined],
    ['AllowQos', ({ allowQos }) => allowQos !== undefined],
    ['DenyQos', ({ denyQos }) => denyQos !== undefined],
    ['QOS', ({ qos }) => qos !== undefined],
    ['State', ({ state }) => state !== 'up'],
    ['OverSubscribe', ({ overSubscribe: { mode } }) => mode === 'exclusive' || mode === 'force'],
    ['ExclusiveUser', ({ exclusiveUser }) => exclusiveUser],
    ['RootOnly', ({ rootOnly }) => rootOnly],
    ['LLN', ({ leastLoadedNodes }) => leastLoadedNodes],
    ['DefMem and MaxMem', ({ memory }) => limitsMemory(memory)],
    ['ReqResv', ({ reservationOnly }) => reservationOnly],
  ];
  return rules.flatMap(([name, has]) => {
    const names = partitions.filter(has).map((partition) => partition.name);
    return names.length === 0 ? [] : [`${name} of ${few(names)}`];
  });
}

/** Memory that jobs have if they ask for none, or at most. */
function limitsMemory({ perCpu, perNode, perGpu, maxPerCpu, maxPerNode }: SlurmMemoryDefaults): boolean {
  return [perCpu, perNode, perGpu, maxPerCpu, maxPerNode].some((bytes) => bytes > 0 && bytes < Infinity);
}

const WISHES: readonly (readonly [string, (options: SlurmOptions) => boolean])[] = [
  ['--exclusive', ({ exclusive }) => exclusive !== undefined],
  ['--constraint', ({ constraint }) => constraint !== undefined],
  ['--nodelist and --exclude', ({ nodeList, excludedNodes }) => nodeList !== undefined || excludedNodes !== undefined],
  ['all but the first of several partitions', ({ partitions }) => (partitions?.length ?? 0) > 1],
  ['--reservation', ({ reservation }) => reservation !== undefined],
  ['--licenses', ({ licenses }) => licenses !== undefined],
  ['--switches', ({ switches }) => switches !== undefined],
  [
    '--nodes and --ntasks-per-node',
    ({ minNodes = 1, maxNodes, tasksPerNode }) => minNodes > 1 || maxNodes !== undefined || tasksPerNode !== undefined,
  ],
  ['--contiguous and --spread-job', ({ contiguous, spreadJob }) => contiguous === true || spreadJob === true],
  ['--time-min', ({ timeMin }) => timeMin !== undefined],
  ['--hold', ({ held }) => held === true],
  ['--nice', ({ nice }) => nice !== undefined && nice !== 0],
];

/** What jobs asked for, each with the number of jobs. */
function wishesOf(jobs: Requests, config: SlurmConfig | undefined): string[] {
  const { slurm, firstGroup, submit, partition } = jobs;
  const counts = new Map<string, number>();
  const count = (name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);
  const known = new Set(config?.partitions.map(({ name }) => name));
  const wishes = slurm?.options.map((options) => WISHES.filter(([, has]) => has(options)).map(([name]) => name)) ?? [];
  for (let job = 0; job < submit.length; job++) {
    const name = partition.names[partition.code[job]];
    if (config !== undefined && name !== undefined && !known.has(name)) count('partitions that slurm.conf does not have');
    if (slurm === undefined) continue;
    for (const wish of wishes[slurm.optionsOfGroup[firstGroup[job]]] ?? []) count(wish);
    if ((slurm.begin?.[job] ?? 0) > submit[job]) count('the time from which they may start');
    if (!Number.isNaN(slurm.deadline?.[job] ?? NaN)) count('--deadline');
    if ((slurm.arrays[slurm.arrayOfJob?.[job] ?? -1]?.limit ?? Infinity) < Infinity) count('how many tasks of an array may run');
  }
  return [...counts].map(([wish, number]) => `${wish} (${countOf(number, 'job')})`);
}

function few(names: readonly string[]): string {
  return names.length > 4 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
}
