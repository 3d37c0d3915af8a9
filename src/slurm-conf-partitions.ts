/** The lines of slurm.conf that describe partitions. Source: Slurm 22.05, read_config.c and partition_mgr.c. */
import { usageError } from './errors.ts';
import { KNOWN_PARTITION_OPTIONS, PARTITION_LOSSES } from './slurm-conf-known.ts';
import type { ConfLine, Setting } from './slurm-conf-lines.ts';
import type { ConfNodes } from './slurm-conf-nodes.ts';
import type { ConfNotes } from './slurm-conf-notes.ts';
import { readPreemptMode } from './slurm-conf-preemption.ts';
import { ConfTable, readCount, readMinutes, wrongValue } from './slurm-conf-table.ts';
import { readTresWeights } from './slurm-conf-tres.ts';
import { expandHostlist } from './slurm-hostlist.ts';
import type { SlurmMemoryDefaults, SlurmOverSubscribe, SlurmPartition, SlurmSelect } from './slurm.ts';
import { SECOND } from './units.ts';

/** FORCE and YES without a number. */
const SHARED_BY = 4;

export function readPartitions(
  lines: readonly ConfLine[],
  nodes: ConfNodes,
  sets: ReadonlyMap<string, readonly string[]>,
  notes: ConfNotes,
): SlurmPartition[] {
  const partitions: SlurmPartition[] = [];
  let defaults: ConfTable | undefined;
  for (const [head, ...settings] of lines) {
    const table = new ConfTable(settings, defaults);
    if (/^default$/i.test(head.value)) {
      defaults = new ConfTable(settings).mergedInto(defaults);
      continue;
    }
    if (partitions.some(({ name }) => name === head.value)) {
      throw usageError(`the partition ${head.value} is described twice`, head.at, 'describe each partition once');
    }
    const numbers = nodesOf(table.get('Nodes'), head, nodes, sets, notes);
    partitions.push({ name: head.value, nodes: numbers, ...readLimits(table), ...readRules(table, notes) });
    notes.file(table.rest(), 'PartitionName ', KNOWN_PARTITION_OPTIONS, PARTITION_LOSSES);
  }
  return onlyOneDefault(partitions, notes);
}

/** Nodes that are not there are left out, as Slurm does. */
function nodesOf(
  setting: Setting | undefined,
  head: Setting,
  nodes: ConfNodes,
  sets: ReadonlyMap<string, readonly string[]>,
  notes: ConfNotes,
): Int32Array {
  if (setting === undefined || /^(\(null\))?$/.test(setting.value)) {
    notes.warn(`${head.at}: the partition ${head.value} has no nodes`);
    return new Int32Array(0);
  }
  const numbers = new Set<number>();
  const missing: string[] = [];
  const add = (name: string) => {
    const number = nodes.numberOf.get(name);
    if (number === undefined) missing.push(name);
    else numbers.add(number);
  };
  for (const word of expandHostlist(setting.value, setting.at)) {
    if (/^all$/i.test(word)) for (let node = 0; node < nodes.names.length; node++) numbers.add(node);
    else for (const name of sets.get(word) ?? [word]) add(name);
  }
  if (missing.length > 0) {
    const few = missing.slice(0, 5).join(', ') + (missing.length > 5 ? ' ...' : '');
    notes.warn(`${setting.at}: ${missing.length} nodes of the partition ${head.value} are not described, and left out: ${few}`);
  }
  return Int32Array.from(numbers).sort();
}

function readLimits(table: ConfTable) {
  const defaultTime = table.get('DefaultTime');
  const overTime = table.get('OverTimeLimit');
  const weights = table.get('TRESBillingWeights');
  const both = table.get('Priority');
  const priority = both === undefined ? undefined : readCount(both);
  return {
    maxTime: table.minutes('MaxTime', Infinity),
    defaultTime: defaultTime === undefined ? NaN : readMinutes(defaultTime),
    maxNodes: table.count('MaxNodes', Infinity),
    minNodes: table.count('MinNodes', 0),
    maxCpusPerNode: table.count('MaxCPUsPerNode', Infinity),
    maxCpusPerSocket: table.count('MaxCPUsPerSocket', Infinity),
    // Priority of old versions sets both, and wins over them.
    priorityTier: priority ?? table.count('PriorityTier', 1),
    priorityJobFactor: priority ?? table.count('PriorityJobFactor', 1),
    graceTime: table.count('GraceTime', 0) * SECOND,
    ...(overTime === undefined ? {} : { overTimeLimit: readMinutes(overTime) }),
    ...(weights === undefined ? {} : { billingWeights: readTresWeights(weights) }),
    memory: readMemoryDefaults(table),
  };
}

