/**
 * slurm.conf and the files beside it, as a cluster with its configuration. Source: Slurm 22.05, src/common/read_config.c,
 * and the man pages of the files. Files are handed in as texts: who reads them from disk is not this one's matter.
 */
import type { Cluster, NodePool, Outage, Partition } from './cluster.ts';
import { nearMisses, usageError } from './errors.ts';
import { readAccounts } from './slurm-accounts-file.ts';
import { KNOWN_OPTIONS, LOSSES } from './slurm-conf-known.ts';
import { GresConf, gresOfNodes } from './slurm-conf-gres.ts';
import { readConfLines } from './slurm-conf-lines.ts';
import type { ConfLine, ReadInclude } from './slurm-conf-lines.ts';
import { readDownNodes, readNodes, readNodeSets } from './slurm-conf-nodes.ts';
import type { ConfNodes } from './slurm-conf-nodes.ts';
import { ConfNotes } from './slurm-conf-notes.ts';
import type { SlurmConfOptions } from './slurm-conf-notes.ts';
import { readMemoryDefaults, readPartitions } from './slurm-conf-partitions.ts';
import { cutIntoPools } from './slurm-conf-pools.ts';
import type { ConfPool } from './slurm-conf-pools.ts';
import { readPreemption } from './slurm-conf-preemption.ts';
import { readSchedulerParameters } from './slurm-conf-scheduler.ts';
import { readEnforcement, readPriority, readSelect, readTiming } from './slurm-conf-settings.ts';
import { ConfTable } from './slurm-conf-table.ts';
import { readTopologyConf, topologyLevels } from './slurm-conf-topology.ts';
import type { ConfTopology } from './slurm-conf-topology.ts';
import { readLicenses } from './slurm-conf-tres.ts';
import { readReservations } from './slurm-reservations-file.ts';
import type { SlurmConfig, SlurmGres, SlurmPartition, SlurmPool } from './slurm.ts';

/** A text, and the path to name it by. */
export interface ConfFile {
  readonly path: string;
  readonly text: string;
}

/** slurm.conf, and what may stand beside it. */
export interface SlurmFiles {
  readonly conf: ConfFile;
  readonly gres?: ConfFile;
  readonly topology?: ConfFile;
  /** What `sacctmgr dump` wrote, or a script for sacctmgr. */
  readonly accounts?: ConfFile;
  /** What `sacctmgr -P show qos` printed. */
  readonly qos?: ConfFile;
  /** What `scontrol show reservation` printed. */
  readonly reservations?: ConfFile;
}

export interface SlurmCluster {
  readonly cluster: Cluster;
  readonly warnings: readonly string[];
  readonly options: SlurmConfOptions;
}

/** Kinds of lines that come more than once. */
const KINDS = ['nodename', 'partitionname', 'nodeset', 'downnodes'] as const;

/** The same as people write them: only these begin lines of several settings. */
const LINE_HEADS = ['NodeName', 'PartitionName', 'NodeSet', 'DownNodes'];

export function readSlurmConf(files: SlurmFiles, include?: ReadInclude): SlurmCluster {
  const notes = new ConfNotes();
  const lines = readConfLines(files.conf.text, files.conf.path, include);
  const ofKind = (kind: (typeof KINDS)[number]) => lines.filter(([head]) => head.key.toLowerCase() === kind);
  const table = tableOf(lines, notes);
  const nodes = readNodes(ofKind('nodename'), notes);
  if (nodes.names.length === 0)
    throw usageError('it describes no nodes', files.conf.path, 'add a line such as NodeName=n[1-16] CPUs=64');
  const partitions = readPartitions(ofKind('partitionname'), nodes, readNodeSets(ofKind('nodeset'), nodes, notes), notes);
  if (partitions.length === 0) {
    throw usageError('it describes no partition', files.conf.path, 'add a line such as PartitionName=main Nodes=ALL Default=YES');
  }
  const settings = readSettings(table, notes, files.accounts !== undefined);
  const states = statesOf(nodes, readDownNodes(ofKind('downnodes'), notes), notes);
  const gres = gresOf(nodes, table, files, notes);
  const memory = settings.select.memory ? 'memory is counted' : 'memory is not counted';
  const pools = cutIntoPools(nodes, gres, states, partitions, memory);
  const topology = topologyOf(table, nodes, files, notes);
  const slurm: SlurmConfig = {
    ...settings,
    pools: pools.map(({ slurm: pool }) => pool),
    partitions,
    switches: topology?.switches ?? [],
    topology: topology?.kind ?? 'flat',
    blockSizes: topology?.blockSizes ?? [],
    ...accountsOf(files, partitions, notes),
    reservations: files.reservations === undefined ? [] : readReservations(files.reservations, nodes, notes),
  };
  notes.file(table.rest(), '', KNOWN_OPTIONS, LOSSES);
  return { cluster: clusterOf(slurm, pools, topology, nodes.names.length), warnings: notes.warnings, options: notes.options };
}

/** The settings that stand alone in their lines; the last one of a name counts. */
function tableOf(lines: readonly ConfLine[], notes: ConfNotes): ConfTable {
  const alone = lines.filter(([head]) => !KINDS.some((kind) => kind === head.key.toLowerCase()));
  const seen = new Map<string, string>();
  const settings = alone.map(([setting, ...others]) => {
    const [second] = others;
    const several = /^(slurmctldhost|frontendname|poweraction)$/i.test(setting.key);
    if (second !== undefined && !several) {
      const [meant] = nearMisses(setting.key, LINE_HEADS);
      const apart = 'write each setting on a line of its own, and values that hold blanks in quotes';
      const hint = meant === undefined ? apart : `did you mean "${meant}"?`;
      throw usageError(`${second.key}=${second.value} stands behind ${setting.key} on one line`, second.at, hint);
    }
    const key = setting.key.toLowerCase();
    const earlier = seen.get(key);
    if (earlier !== undefined && !several && !/^(epi|pro)log/i.test(key)) {
      notes.warn(`${setting.at}: ${setting.key} is said for the second time (first: ${earlier}): the last one counts`);
    }
    seen.set(key, setting.at);
    return setting;
  });
  return new ConfTable(settings);
}

