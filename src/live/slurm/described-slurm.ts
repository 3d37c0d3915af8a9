/**
 * A running Slurm's own account of itself as the text of a slurm.conf: all that decides where and when jobs run, with the
 * values that are in force, whatever they come from. Source: Slurm 22.05, src/scontrol (show config, node, partition).
 */
import { readRecords, readSettings, said } from './scontrol-records.ts';
import type { ScontrolRecord } from './scontrol-records.ts';

export interface SlurmAccount {
  /** What `scontrol show config`, `scontrol -o show node` and `scontrol -o show partition` print. */
  readonly config: string;
  readonly nodes: string;
  readonly partitions: string;
}

/** Of the whole cluster: what a scheduler heeds. Units behind a number are those of slurm.conf. */
const SETTINGS = [
  ...['ClusterName', 'AccountingStorageEnforce', 'AccountingStorageType', 'BatchStartTimeout', 'CompleteWait'],
  ...['DefMemPerCPU', 'DefMemPerNode', 'EnforcePartLimits', 'EpilogMsgTime', 'FairShareDampeningFactor', 'GresTypes'],
  ...['InactiveLimit', 'JobRequeue', 'KillWait', 'Licenses', 'MaxArraySize', 'MaxJobCount', 'MaxMemPerCPU', 'MaxMemPerNode'],
  ...['MessageTimeout', 'MinJobAge', 'OverTimeLimit', 'PreemptExemptTime', 'PreemptMode', 'PreemptType'],
  ...['PriorityCalcPeriod', 'PriorityDecayHalfLife', 'PriorityFavorSmall', 'PriorityFlags', 'PriorityMaxAge', 'PriorityType'],
  ...['PriorityUsageResetPeriod', 'PriorityWeightAge', 'PriorityWeightAssoc', 'PriorityWeightFairShare'],
  ...['PriorityWeightJobSize', 'PriorityWeightPartition', 'PriorityWeightQOS', 'PriorityWeightTRES', 'ResvOverRun'],
  ...['SchedulerParameters', 'SchedulerTimeSlice', 'SchedulerType', 'SelectType', 'SelectTypeParameters'],
  ...['TopologyParam', 'TopologyPlugin'],
];

/** Key of scontrol, key of slurm.conf. */
const OF_NODES = [
  ...[
    ['CPUTot', 'CPUs'],
    ['Boards', 'Boards'],
    ['CoresPerSocket', 'CoresPerSocket'],
    ['ThreadsPerCore', 'ThreadsPerCore'],
  ],
  ...[
    ['RealMemory', 'RealMemory'],
    ['MemSpecLimit', 'MemSpecLimit'],
    ['CoreSpecCount', 'CoreSpecCount'],
  ],
  ...[
    ['Weight', 'Weight'],
    ['AvailableFeatures', 'Features'],
    ['Gres', 'Gres'],
  ],
] as const;

const OF_PARTITIONS = [
  ...['Nodes', 'Default', 'DefaultTime', 'MaxTime', 'MaxNodes', 'MinNodes', 'MaxCPUsPerNode', 'PriorityTier'],
  ...['PriorityJobFactor', 'OverSubscribe', 'OverTimeLimit', 'PreemptMode', 'GraceTime', 'State', 'QoS', 'Alternate'],
  ...['AllowAccounts', 'AllowGroups', 'AllowQos', 'DenyAccounts', 'DenyQos', 'AllocNodes', 'ExclusiveUser', 'LLN'],
  ...['RootOnly', 'ReqResv', 'DefMemPerCPU', 'DefMemPerNode', 'MaxMemPerCPU', 'MaxMemPerNode', 'TRESBillingWeights'],
];

/** Values that scontrol prints for "as nothing was said". */
const UNSAID: Readonly<Record<string, RegExp>> = {
  AllowAccounts: /^ALL$/i,
  AllowGroups: /^ALL$/i,
  AllowQos: /^ALL$/i,
  AllocNodes: /^ALL$/i,
  MinNodes: /^0$/,
  GraceTime: /^0$/,
};

