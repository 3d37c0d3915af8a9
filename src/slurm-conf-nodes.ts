/** The lines of slurm.conf that describe nodes: NodeName, DownNodes, NodeSet. Source: Slurm 22.05, read_config.c. */
import { usageError } from './errors.ts';
import { KNOWN_NODE_OPTIONS, NODE_LOSSES } from './slurm-conf-known.ts';
import type { ConfLine, Setting } from './slurm-conf-lines.ts';
import type { ConfNotes } from './slurm-conf-notes.ts';
import { ConfTable, wrongValue } from './slurm-conf-table.ts';
import { readGres, readNumbers } from './slurm-conf-tres.ts';
import { expandHostlist } from './slurm-hostlist.ts';
import type { SlurmPool } from './slurm.ts';

/** What all nodes of a NodeName line have in common. */
export interface NodeKind extends SlurmPool {
  /** What jobs may have of them [count]. */
  readonly cpus: number;
}

/** The nodes of a cluster, in the order of the file, which is the order of their numbers. */
export interface ConfNodes {
  readonly names: readonly string[];
  readonly kinds: readonly NodeKind[];
  readonly numberOf: ReadonlyMap<string, number>;
}

/** State=FUTURE: the node does not exist yet. */
const STATES: readonly { readonly begins: string; readonly state: SlurmPool['state'] | 'future' }[] = [
  { begins: 'down', state: 'down' },
  { begins: 'drain', state: 'drain' },
  { begins: 'fail', state: 'drain' },
  { begins: 'future', state: 'future' },
  { begins: 'cloud', state: 'cloud' },
  { begins: 'idle', state: 'up' },
  { begins: 'unknown', state: 'up' },
  { begins: 'up', state: 'up' },
];

export function readNodes(lines: readonly ConfLine[], notes: ConfNotes): ConfNodes {
  const kinds: NodeKind[] = [];
  const numberOf = new Map<string, number>();
  let defaults: ConfTable | undefined;
  let future = 0;
  for (const [head, ...settings] of lines) {
    const table = new ConfTable(settings, defaults);
    if (/^default$/i.test(head.value)) {
      defaults = new ConfTable(settings).mergedInto(defaults);
      continue;
    }
    const names = expandHostlist(head.value, head.at);
    if (names.length === 0 || names.includes('ALL')) throw wrongValue(head, 'name the nodes, for example n[1-16]');
    const kind = readKind(table, head, notes);
    notes.file(table.rest(), 'NodeName ', KNOWN_NODE_OPTIONS, NODE_LOSSES);
    if (kind === undefined) {
      future += names.length;
      continue;
    }
    for (const name of names) {
      if (numberOf.has(name)) throw usageError(`the node ${name} is described twice`, head.at, 'describe each node once');
      numberOf.set(name, kinds.push(kind) - 1);
    }
  }
  if (future > 0) notes.warn(`${future} nodes with State=FUTURE are no part of the cluster`);
  return { names: [...numberOf.keys()], kinds, numberOf };
}

/** Undefined for nodes that do not exist yet. */
function readKind(table: ConfTable, head: Setting, notes: ConfNotes): NodeKind | undefined {
  const state = stateOf(table.get('State'));
  const shape = readShape(table, head, notes);
  const features = (table.text('Feature') ?? table.text('Features') ?? '').split(',').filter((feature) => feature !== '');
  const gres = table.get('Gres');
  const given = table.megabytes('RealMemory', NaN);
  const reserved = table.megabytes('MemSpecLimit', 0);
  const memory = Number.isNaN(given) ? Infinity : given - (reserved < given ? reserved : 0);
  const weight = Math.min(table.count('Weight', 1), 2 ** 32 - 2);
  if (state === 'future') return undefined;
  if (state === 'cloud') notes.lost('State=CLOUD', 'these nodes are always there, and no job waits for one to boot', head.at);
  return { ...shape, memory, weight, features, state, gres: gres === undefined ? [] : readGres(gres) };
}

function stateOf(setting: Setting | undefined): SlurmPool['state'] | 'future' {
  if (setting === undefined) return 'up';
  const value = setting.value.toLowerCase();
  const found = STATES.find(({ begins }) => value.startsWith(begins));
  if (found === undefined) throw wrongValue(setting, 'write UNKNOWN, DOWN, DRAIN, FUTURE or CLOUD');
  return found.state;
}