type Settings = Omit<SlurmConfig, 'pools' | 'partitions' | 'switches' | 'topology' | 'blockSizes' | 'accounts' | 'reservations'>;

function readSettings(table: ConfTable, notes: ConfNotes, hasAccounts: boolean): Settings {
  const licenses = table.get('Licenses');
  const timing = readTiming(table);
  const flags = table.words('TopologyParam') ?? [];
  return {
    clusterName: table.text('ClusterName') ?? 'slurm',
    schedulerType: table.choice('SchedulerType', ['backfill', 'builtin'], 'backfill', 'sched/'),
    scheduler: readSchedulerParameters(table.get('SchedulerParameters'), timing.messageTimeout, notes),
    select: readSelect(table, notes),
    priority: readPriority(table, notes, hasAccounts),
    preemption: readPreemption(table),
    timing,
    enforcement: readEnforcement(table),
    topologyFlags: flags.map((flag) => flag.toLowerCase()),
    licenses: licenses === undefined ? {} : readLicenses(licenses),
    maxArraySize: table.count('MaxArraySize', 1001),
    maxJobCount: table.count('MaxJobCount', 10_000),
    jobRequeue: table.flag('JobRequeue', true),
    memory: readMemoryDefaults(table),
  };
}

function gresOf(nodes: ConfNodes, table: ConfTable, files: SlurmFiles, notes: ConfNotes): readonly (readonly SlurmGres[])[] {
  const lines = files.gres === undefined ? [] : readConfLines(files.gres.text, files.gres.path);
  const types = new Set((table.words('GresTypes') ?? []).map((type) => type.toLowerCase()));
  return gresOfNodes(nodes, new GresConf(lines, notes), types, notes);
}

type State = SlurmPool['state'];

function statesOf(nodes: ConfNodes, down: ReadonlyMap<string, State>, notes: ConfNotes): readonly State[] {
  for (const name of down.keys()) {
    if (!nodes.numberOf.has(name) && name !== 'ALL') notes.warn(`DownNodes: the node ${name} is not described, and left out`);
  }
  return nodes.names.map((name, node) => down.get(name) ?? down.get('ALL') ?? nodes.kinds[node].state);
}

/** A tree without TopologyPlugin=topology/tree is not heeded, but tells where nodes stand all the same. */
function topologyOf(table: ConfTable, nodes: ConfNodes, files: SlurmFiles, notes: ConfNotes): ConfTopology | undefined {
  const plugin =
    table
      .text('TopologyPlugin')
      ?.replace(/^topology\//, '')
      .toLowerCase() ?? 'flat';
  const flat = ['flat', 'none', 'default'].includes(plugin);
  if (files.topology === undefined) {
    if (!flat) notes.warn(`TopologyPlugin=topology/${plugin} without topology.conf: the network is taken as flat`);
    return undefined;
  }
  if (flat) {
    notes.warn(`${files.topology.path} is not heeded: TopologyPlugin=topology/tree is not set`);
    return undefined;
  }
  return readTopologyConf(readConfLines(files.topology.text, files.topology.path), nodes, notes);
}

function accountsOf(files: SlurmFiles, partitions: readonly SlurmPartition[], notes: ConfNotes): Pick<SlurmConfig, 'accounts'> {
  if (files.accounts === undefined && files.qos === undefined) return {};
  const accounts = readAccounts(files.accounts, files.qos, notes);
  const known = new Set(accounts.qos.map(({ name }) => name));
  for (const { name, qos } of partitions) {
    if (qos !== undefined && !known.has(qos))
      notes.warn(`the QoS ${qos} of the partition ${name} is not known: it sets no limits`);
  }
  return { accounts };
}

function clusterOf(slurm: SlurmConfig, pools: readonly ConfPool[], topology: ConfTopology | undefined, nodes: number): Cluster {
  const bare = {
    name: slurm.clusterName,
    interchangeable: false,
    pools: pools.map(({ pool }) => pool),
    partitions: slurm.partitions.map((partition) => plainPartition(partition, pools)),
    outages: outagesOf(pools),
    slurm,
  };
  return topology === undefined ? bare : { ...bare, topology: topologyLevels(topology, nodes) };
}

/** What policies that know nothing of Slurm see of a partition. */
function plainPartition({ name, nodes, maxTime, default: isDefault }: SlurmPartition, pools: readonly ConfPool[]): Partition {
  const has = new Set(nodes);
  const own = pools.filter(({ first }) => has.has(first)).map(({ pool }: { pool: NodePool }) => pool.name);
  return {
    name,
    pools: own,
    ...(maxTime === Infinity ? {} : { maxWalltime: maxTime }),
    ...(isDefault ? { default: true } : {}),
  };
}

function outagesOf(pools: readonly ConfPool[]): Outage[] {
  return pools.flatMap(({ slurm: { state }, pool: { count }, first }) =>
    state === 'down' || state === 'drain' ? [{ firstNode: first, nodes: count, from: 0, until: Infinity }] : [],
  );
}
