/**
 * Generic resources: what slurm.conf says each node has, made more exact by gres.conf. The counts are those of
 * slurm.conf: gres.conf tells their types and the sockets they sit on. Source: Slurm 22.05, src/common/gres.c.
 */
import { defined } from './cluster-spec-pool.ts';
import type { ConfLine, Setting } from './slurm-conf-lines.ts';
import type { ConfNodes, NodeKind } from './slurm-conf-nodes.ts';
import type { ConfNotes } from './slurm-conf-notes.ts';
import { ConfTable, wrongValue } from './slurm-conf-table.ts';
import { readGresCount, readNumbers } from './slurm-conf-tres.ts';
import { compressHostlist, expandHostlist } from './slurm-hostlist.ts';
import type { SlurmGres } from './slurm.ts';

/** A line of gres.conf. */
interface GresRecord {
  readonly name: string;
  readonly type?: string;
  readonly count: number;
  /** Numbers of the cores it belongs to. */
  readonly cores?: readonly number[];
}

/** Lines of gres.conf, by node; those that name no node hold for all. */
export class GresConf {
  readonly #ofNode = new Map<string, GresRecord[]>();
  readonly #ofAll: GresRecord[] = [];

  constructor(lines: readonly ConfLine[], notes: ConfNotes) {
    for (const settings of lines) this.#add(settings, notes);
  }

  #add(settings: readonly Setting[], notes: ConfNotes): void {
    const table = new ConfTable(settings);
    const detect = table.get('AutoDetect');
    if (detect !== undefined && !/^off$/i.test(detect.value)) {
      notes.warn(`${detect.at}: AutoDetect=${detect.value} cannot be asked here: nodes have what Gres= says`);
    }
    const nodes = table.get('NodeName');
    const record = recordOf(table);
    notes.file(table.rest(), 'gres.conf ', ['Link', 'Links', 'UniqueId', 'Flags', 'Ignore', 'MultipleFiles'], {});
    if (record === undefined) return;
    if (nodes === undefined) this.#ofAll.push(record);
    for (const node of nodes === undefined ? [] : expandHostlist(nodes.value, nodes.at)) {
      const records = this.#ofNode.get(node);
      if (records === undefined) this.#ofNode.set(node, [record]);
      else records.push(record);
    }
  }

  get empty(): boolean {
    return this.#ofAll.length === 0 && this.#ofNode.size === 0;
  }

  of(node: string): readonly GresRecord[] {
    return this.#ofNode.get(node) ?? this.#ofAll;
  }
}

function recordOf(table: ConfTable): GresRecord | undefined {
  const name = table.text('Name')?.toLowerCase();
  const type = table.text('Type');
  const cores = table.text('Cores') ?? table.text('CPUs');
  const files = table.get('File') ?? table.get('Files');
  const counted = table.get('Count');
  if (name === undefined) return undefined;
  const number = counted === undefined ? undefined : readGresCount(counted.value);
  if (counted !== undefined && number === undefined) throw wrongValue(counted, 'write a whole number');
  const count = number ?? (files === undefined ? 1 : expandHostlist(files.value, files.at).length);
  return { name, count, ...(type === undefined ? {} : { type }), ...(cores === undefined ? {} : { cores: readNumbers(cores) }) };
}

/** The resources of all nodes, by what slurm.conf and gres.conf say together; nodes that are alike share a list. */
export function gresOfNodes(
  nodes: ConfNodes,
  conf: GresConf,
  types: ReadonlySet<string>,
  notes: ConfNotes,
): readonly (readonly SlurmGres[])[] {
  const lists = new Map<string, readonly SlurmGres[]>();
  const short = new Map<string, string[]>();
  const lacks = (node: string, what: string) => void (short.get(what)?.push(node) ?? short.set(what, [node]));
  const declared = new Map<NodeKind, readonly SlurmGres[]>();
  for (const kind of nodes.kinds) {
    if (!declared.has(kind))
      declared.set(
        kind,
        kind.gres.filter(({ name }) => types.has(name)),
      );
  }
  const all = nodes.names.map((name, node) => {
    const kind = nodes.kinds[node];
    const own = declared.get(kind) ?? [];
    if (own.length === 0 || conf.empty) return own;
    const exact = own.flatMap((gres) => refined(gres, own, conf.of(name), kind, (what) => lacks(name, what)));
    const key = JSON.stringify(exact);
    if (!lists.has(key)) lists.set(key, exact);
    return lists.get(key) ?? exact;
  });
  const unlisted = new Set(
    [...declared.keys()].flatMap(({ gres }) => gres.map(({ name }) => name)).filter((name) => !types.has(name)),
  );
  for (const name of unlisted) notes.warn(`Gres ${name} is not among GresTypes: nodes have none of it, as in Slurm`);
  for (const [what, names] of short) notes.warn(`${what} of ${compressHostlist(names)}: taken as slurm.conf says`);
  return all;
}

/** One resource of slurm.conf as the records of gres.conf divide it up; `lacks` is told if these know of less. */
function refined(
  gres: SlurmGres,
  declared: readonly SlurmGres[],
  records: readonly GresRecord[],
  kind: NodeKind,
  lacks: (what: string) => void,
): readonly SlurmGres[] {
  const own = records.filter(({ name, type }) => name === gres.name && (gres.type === undefined || type === gres.type));
  const total = own.reduce((sum, { count }) => sum + count, 0);
  // Typed and untyped entries of one name beside each other cannot be told apart by their records.
  const alone = gres.type !== undefined || declared.filter(({ name }) => name === gres.name).length === 1;
  if (own.length === 0 || total !== gres.count || !alone) {
    if (own.length > 0 && total < gres.count) lacks(`gres.conf has ${total} ${gres.name}, slurm.conf ${gres.count},`);
    return [gres];
  }
  const parts = new Map<string, SlurmGres>();
  for (const { type = gres.type, count, cores } of own) {
    const sockets = cores === undefined ? gres.sockets : socketsOf(cores, kind);
    const key = JSON.stringify([type, sockets]);
    const sum = count + (parts.get(key)?.count ?? 0);
    parts.set(key, { ...gres, ...defined({ type, sockets }), count: sum });
  }
  return [...parts.values()];
}

/** Bound to all sockets is not bound. */
function socketsOf(cores: readonly number[], { coresPerSocket, sockets }: NodeKind): readonly number[] | undefined {
  const numbers = [...new Set(cores.map((core) => Math.floor(core / coresPerSocket)))].filter((socket) => socket < sockets);
  return numbers.length === 0 || numbers.length === sockets ? undefined : numbers;
}
