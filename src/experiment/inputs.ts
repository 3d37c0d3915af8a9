/** Everything that a scenario names, loaded and checked before any point is run. */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseClusterSpec } from '../cluster-spec.ts';
import { loadClusterWithFile } from '../cluster-file.ts';
import type { LoadedCluster } from '../cluster-file.ts';
import { processorPool } from '../cluster.ts';
import type { Cluster } from '../cluster.ts';
import { InputError, nearMisses, usageError } from '../errors.ts';
import { readParameters } from '../parameters.ts';
import type { Parameters } from '../parameters.ts';
import type { PlacementSpec } from '../placement.ts';
import type { ClusterEntry, PlacementEntry, Scenario, WorkloadEntry } from '../scenario.ts';
import type { Trace } from '../trace/format.ts';
import { generatorNamed } from '../trace/generate/index.ts';
import type { GeneratorSpec } from '../trace/generate/index.ts';
import type { OnProgress } from '../trace/input.ts';
import { readTrace } from '../trace/read.ts';
import { parseWalltimeRule } from '../trace/walltimes.ts';
import { metricNamed } from '../metrics/measure.ts';
import { fingerprint } from './fingerprint.ts';
import { checkFigures } from './known-figures.ts';
import { loadPolicyEntry } from './policy-entry.ts';
import type { LoadedPolicy } from './policy-entry.ts';
import { existingFile, resolvePath } from './scenario-paths.ts';

/** A file that results depend on. */
export interface InputFile {
  readonly what: 'scenario' | 'trace' | 'cluster' | 'policy' | 'configuration';
  /** As the scenario writes it. */
  readonly path: string;
  readonly sha256: string;
  /** [bytes] */
  readonly bytes?: number;
}

export interface LoadedWorkload {
  readonly entry: WorkloadEntry;
  /** The trace as it was read, before any change; absent for a model. */
  readonly trace?: Trace;
  /** Of the jobs as they were read; empty for a model. */
  readonly fingerprint: string;
  readonly model?: { readonly spec: GeneratorSpec; readonly parameters: Parameters };
  /** What it declares [index into `clusters`], if the scenario lists none. */
  readonly declares?: number;
}

export interface LoadedEntryCluster {
  readonly name: string;
  readonly cluster: Cluster;
  readonly fingerprint: string;
  readonly at: string;
}

export interface Inputs {
  readonly workloads: readonly LoadedWorkload[];
  /** Those of the scenario; or, if it lists none, those that the workloads declare. */
  readonly clusters: readonly LoadedEntryCluster[];
  readonly policies: readonly LoadedPolicy[];
  readonly placement: { readonly spec: PlacementSpec; readonly parameters: Parameters; readonly chosen: boolean };
  readonly files: readonly InputFile[];
  /** What readers have to say, for people. */
  readonly warnings: readonly string[];
}

export interface LoadOptions {
  /** Told while a trace is read. */
  readonly onProgress?: (path: string) => OnProgress;
  /** Told when it has been. */
  readonly onTrace?: (trace: Trace) => void;
}

/** Loads it all. Throws `InputError` with the place in the scenario. */
export async function loadInputs(scenario: Scenario, options: LoadOptions = {}): Promise<Inputs> {
  const folder = dirname(scenario.file);
  const files: InputFile[] = [];
  const warnings: string[] = [];
  // What is quick goes first: a mistake in a name must not wait for a long trace.
  checkMetrics(scenario);
  checkFigures(scenario);
  const placement = await loadPlacement(scenario.placement);
  const policies = [];
  for (const entry of scenario.policies) policies.push(await loadPolicyEntry(entry, folder));
  files.push(...policies.flatMap(policyFiles));
  const clusters: LoadedEntryCluster[] = [];
  for (const entry of scenario.clusters) clusters.push(await loadCluster(entry, folder, files, warnings));
  const workloads: LoadedWorkload[] = [];
  for (const entry of scenario.workloads) {
    const loaded = await loadWorkload(entry, folder, options);
    if (loaded.trace) {
      files.push({ what: 'trace', path: pathOf(entry), sha256: loaded.trace.sha256, bytes: loaded.trace.bytes });
      warnings.push(...loaded.trace.warnings.map((warning) => `${entry.name}: ${warning}`));
    }
    workloads.push(scenario.clusters.length > 0 ? loaded : { ...loaded, declares: declare(loaded, clusters) });
  }
  return { workloads, clusters, policies, placement, files: distinctFiles(files), warnings };
}

/** That metrics which are asked for exist. */
function checkMetrics({ measures: { metrics = [], at } }: Scenario): void {
  for (const name of metrics) placed(at, () => metricNamed(name));
}

function pathOf({ source }: WorkloadEntry): string {
  return source.kind === 'trace' ? source.path : '';
}

