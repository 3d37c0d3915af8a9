/** What the verifications of kube-scheduler are given. */
import { readFileSync } from 'node:fs';
import { InputError, usageError } from '../errors.ts';
import { BEHAVIOURS } from '../policies/kube-default/behaviour.ts';
import type { KubeVersion } from '../policies/kube-default/behaviour.ts';

/** The version that `--version` names. */
export function readKubeVersion(text: string): KubeVersion {
  const version = kubeVersions().find((one) => one === text);
  if (version === undefined) throw usageError(`"${text}" is not known`, '--version', `one of: ${kubeVersions().join(', ')}`);
  return version;
}

export function kubeVersions(): KubeVersion[] {
  return Object.values(BEHAVIOURS).map(({ version }) => version);
}

/** A parsed JSON file; `wanted` says what should stand in it. */
export function readJsonFile(path: string, wanted: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw usageError(`cannot be read: ${(error as Error).message}`, path, `give JSON files: ${wanted}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`is not JSON: ${(error as Error).message}`, path, wanted);
  }
}
