/** Where the programs of a cluster are found, and how one gets those that are missing. */
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { usageError } from '../../errors.ts';

/** The control plane, and the kubelets that KWOK plays. */
export const PROCESS_PROGRAMS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok'] as const;
export const KIND_PROGRAMS = ['kind', 'docker', 'kwok'] as const;
export type Program = (typeof PROCESS_PROGRAMS)[number] | (typeof KIND_PROGRAMS)[number];

export type Programs<Name extends Program> = Readonly<Record<Name, string>>;

/** What is known to work together; `test/control-plane` builds the first five at these versions. */
export const VERSIONS = { kubernetes: 'v1.36.3', etcd: 'v3.6.8', kwok: 'v0.8.0', kind: 'v0.33.0' } as const;

/** Where `npm run control-plane` puts programs, a folder for each version of Kubernetes. */
export function controlPlaneFolder(env: NodeJS.ProcessEnv = process.env): string {
  return env.YARDMASTER_CONTROL_PLANE || join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'yardmaster', 'control-plane');
}

/** Where to look for programs. */
export interface ProgramSearch {
  /** A folder that goes before all others: `--bin`. */
  readonly bin?: string;
  /** Of Kubernetes: `v1.36.3`, `1.36.3` or `1.36`. */
  readonly version?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** The paths of all these programs. Throws `InputError` that names each missing one, and the command that gets it. */
export function findPrograms<Name extends Program>(names: readonly Name[], search: ProgramSearch): Programs<Name> {
  const folders = searchFolders(search);
  const found = names.map((name) => [name, folders.map((folder) => join(folder, name)).find(isProgram)] as const);
  const missing = found.filter(([, path]) => path === undefined).map(([name]) => name);
  if (missing.length > 0) throw missingPrograms(missing, search);
  return Object.fromEntries(found) as Programs<Name>;
}

/** `--bin`, then what was built for the version, and for our own where etcd and KWOK are, then the path of the shell. */
function searchFolders({ bin, version = VERSIONS.kubernetes, env = process.env }: ProgramSearch): string[] {
  const root = controlPlaneFolder(env);
  const built = [builtFolder(root, version), builtFolder(root, VERSIONS.kubernetes)];
  const path = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return [bin === undefined ? undefined : resolve(bin), ...built, ...path].filter((folder) => folder !== undefined);
}

/** The newest one that begins with the version that was asked for. */
function builtFolder(root: string, version: string): string | undefined {
  if (!existsSync(root)) return undefined;
  const wanted = `v${version.replace(/^v/, '')}`;
  const fits = readdirSync(root).filter((name) => name === wanted || name.startsWith(`${wanted}.`));
  const newest = fits.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1);
  return newest === undefined ? undefined : join(root, newest);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function missingPrograms(missing: readonly Program[], { bin, version = VERSIONS.kubernetes }: ProgramSearch): Error {
  const where = bin === undefined ? 'not on the path' : `neither in ${bin} nor on the path`;
  const commands = missing.map((name) => `  ${name}: ${commandFor(name, `v${version.replace(/^v/, '')}`)}`);
  const checkout = missing.some((name) => name !== 'docker')
    ? ['  all that Go can build: npm run control-plane, in a checkout']
    : [];
  return usageError(
    `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing: ${where}`,
    'live up',
    `get ${missing.length === 1 ? 'it' : 'them'} so, or say where with --bin:\n${[...commands, ...checkout].join('\n')}`,
  );
}

function commandFor(name: Program, kubernetes: string): string {
  const target = `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`;
  switch (name) {
    case 'kwok':
      return `go install sigs.k8s.io/kwok/cmd/kwok@${VERSIONS.kwok}`;
    case 'kind':
      return `go install sigs.k8s.io/kind@${VERSIONS.kind}`;
    case 'etcd':
      return `take it from https://github.com/etcd-io/etcd/releases/tag/${VERSIONS.etcd}`;
    case 'docker':
      return 'https://docs.docker.com/engine/install/; without it: live up --processes';
    default:
      return `curl -LO https://dl.k8s.io/${kubernetes}/bin/${target}/${name} && chmod +x ${name}`;
  }
}
