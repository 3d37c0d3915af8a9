/** The entries of a scenario that name things: workloads, clusters, policies. */
import { basename } from 'node:path';
import { describedCluster } from './cluster-file-description.ts';
import { defined } from './cluster-spec-pool.ts';
import { usageError } from './errors.ts';
import { splitSelector } from './parameters.ts';
import type { ClusterEntryText, PolicyText, SystemEntryText, WorkloadText } from './scenario-schema.ts';
import type { ClusterEntry, PolicyEntry, WorkloadChanges, WorkloadEntry } from './scenario.ts';
import { parseDuration } from './units.ts';
import type { Path } from './yaml-places.ts';

/** What the scenario says of all workloads. */
export type WorkloadDefaults = Pick<WorkloadText, 'estimates' | 'overrun' | 'dependencies'>;

export function readWorkload(
  text: string | WorkloadText,
  defaults: WorkloadDefaults,
  where: (...key: string[]) => string,
): WorkloadEntry {
  const given: WorkloadText = typeof text === 'string' ? { trace: text } : text;
  const at = where();
  const { trace, generate, parameters = {}, format } = given;
  if ((trace === undefined) === (generate === undefined)) {
    const found = trace === undefined ? 'it has neither a trace nor a model' : 'it has both a trace and a model';
    throw usageError(found, at, 'write either trace: PATH or generate: MODEL');
  }
  const changes = readChanges({ ...defaults, ...given }, where);
  const rest = { changes, ...defined({ cluster: given.cluster }), at };
  if (generate !== undefined) {
    if (format !== undefined) throw usageError('a model has no format', where('format'), 'leave it out');
    const source = { kind: 'model', model: generate, parameters } as const;
    return { name: given.name ?? generate, source, ...rest };
  }
  const path = trace ?? '';
  if (path === '-')
    throw usageError('a scenario cannot read standard input', where('trace'), 'name a file: points are run again and again');
  const selector = format === undefined ? undefined : splitSelector(format);
  const source = {
    kind: 'trace',
    path,
    parameters: { ...selector?.given, ...parameters },
    ...defined({ format: selector?.name }),
  } as const;
  return { name: given.name ?? basename(path), source, ...rest };
}

function readChanges(given: WorkloadText, where: (...key: string[]) => string): WorkloadChanges {
  const duration = (key: 'from' | 'until') =>
    given[key] === undefined ? undefined : parseDuration(String(given[key]), where(key));
  const { limit, load, runtimes, sizes, estimates, overrun = 'kill', dependencies = 'ignore' } = given;
  const { network, io, steps, interactive } = given;
  if ((network ?? 0) + (io ?? 0) > 1)
    throw usageError('jobs do more than they have time for', where('network'), 'let network and io be 1 together at most');
  const [from, until] = [duration('from'), duration('until')];
  if (until !== undefined && until <= (from ?? 0)) {
    throw usageError(
      `no job is submitted from ${given.from ?? 0} until ${given.until}`,
      where('until'),
      'let it end later than it begins',
    );
  }
  const rule = estimates === undefined ? undefined : String(estimates);
  const work = defined({ network, io, steps, interactive });
  return { ...defined({ from, until, limit, load, runtimes, sizes, estimates: rule }), overrun, dependencies, ...work };
}

export function readCluster(text: string | ClusterEntryText, index: number, where: (path: Path) => string): ClusterEntry {
  const at = where([]);
  // A bare text is a spec if it can be one, else a file.
  const given: ClusterEntryText = typeof text !== 'string' ? text : isSpec(text) ? { spec: text } : { file: text };
  const { spec, file, description, name } = given;
  if ([spec, file, description].filter((one) => one !== undefined).length !== 1) {
    throw usageError('it needs one of spec, file and description', at, 'write for example spec: procs=128');
  }
  if (spec !== undefined) return { name: name ?? spec, source: { kind: 'spec', spec }, at };
  if (file !== undefined) return { name: name ?? basename(file), source: { kind: 'file', path: file }, at };
  const cluster = describedCluster(description ?? {}, `cluster${index}`, (path) => where(['description', ...path]));
  return { name: name ?? cluster.name, source: { kind: 'described', cluster }, at };
}

function isSpec(text: string): boolean {
  return /^[a-z-]+=/.test(text);
}

export function readPolicy(text: string | PolicyText, at: string): PolicyEntry {
  const given: PolicyText = typeof text === 'string' ? fromSelector(text) : text;
  const { name, parameters = {}, files = {} } = given;
  const both = Object.keys(files).find((key) => Object.hasOwn(parameters, key));
  if (both !== undefined) throw usageError(`"${both}" stands under parameters and under files`, at, 'say it once');
  return { name, label: given.label ?? labelOf(name, { ...parameters, ...files }), parameters, files, at };
}

/** A system; its pools are figures of its description like others. */
export function readSystemEntry(text: string | SystemEntryText, at: string): PolicyEntry {
  const given: SystemEntryText = typeof text === 'string' ? systemSelector(text) : text;
  const { name, pools = {}, set = {}, assumed } = given;
  const nodes = Object.fromEntries(Object.entries(pools).map(([pool, spec]) => [`pools.${pool}`, spec]));
  const parameters = { ...nodes, ...set, ...defined({ assumed }) };
  return { name, label: given.label ?? labelOf(name, parameters), parameters, files: {}, isSystem: true, at };
}

function systemSelector(text: string): SystemEntryText {
  const { name, given } = splitSelector(text);
  return { name, set: { ...given } };
}

function fromSelector(text: string): PolicyText {
  const { name, given } = splitSelector(text);
  return { name, parameters: { ...given } };
}

function labelOf(name: string, given: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(given).map(([key, value]) => `${key}=${String(value)}`);
  return pairs.length === 0 ? name : `${name}:${pairs.join(',')}`;
}
