/** The policies of a scenario, loaded and checked. */
import { usageError } from '../errors.ts';
import { readParameters } from '../parameters.ts';
import type { Parameters, ParameterSpecs } from '../parameters.ts';
import { loadPolicy, policyNames } from '../policies/index.ts';
import type { PolicySpec } from '../policy.ts';
import type { GivenParameters, PolicyEntry } from '../scenario.ts';
import { readParameterFiles } from './parameter-files.ts';
import type { HashedFile } from './parameter-files.ts';
import { isPolicyFile, loadPolicyFile, policyFileHash } from './policy-file.ts';
import { existingFile } from './scenario-paths.ts';
import { loadSystemEntry } from './system-entry.ts';
import type { SystemSource } from './system-entry.ts';
import { unknownPolicy } from './unknown-policy.ts';

export interface LoadedPolicy {
  readonly entry: PolicyEntry;
  /** Of the spec: its file may have another name. */
  readonly name: string;
  readonly specs: ParameterSpecs;
  readonly needsNodes: boolean;
  /** A value for every parameter; of files, their paths as the scenario writes them. */
  readonly parameters: Parameters;
  /** The files that parameters name. */
  readonly files: Readonly<Record<string, HashedFile>>;
  /** The file it is loaded from, as it is now; absent for a policy of our own list. */
  readonly file?: { readonly path: string; readonly sha256: string };
  /** It is a system: what describes it. `parameters` are its figures by their paths. */
  readonly system?: SystemSource;
}

/** Loads the policy of an entry. `folder`: of the scenario, which its paths are relative to. */
export async function loadPolicyEntry(entry: PolicyEntry, folder: string): Promise<LoadedPolicy> {
  if (entry.isSystem === true) return loadSystemEntry(entry, folder);
  const { at } = entry;
  const path = isPolicyFile(entry.name) ? existingFile(folder, entry.name, at) : undefined;
  // Its bytes are taken before it is loaded: it must not be able to tell others of itself.
  const file = path === undefined ? undefined : { path, sha256: policyFileHash(path) };
  const spec = file === undefined ? await listedPolicy(entry.name, at, folder) : await loadPolicyFile(file.path);
  const specs = spec.parameters ?? {};
  for (const [key, { type }] of Object.entries(specs)) {
    if (type !== 'file' && Object.hasOwn(entry.files, key)) {
      throw usageError(`"${key}" of ${entry.name} is no file`, at, 'give it under parameters');
    }
  }
  const parameters = readParameters(specs, { ...entry.parameters, ...entry.files }, at);
  const files = readParameterFiles(specs, pathsOf(specs, parameters, folder, at), at);
  return { entry, name: spec.name, specs, needsNodes: spec.needsNodes === true, parameters, files, file };
}

/** The parameters with the paths of files as this process finds them. */
function pathsOf(specs: ParameterSpecs, parameters: GivenParameters, folder: string, at: string): Parameters {
  return Object.fromEntries(
    Object.entries(parameters).map(([key, value]) => {
      const isPath = specs[key].type === 'file' && typeof value === 'string' && value !== '';
      return [key, isPath ? existingFile(folder, value, at) : value];
    }),
  );
}

async function listedPolicy(name: string, at: string, folder: string): Promise<PolicySpec> {
  const spec = await loadPolicy(name);
  if (spec === undefined) throw unknownPolicy(name, policyNames, at, folder);
  return spec;
}