/** `shown`: what it is called in the head of the file. */
export function slurmConfOf({ config, nodes, partitions }: SlurmAccount, shown: string): string {
  const settings = readSettings(config);
  const lines = SETTINGS.flatMap((key) => settingLine(settings, key));
  return [
    `# ${shown}, as it describes itself: Slurm ${settings.get('SLURM_VERSION') ?? 'of a version that it does not say'}`,
    ...lines,
    ...nodeLines(readRecords(nodes)),
    ...readRecords(partitions).map((partition) => partitionLine(partition, settings.get('PreemptMode'))),
    '',
  ].join('\n');
}

function settingLine(settings: ReadonlyMap<string, string>, key: string): string[] {
  const value = said(lookUp(settings, key));
  if (value === undefined) return [];
  const plain = value.replace(/^(-?[\d.]+) (sec|min|usec|msec)$/, '$1');
  return [`${key}=${/\s/.test(plain) ? `"${plain}"` : plain}`];
}

/** Keys are written in several ways, from version to version. */
function lookUp(settings: ReadonlyMap<string, string>, key: string): string | undefined {
  for (const [name, value] of settings) if (name.toLowerCase() === key.toLowerCase()) return value;
  return undefined;
}

/** Neighbours that are alike stand on one line. */
function nodeLines(nodes: readonly ScontrolRecord[]): string[] {
  const runs: { names: string[]; what: string }[] = [];
  for (const node of nodes) {
    const what = [...nodeSettings(node)].join(' ');
    const last = runs.at(-1);
    if (last?.what === what) last.names.push(node.get('NodeName') ?? '');
    else runs.push({ names: [node.get('NodeName') ?? ''], what });
  }
  return runs.map(({ names, what }) => `NodeName=${shortened(names)} ${what}`);
}

function* nodeSettings(node: ScontrolRecord): Iterable<string> {
  for (const [key, name] of OF_NODES) {
    const value = said(node.get(key));
    // Behind the count of a GPU stand the sockets that it belongs to.
    if (value !== undefined) yield `${name}=${key === 'Gres' ? value.replaceAll(/\((?:S:|IDX:)[^)]*\)/g, '') : value}`;
  }
  const [sockets, boards] = [Number(node.get('Sockets')), Number(node.get('Boards') ?? 1)];
  if (sockets > 0) yield `Sockets=${sockets * (boards > 1 && sockets % boards !== 0 ? boards : 1)}`;
  const state = /DOWN|DRAIN|FAIL|FUTURE/.exec(node.get('State') ?? '');
  yield `State=${state === null ? 'UNKNOWN' : state[0]}`;
}

/** `n1,n2,n3` as `n[1-3]`: only where the numbers follow each other. */
export function shortened(names: readonly string[]): string {
  const first = /^(.*?)(\d+)$/.exec(names[0]);
  if (first === null || names.length < 2) return names.join(',');
  const [, stem, digits] = first;
  const from = Number(digits);
  const isRun = names.every((name, index) => name === `${stem}${String(from + index).padStart(digits.length, '0')}`);
  return isRun ? `${stem}[${digits}-${names[names.length - 1].slice(stem.length)}]` : names.join(',');
}

/** `preemptMode`: of the cluster, which stands in every partition that has none of its own. */
function partitionLine(partition: ScontrolRecord, preemptMode: string | undefined): string {
  const words = OF_PARTITIONS.flatMap((key) => {
    const value = key === 'MaxTime' ? partition.get(key) : said(partition.get(key));
    if (value === undefined || UNSAID[key]?.test(value) || (key === 'PreemptMode' && value === preemptMode)) return [];
    return [`${key}=${value}`];
  });
  return [`PartitionName=${partition.get('PartitionName') ?? ''}`, ...words].join(' ');
}