function readRules(table: ConfTable, notes: ConfNotes) {
  const preemptMode = table.get('PreemptMode');
  const qos = table.text('QOS');
  const alternate = table.text('Alternate');
  // Of these three Slurm asks the line itself only.
  const exclusiveUser = table.own('ExclusiveUser');
  const select = table.own('SelectTypeParameters');
  return {
    default: table.flag('Default', false),
    state: readState(table.get('State')),
    overSubscribe: readOverSubscribe(table.get('OverSubscribe') ?? table.get('Shared'), notes),
    ...(preemptMode === undefined ? {} : { preemptMode: readPreemptMode(preemptMode) }),
    ...(qos === undefined ? {} : { qos: qos.toLowerCase() }),
    ...(alternate === undefined ? {} : { alternate }),
    ...readAccess(table, notes),
    exclusiveUser: exclusiveUser !== undefined && new ConfTable([exclusiveUser]).flag('ExclusiveUser', false),
    leastLoadedNodes: table.flag('LLN', false),
    rootOnly: table.flag('RootOnly', false),
    reservationOnly: table.flag('ReqResv', false),
    ...(select === undefined ? {} : { unit: readUnit(select) }),
  };
}

function readState(setting: Setting | undefined): SlurmPartition['state'] {
  if (setting === undefined) return 'up';
  const value = setting.value.toLowerCase();
  const found = (['down', 'up', 'drain', 'inactive'] as const).find((state) => value.startsWith(state));
  if (found === undefined) throw wrongValue(setting, 'write UP, DOWN, DRAIN or INACTIVE');
  return found;
}

function readOverSubscribe(setting: Setting | undefined, notes: ConfNotes): SlurmOverSubscribe {
  const value = setting?.value.toLowerCase() ?? 'no';
  if (value === 'no') return { mode: 'no', jobs: 1 };
  if (value === 'exclusive') return { mode: 'exclusive', jobs: 1 };
  const match = /^(yes|force)(?::(\d+))?$/.exec(value);
  if (setting === undefined || match === null) {
    throw wrongValue(setting ?? { key: 'OverSubscribe', value, at: '' }, 'write NO, EXCLUSIVE, YES, YES:n, FORCE or FORCE:n');
  }
  const mode = match[1] === 'yes' ? 'yes' : 'force';
  const jobs = match[2] === undefined ? SHARED_BY : Number(match[2]);
  if (jobs >= (mode === 'yes' ? 2 : 1)) return { mode, jobs };
  notes.warn(`${setting.at}: ${setting.key}=${setting.value} is taken as NO, as Slurm does`);
  return { mode: 'no', jobs: 1 };
}

/** Who may use the partition: an allowed list wins over a denied one. */
function readAccess(table: ConfTable, notes: ConfNotes) {
  const list = (key: string, lower: boolean) => {
    const words = table.words(key)?.map((word) => (lower ? word.toLowerCase() : word));
    return words === undefined || (words.length === 1 && words[0].toLowerCase() === 'all') ? undefined : words;
  };
  const allowAccounts = list('AllowAccounts', true);
  const allowGroups = list('AllowGroups', false);
  const allowQos = list('AllowQos', true);
  const denyAccounts = list('DenyAccounts', true);
  const denyQos = list('DenyQos', true);
  const alloc = table.get('AllocNodes');
  if (alloc !== undefined && !/^all$/i.test(alloc.value)) {
    notes.lost('PartitionName AllocNodes', 'jobs may be submitted from any node', alloc.at);
  }
  return {
    ...(allowAccounts === undefined ? {} : { allowAccounts }),
    ...(allowGroups === undefined ? {} : { allowGroups }),
    ...(allowQos === undefined ? {} : { allowQos }),
    ...(allowAccounts !== undefined || denyAccounts === undefined ? {} : { denyAccounts }),
    ...(allowQos !== undefined || denyQos === undefined ? {} : { denyQos }),
  };
}

function readUnit(setting: Setting): SlurmSelect['unit'] {
  if (/^cr_core/i.test(setting.value)) return 'core';
  if (/^cr_socket/i.test(setting.value)) return 'socket';
  throw wrongValue(setting, 'a partition takes CR_Core, CR_Core_Memory, CR_Socket or CR_Socket_Memory');
}

/** Limits for each node win over those for each processor. */
export function readMemoryDefaults(table: ConfTable): SlurmMemoryDefaults {
  const perNode = table.megabytes('DefMemPerNode', 0);
  const perCpu = table.megabytes('DefMemPerCPU', 0);
  const maxPerNode = table.megabytes('MaxMemPerNode', 0);
  const maxPerCpu = table.megabytes('MaxMemPerCPU', 0);
  return {
    perNode,
    perCpu: perNode > 0 ? 0 : perCpu,
    perGpu: table.megabytes('DefMemPerGPU', 0),
    maxPerNode,
    maxPerCpu: maxPerNode > 0 ? 0 : maxPerCpu,
    cpusPerGpu: table.count('DefCPUPerGPU', 0),
  };
}

/** The last one that calls itself so, as in Slurm. */
function onlyOneDefault(partitions: readonly SlurmPartition[], notes: ConfNotes): SlurmPartition[] {
  const last = partitions.findLastIndex((partition) => partition.default);
  if (partitions.filter((partition) => partition.default).length > 1) {
    notes.warn(`several partitions say Default=YES: the last one counts, ${partitions[last].name}`);
  }
  return partitions.map((partition, index) => ({ ...partition, default: index === last }));
}