function policyFiles({ entry, file, files }: LoadedPolicy): InputFile[] {
  const parameters = Object.entries(files).map(([key, { sha256 }]) => ({
    what: 'configuration' as const,
    path: String(entry.files[key] ?? entry.parameters[key]),
    sha256,
  }));
  return file === undefined ? parameters : [{ what: 'policy', path: entry.name, sha256: file.sha256 }, ...parameters];
}

function distinctFiles(files: readonly InputFile[]): InputFile[] {
  return [...new Map(files.map((file) => [`${file.what} ${file.path}`, file])).values()];
}

async function loadPlacement({ name, parameters: given, chosen, at }: PlacementEntry): Promise<Inputs['placement']> {
  const { placements } = await import('../placement/index.ts');
  const spec = placements.find((one) => one.name === name);
  if (spec === undefined) {
    const near = nearMisses(
      name,
      placements.map((one) => one.name),
    );
    const known = near.length > 0 ? near : placements.map((one) => one.name);
    throw usageError(`there is no placement "${name}"`, at, `one of: ${known.join(', ')}`);
  }
  return { spec, parameters: readParameters(spec.parameters ?? {}, given, at), chosen };
}

async function loadCluster(
  { name, source, at }: ClusterEntry,
  folder: string,
  files: InputFile[],
  warnings: string[],
): Promise<LoadedEntryCluster> {
  if (source.kind === 'described') return { name, cluster: source.cluster, fingerprint: fingerprint(source.cluster), at };
  if (source.kind === 'spec') {
    const cluster = placed(at, () => parseClusterSpec(source.spec));
    return { name, cluster, fingerprint: fingerprint(cluster), at };
  }
  const {
    cluster,
    file,
    beside = [],
    warnings: told = [],
  }: LoadedCluster = await loadClusterWithFile(existingFile(folder, source.path, at));
  if (file) files.push({ what: 'cluster', path: source.path, sha256: file.sha256 });
  files.push(
    ...beside.map(({ path, sha256 }) => ({ what: 'cluster' as const, path: join(dirname(source.path), basename(path)), sha256 })),
  );
  warnings.push(...told.map((warning) => `${name}: ${warning}`));
  return { name, cluster, fingerprint: fingerprint(cluster), at };
}

async function loadWorkload(entry: WorkloadEntry, folder: string, { onProgress, onTrace }: LoadOptions): Promise<LoadedWorkload> {
  const { source, at, changes } = entry;
  if (changes.estimates !== undefined && changes.estimates !== 'partition') parseWalltimeRule(changes.estimates, at);
  if (source.kind === 'model') {
    const spec = placed(at, () => generatorNamed(source.model, at));
    const parameters = readParameters(spec.parameters, source.parameters, at);
    return { entry, fingerprint: '', model: { spec, parameters } };
  }
  const path = existingFile(folder, source.path, at);
  const { format, parameters } = source;
  const trace = await readTrace(path, {
    format,
    parameters: filesOfFormat(parameters, folder),
    onProgress: onProgress?.(source.path),
  });
  onTrace?.(trace);
  // What the file is called does not matter.
  return { entry, trace, fingerprint: fingerprint({ ...trace.workload, name: undefined }) };
}

/** Column maps are files too: a path that is there beside the scenario is meant so. */
function filesOfFormat(given: Readonly<Record<string, unknown>>, folder: string): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => {
      const path = typeof value === 'string' && value !== '' ? resolvePath(folder, value) : '';
      return [key, path !== '' && existsSync(path) ? path : value];
    }),
  );
}

/** Adds the cluster that a workload declares to the list, if it is not there yet. */
function declare({ entry, trace, model }: LoadedWorkload, clusters: LoadedEntryCluster[]): number {
  const cluster = model === undefined ? declaredBy(trace, entry) : parseClusterSpec(model.spec.cluster(model.parameters));
  const print = fingerprint(cluster);
  const same = clusters.findIndex((one) => one.fingerprint === print);
  if (same >= 0) return same;
  const taken = clusters.some(({ name }) => name === cluster.name);
  return (
    clusters.push({
      name: taken ? `${cluster.name} of ${entry.name}` : cluster.name,
      cluster,
      fingerprint: print,
      at: entry.at,
    }) - 1
  );
}

function declaredBy(trace: Trace | undefined, { name, at }: WorkloadEntry): Cluster {
  const { cluster, procs, nodes } = trace?.declared ?? {};
  if (cluster !== undefined) return cluster;
  const count = procs ?? nodes;
  if (count === undefined) {
    throw usageError(
      `"${name}" does not say how many processors its machine had`,
      at,
      'add clusters: [...], for example procs=128',
    );
  }
  return processorPool(count);
}

/** Tells a mistake with its place in the scenario, if it does not know a place in a file itself. */
function placed<Result>(at: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof InputError) || error.where === at) throw error;
    throw usageError(error.problem, at, error.hint);
  }
}
