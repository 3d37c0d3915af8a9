/** The systems of a scenario: their descriptions as text, and the systems that come of them. */
import { createHash } from 'node:crypto';
import { parseClusterSpec } from '../cluster-spec.ts';
import type { Cluster, FailureModel } from '../cluster.ts';
import { InputError, usageError } from '../errors.ts';
import type { Parameters } from '../parameters.ts';
import type { PolicyEntry } from '../scenario.ts';
import { mayHaveFigure, readSystem } from '../systems/system-file.ts';
import type { SystemFile } from '../systems/system-file.ts';
import { isSystemFile, systemTexts } from '../systems/system-library.ts';
import type { System } from '../systems/system.ts';
import type { LoadedPolicy } from './policy-entry.ts';
import { existingFile } from './scenario-paths.ts';

/** What describes a system: plain data, for worker threads. */
export interface SystemSource {
  /** Its own file first, then those that it extends. */
  readonly files: readonly SystemFile[];
  /** SHA-256 of all of them. */
  readonly sha256: string;
}

/** Not a figure of a description: what all durations that are assumed are multiplied by. */
export const ASSUMED = 'assumed';

/** Stands for the cluster of a point when a description is checked. */
const ANY_CLUSTER = 'nodes=1,cpus=1';

/** Loads the system of an entry. `folder`: of the scenario, which its path is relative to. */
export function loadSystemEntry(entry: PolicyEntry, folder: string): LoadedPolicy {
  const { name, at, parameters } = entry;
  const files = systemTexts(isSystemFile(name) ? existingFile(folder, name, at) : name, at);
  const hash = createHash('sha256');
  for (const { text } of files) hash.update(text);
  const system = { files, sha256: hash.digest('hex') };
  const read = placed(at, () => systemOf(system, parameters, parseClusterSpec(ANY_CLUSTER)));
  return { entry, name: read.name, specs: {}, needsNodes: true, parameters, files: {}, system };
}

/** The system with figures of its own, on this cluster. `failures`: of all its nodes, those of other pools included. */
export function systemOf(source: SystemSource, parameters: Parameters, cluster: Cluster, failures?: FailureModel): System {
  const { [ASSUMED]: assumed = 1, ...figures } = parameters;
  const values = new Map(Object.entries(figures).map(([path, value]) => [path, String(value)]));
  return readSystem(source.files[0], baseIn(source), { values, assumed: Number(assumed), cluster, failures });
}

/** Finds a description that another one extends. */
function baseIn({ files }: SystemSource): (name: string) => SystemFile {
  return (name) => {
    const found = files.find(({ path }) => path.endsWith(`/${name}.yaml`));
    if (found === undefined) throw new Error(`the description of ${name} was not loaded`);
    return found;
  };
}

/** A figure as an axis gives it; `at`: where. */
export interface GivenFigure {
  readonly path: string;
  readonly value: string;
  readonly at: string;
}

/** Whether a description has something at this path that a sweep may vary. Throws `InputError` if this value will not do. */
export function hasFigure(source: SystemSource, parameters: Parameters, { path, value, at }: GivenFigure): boolean {
  if (!mayHaveFigure(source.files[0], baseIn(source), path)) return false;
  try {
    systemOf(source, { ...parameters, [path]: value }, parseClusterSpec(ANY_CLUSTER));
    return true;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw usageError(`${path} cannot be ${value}: ${error.problem}`, at, error.hint);
  }
}

/** Tells a mistake with its place in the scenario; one in the file of the system has its own. */
function placed<Result>(at: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof InputError) || /:\d+:\d+$/.test(error.where)) throw error;
    throw usageError(error.problem, at, error.hint);
  }
}
