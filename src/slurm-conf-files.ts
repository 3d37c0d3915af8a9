/** Which files belong to a slurm.conf: those beside it under their usual names, and those that are named. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { didYouMean, usageError } from './errors.ts';
import { readSlurmConf } from './slurm-conf.ts';
import type { ConfFile, SlurmCluster, SlurmFiles } from './slurm-conf.ts';
import { textOf } from './utf8.ts';

/** What a file is, how it is named after the slurm.conf, and what it is called when it lies beside it. */
const BESIDE = {
  gres: { word: 'gres', names: ['gres.conf'] },
  topology: { word: 'topology', names: ['topology.conf'] },
  accounts: { word: 'sacctmgr', names: ['sacctmgr.dump', 'sacctmgr.cfg', 'sacctmgr.script'] },
  qos: { word: 'qos', names: ['qos.txt'] },
  reservations: { word: 'reservations', names: ['reservations.txt'] },
} as const;

type Part = keyof typeof BESIDE;
const PARTS: readonly Part[] = ['gres', 'topology', 'accounts', 'qos', 'reservations'];

/** A file that a cluster was read from. */
export interface HashedFile {
  readonly path: string;
  readonly sha256: string;
}

export interface LoadedSlurm extends SlurmCluster {
  /** Those that stand beside slurm.conf, and those that it includes. */
  readonly beside: readonly HashedFile[];
}

/** Takes `slurm.conf,sacctmgr=FILE,qos=FILE` apart: the path, and the rest by name. Undefined if it is no such text. */
export function splitSlurmSpec(spec: string): { path: string; given: ReadonlyMap<string, string> } | undefined {
  const [path, ...rest] = spec.split(',');
  if (rest.length === 0 || path.includes('=') || !existsSync(path)) return undefined;
  const known: readonly string[] = PARTS.map((part) => BESIDE[part].word);
  const given = new Map<string, string>();
  for (const pair of rest) {
    const equals = pair.indexOf('=');
    const word = equals < 0 ? pair : pair.slice(0, equals);
    if (equals < 1 || !known.includes(word))
      throw usageError(`there is no "${word}" beside a slurm.conf`, spec, didYouMean(word, known));
    given.set(word, pair.slice(equals + 1));
  }
  return { path, given };
}

/**
 * Reads a slurm.conf with the files that belong to it. `given`: files by name; `none` leaves one out that lies beside
 * it. `read` gives the bytes of a file.
 */
export function loadSlurmConf(conf: ConfFile, given: ReadonlyMap<string, string>, read: (path: string) => Buffer): LoadedSlurm {
  const beside: HashedFile[] = [];
  const open = (path: string): ConfFile => {
    const bytes = read(path);
    beside.push({ path, sha256: createHash('sha256').update(bytes).digest('hex') });
    return { path, text: textOf(bytes, path) };
  };
  const folder = dirname(conf.path);
  const files: { -readonly [Key in keyof SlurmFiles]: SlurmFiles[Key] } = { conf };
  for (const part of PARTS) {
    const path = pathOf(part, given.get(BESIDE[part].word), folder);
    if (path !== undefined) files[part] = open(path);
  }
  // A configuration that was copied from its cluster still names files by where they were there.
  const include = (name: string) => {
    const paths = isAbsolute(name) ? [name, join(folder, basename(name))] : [join(folder, name)];
    const path = paths.find((one) => existsSync(one));
    return path === undefined ? undefined : open(path);
  };
  return { ...readSlurmConf(files, include), beside };
}

function pathOf(part: Part, given: string | undefined, folder: string): string | undefined {
  const { word, names } = BESIDE[part];
  if (given === 'none') return undefined;
  if (given === undefined) return names.map((name) => join(folder, name)).find((path) => existsSync(path));
  if (existsSync(given)) return given;
  throw usageError(`there is no file "${given}"`, `cluster, ${word}=${given}`, `give an existing file, or ${word}=none`);
}
