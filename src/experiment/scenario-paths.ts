/** Paths in scenarios: relative to the file they stand in, so that a scenario can be run from anywhere. */
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { nearMisses, usageError } from '../errors.ts';

/** `folder`: of the scenario. */
export function resolvePath(folder: string, path: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}

/** The path, if there is a file; else a mistake that names its neighbours. */
export function existingFile(folder: string, path: string, at: string): string {
  const resolved = resolvePath(folder, path);
  if (existsSync(resolved)) return resolved;
  const beside = dirname(resolved);
  const neighbours = existsSync(beside) ? nearMisses(basename(resolved), readdirSync(beside)) : [];
  const hint =
    neighbours.length > 0
      ? `did you mean ${neighbours.map((name) => `"${join(dirname(path), name)}"`).join(' or ')}?`
      : `paths are relative to the scenario: it was looked for at ${resolved}`;
  throw usageError(`there is no file "${path}"`, at, hint);
}
