import type { Parameters } from '../parameters.ts';
import { readParameters, splitSelector } from '../parameters.ts';
import type { PlacementSpec } from '../placement.ts';
import type { PolicySetup, PolicySpec } from '../policy.ts';
import { didYouMean, usageError } from '../errors.ts';
import { readParameterFiles } from '../experiment/parameter-files.ts';
import type { HashedFile } from '../experiment/parameter-files.ts';
import { isPolicyFile, loadPolicyFile, policyFileHash } from '../experiment/policy-file.ts';
import { unknownPolicy } from '../experiment/unknown-policy.ts';

/** A policy as the command line names it, ready to run. */
export interface SelectedPolicy {
  readonly spec: PolicySpec;
  readonly parameters: Parameters;
  /** For tables: the name, and the parameters that were given. */
  readonly label: string;
  /** Its folder under --out; differs between all policies of a run. */
  readonly folder: string;
  /** The file it was loaded from, as it was then; absent for a policy of our own list. */
  readonly file?: { readonly path: string; readonly sha256: string };
  /** The files that its parameters name, by parameter. */
  readonly files: Readonly<Record<string, HashedFile>>;
  /** Whether it has asked for the true run times: known after it has run. */
  isOracle(): boolean;
}

/** Finds or loads the policies that selectors name: `easy`, `easy:dialect=pyss`, `./mine.js:depth=3`. */
export async function selectPolicies(selectors: readonly string[]): Promise<SelectedPolicy[]> {
  const chosen = [];
  for (const selector of selectors) {
    const { name, given } = splitSelector(selector);
    // Its bytes are taken before it is loaded: it must not be able to tell others of itself.
    const file = isPolicyFile(name) ? { path: name, sha256: policyFileHash(name) } : undefined;
    const spec = file === undefined ? await listedPolicy(name) : await loadPolicyFile(file.path);
    const parameters = readParameters(spec.parameters ?? {}, given, `--policy ${name}`);
    const files = readParameterFiles(spec.parameters ?? {}, parameters, `--policy ${name}`);
    chosen.push({ spec, parameters, given, file, files });
  }
  const folders = distinctFolders(chosen.map(({ spec, given }) => ({ name: spec.name, given })));
  return chosen.map(({ spec, parameters, given, file, files }, index) => {
    const { observed, isOracle } = observe(spec);
    const label = labelOf(spec.name, given);
    return { spec: observed, isOracle, parameters, label, folder: folders[index], file, files };
  });
}

async function listedPolicy(name: string): Promise<PolicySpec> {
  const { loadPolicy, policyNames } = await import('../policies/index.ts');
  const spec = await loadPolicy(name);
  if (spec === undefined) throw unknownPolicy(name, policyNames, '--policy');
  return spec;
}

/** The placement that a selector names. */
export async function selectPlacement(selector: string): Promise<{ placement: PlacementSpec; placementParameters: Parameters }> {
  const { placements } = await import('../placement/index.ts');
  const { name, given } = splitSelector(selector);
  const placement = named(placements, name, '--placement');
  return { placement, placementParameters: readParameters(placement.parameters ?? {}, given, `--placement ${name}`) };
}

function named<Spec extends { readonly name: string }>(list: readonly Spec[], name: string, flag: string): Spec {
  const spec = list.find((one) => one.name === name);
  if (spec) return spec;
  const known = list.map((one) => one.name);
  throw usageError(`there is no ${flag.slice(2)} "${name}"`, flag, didYouMean(name, known));
}

type Given = Readonly<Record<string, string>>;

function labelOf(name: string, given: Given): string {
  const pairs = Object.entries(given).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? name : `${name}:${pairs.join(',')}`;
}

/** A folder for each policy: its name, and its parameters where several policies have one name. */
export function distinctFolders(chosen: readonly { name: string; given: Given }[]): string[] {
  const taken = new Set<string>();
  return chosen.map(({ name, given }, index) => {
    const alone = chosen.every((other, at) => at === index || other.name !== name);
    const wanted = fileName(alone ? name : labelOf(name, given).replace(':', '-'));
    let folder = wanted;
    // File systems that ignore case would put two of them into one folder.
    for (let copy = 2; taken.has(folder.toLowerCase()); copy++) folder = `${wanted}-${copy}`;
    taken.add(folder.toLowerCase());
    return folder;
  });
}

/** The text with nothing in it that a file system could take for something else. */
function fileName(text: string): string {
  return text.replace(/[^A-Za-z0-9._=,-]+/g, '_').replace(/^\.+/, '_');
}

/** The same policy, and a way to ask whether it has looked at true run times. */
function observe(spec: PolicySpec): { observed: PolicySpec; isOracle: () => boolean } {
  let asked = false;
  const create = (setup: PolicySetup) =>
    spec.create({
      ...setup,
      oracleRuntime: () => {
        asked = true;
        return setup.oracleRuntime();
      },
    });
  return { observed: { ...spec, create }, isOracle: () => asked };
}