/** Processors, sockets, cores and threads, each from the others where they are not given, as Slurm does it. */
function readShape(table: ConfTable, head: Setting, notes: ConfNotes) {
  const number = (key: string) => positive(table.count(key, NaN), head, key);
  const coresPerSocket = number('CoresPerSocket') || 1;
  const threadsPerCore = number('ThreadsPerCore') || 1;
  let boards = number('Boards') || 1;
  const procs = number('Procs');
  const given = number('CPUs') || procs;
  const perSocket = coresPerSocket * threadsPerCore;
  const sockets = socketsOf({ boards, given, perSocket, onBoard: number('SocketsPerBoard'), sockets: number('Sockets') });
  let cpus = given || sockets * perSocket;
  if (![sockets, sockets * coresPerSocket, sockets * perSocket].includes(cpus)) {
    notes.warn(
      `${head.at}: CPUs=${cpus} of ${head.value} fits no count of sockets, cores or threads: ${sockets * perSocket} is taken`,
    );
    cpus = sockets * perSocket;
  }
  if (sockets < boards) boards = 1;
  if (!given && sockets * perSocket === 1) notes.warn(`${head.at}: ${head.value} says nothing of processors: it has 1`);
  const coresReserved = reservedCores(table, sockets * coresPerSocket, threadsPerCore);
  const threadsTaken = coresReserved * (cpus >= sockets * perSocket ? threadsPerCore : 1);
  return { cpus: cpus - threadsTaken, boards, sockets, coresPerSocket, threadsPerCore, coresReserved };
}

interface Sockets {
  readonly boards: number;
  /** Processors, if they were given; NaN for what was not. */
  readonly given: number;
  readonly perSocket: number;
  readonly onBoard: number;
  readonly sockets: number;
}

function socketsOf({ boards, given, perSocket, onBoard, sockets }: Sockets): number {
  if (onBoard) return boards * onBoard;
  if (sockets) return sockets;
  return given >= perSocket && given % perSocket === 0 ? given / perSocket : boards;
}

/** Cores that the system keeps for itself (CoreSpecCount or CPUSpecList); all of them would be none. */
function reservedCores(table: ConfTable, cores: number, threadsPerCore: number): number {
  const listed = readNumbers(table.text('CPUSpecList') ?? '');
  const distinct = new Set(listed.map((cpu) => Math.floor(cpu / threadsPerCore))).size;
  const reserved = distinct > 0 ? distinct : table.count('CoreSpecCount', 0);
  if (distinct === 0 && reserved >= cores) return cores > 1 ? 1 : 0;
  return Math.min(reserved, Math.max(0, cores - 1));
}

/** NaN stays NaN; Slurm takes 0 for 1. */
function positive(count: number, head: Setting, key: string): number {
  if (count === Infinity || count > 65_533)
    throw usageError(`${key} of ${head.value} is ${count}`, head.at, 'write a whole number below 65,534');
  return count === 0 ? 1 : count;
}

/** Nodes that DownNodes lines say are down, by name. */
export function readDownNodes(lines: readonly ConfLine[], notes: ConfNotes): Map<string, SlurmPool['state']> {
  const down = new Map<string, SlurmPool['state']>();
  for (const [head, ...settings] of lines) {
    const table = new ConfTable(settings);
    const state = table.get('State') === undefined ? 'down' : stateOf(table.get('State'));
    table.get('Reason');
    notes.file(table.rest(), 'DownNodes ', [], {});
    for (const name of expandHostlist(head.value, head.at)) down.set(name, state === 'future' ? 'down' : state);
  }
  return down;
}

/** Sets of nodes that partitions may name: by feature, or by the names of their nodes. */
export function readNodeSets(lines: readonly ConfLine[], nodes: ConfNodes, notes: ConfNotes): Map<string, readonly string[]> {
  const sets = new Map<string, readonly string[]>();
  for (const [head, ...settings] of lines) {
    const table = new ConfTable(settings);
    const feature = table.text('Feature');
    const named = table.get('Nodes');
    notes.file(table.rest(), 'NodeSet ', [], {});
    if (feature === undefined && named === undefined) throw wrongValue(head, 'add Feature=... or Nodes=...');
    const having = feature === undefined ? [] : nodes.names.filter((_, node) => nodes.kinds[node].features.includes(feature));
    const listed = named === undefined ? [] : expandHostlist(named.value, named.at);
    sets.set(head.value, [...having, ...listed]);
  }
  return sets;
}
