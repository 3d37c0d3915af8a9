/** Reads systems from YAML or JSON. Every mistake is told with line and column, and with the near miss. */
import { basename } from 'node:path';
import type { Cluster, FailureModel } from '../cluster.ts';
import { parseClusterSpec } from '../cluster-spec.ts';
import { didYouMean, InputError, usageError } from '../errors.ts';
import { hasPlace, schemaMistake } from '../schema-mistake.ts';
import { readYaml } from '../yaml-places.ts';
import type { PlacedYaml, WhereIs } from '../yaml-places.ts';
import { checkEffect } from './check-effect.ts';
import { checkSystem } from './check-system.ts';
import { edgeOf } from './edge.ts';
import { FigureReader } from './figure-reader.ts';
import { withSlurmConf } from './slurm-pool.ts';
import { figuresOf, isTree, merged, withValues } from './system-figures.ts';
import { bridgeSpec, leaseSpec, managerSpec } from './system-entries.ts';
import { systemSchema } from './system-schema.ts';
import type { SystemText } from './system-schema.ts';
import type { System } from './system.ts';

/** What a run may change in the description of a system. */
export interface SystemChanges {
  /** Nodes of a pool, in place of what the file says. */
  readonly pools?: ReadonlyMap<string, string>;
  /** Figures by their path, in place of what the file says. */
  readonly values?: ReadonlyMap<string, string>;
  /** What durations that are assumed are multiplied by; 1 if absent. */
  readonly assumed?: number;
  /** The machine that is wanted: the nodes of the only pool of a system, and of each pool whose nodes are said to be `cluster`. */
  readonly cluster?: Cluster;
  /** How nodes fail, those of all pools; as their own descriptions say if absent. */
  readonly failures?: FailureModel;
}

/** The word that stands for the machine that is wanted. */
const WANTED = 'cluster';

/** A file that describes a system. */
export interface SystemFile {
  readonly text: string;
  readonly path: string;
}

/** The system of a file. `other` finds those that it extends. */
export function readSystem(file: SystemFile, other: (name: string) => SystemFile, changes: SystemChanges = {}): System {
  const { value, where } = readWithBase(file, other, []);
  const name = basename(file.path).replace(/\.(ya?ml|json)$/, '');
  const tree = withValues(value, changes.values ?? new Map(), file.path);
  const checked = systemSchema.safeParse(tree, { reportInput: true });
  if (!checked.success) {
    const hint = 'it needs managers and entry; "yardmaster schema system" prints what is allowed';
    throw schemaMistake(checked.error.issues, systemSchema, where, { what: 'the system', hint });
  }
  const system = build(checked.data, name, where, changes);
  checkSystem(system, where);
  return { ...system, figures: figuresOf(tree, changes.values ?? new Map()) };
}

/** Whether there may be a figure at this path of the file, whatever its value. */
export function mayHaveFigure(file: SystemFile, other: (name: string) => SystemFile, path: string): boolean {
  const { value } = readWithBase(file, other, []);
  try {
    withValues(value, new Map([[path, '']]), file.path);
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
  return hasPlace(systemSchema, path.split('.'));
}

/** The tree of a file, laid over that of the file it extends. */
function readWithBase(file: SystemFile, other: (name: string) => SystemFile, seen: readonly string[]): PlacedYaml {
  const { value, where } = readYaml(file.text, file.path);
  if (!isTree(value) || typeof value.extends !== 'string') return { value, where };
  if (seen.includes(value.extends)) {
    throw usageError(`${value.extends} extends itself`, where(['extends']), 'let one of the files stand alone');
  }
  const base = readWithBase(other(value.extends), other, [...seen, value.extends]);
  const tree = merged(base.value, value);
  return { value: tree, where };
}

function build(given: SystemText, name: string, where: WhereIs, changes: SystemChanges): System {
  checkConfs(given, where);
  checkEffect(given, where);
  const reader = (...path: string[]) => new FigureReader(changes.assumed ?? 1, where, path);
  const entries = <Text>(record: Readonly<Record<string, Text>> | undefined) => Object.entries(record ?? {});
  return {
    name,
    summary: given.summary ?? '',
    source: given.source ?? '',
    pools: poolsOf(given, where, changes),
    managers: entries(given.managers).map(([key, text]) => managerSpec(key, text, reader('managers', key))),
    leases: entries(given.leases).map(([key, text]) =>
      leaseSpec(edgeOf(key, where(['leases', key])), text, reader('leases', key)),
    ),
    bridges: entries(given.bridges).map(([key, text]) =>
      bridgeSpec(edgeOf(key, where(['bridges', key])), text, reader('bridges', key)),
    ),
    entry: new Map(entries(given.entry)),
    figures: [],
  };
}

function poolsOf(given: SystemText, where: WhereIs, changes: SystemChanges): Map<string, Cluster> {
  const { pools = new Map<string, string>(), values, cluster, failures } = changes;
  const known = Object.keys(given.pools ?? {});
  for (const name of pools.keys()) {
    if (!known.includes(name)) throw usageError(`there is no pool "${name}"`, where(['pools']), didYouMean(name, known));
  }
  return new Map(
    Object.entries(given.pools ?? {}).map(([name, text]) => {
      const spec = pools.get(name) ?? text;
      const isGiven = pools.has(name) || values?.has(`pools.${name}`) === true;
      const isWanted = cluster !== undefined && (spec === WANTED || (known.length === 1 && !isGiven));
      const pool = poolOf(name, isWanted ? cluster : parseClusterSpec(spec), where(['pools', name]));
      return [name, failing(withConf(pool, given.managers ?? {}, where), failures)];
    }),
  );
}

function failing(pool: Cluster, failures: FailureModel | undefined): Cluster {
  return failures === undefined ? pool : { ...pool, pools: pool.pools.map((one) => ({ ...one, failures })) };
}

/** Nodes that are leased are others each time: a slurm.conf is said of a pool. */
function checkConfs({ managers = {} }: SystemText, where: WhereIs): void {
  for (const [name, { owns, conf }] of Object.entries(managers)) {
    if (conf === undefined || owns !== undefined) continue;
    throw usageError(`${name} has a slurm.conf, but owns no nodes`, where(['managers', name, 'conf']), 'write owns: POOL');
  }
}

/** The pool as its owner's slurm.conf has it, if there is one. */
function withConf(pool: Cluster, managers: NonNullable<SystemText['managers']>, where: WhereIs): Cluster {
  const [owner, text] = Object.entries(managers).find(([, manager]) => manager.owns === pool.name) ?? [];
  if (owner === undefined || text?.conf === undefined) return pool;
  return withSlurmConf(pool, text.conf, where(['managers', owner, 'conf']));
}

function poolOf(name: string, cluster: Cluster, at: string): Cluster {
  if (!cluster.interchangeable) return { ...cluster, name, pools: named(cluster, name) };
  throw usageError(`pool ${name} has processors without nodes`, at, 'write nodes=16,cpus=8');
}

/** Nodes of different pools must not be taken for each other: they bear the name of their own. */
function named({ pools }: Cluster, name: string): Cluster['pools'] {
  return pools.length === 1 ? [{ ...pools[0], name }] : pools.map((pool) => ({ ...pool, name: `${name}-${pool.name}` }));
}
