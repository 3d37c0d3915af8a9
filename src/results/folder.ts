import { existsSync, mkdirSync, rmSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { usageError } from '../errors.ts';

/**
 * Makes a folder and those above it that are missing. One by one: the runtime's own recursive way never ends on
 * file systems that refuse folders without saying why, such as /proc.
 */
export function makeFolder(folder: string): void {
  const missing: string[] = [];
  let found = resolve(folder);
  for (; !existsSync(found) && dirname(found) !== found; found = dirname(found)) missing.push(found);
  if (!statSync(found).isDirectory())
    throw usageError('it is a file, not a folder', found, 'check the path, or name another place');
  for (const next of missing.reverse()) {
    try {
      mkdirSync(next);
    } catch (error) {
      // Another process may have made it just now.
      if (!(existsSync(next) && statSync(next).isDirectory())) throw error;
    }
  }
}

/** What a run may write into the folder of a policy, some of it only if there is any. */
const RESULT_FILES = ['jobs.csv', 'attempts.csv', 'resizes.csv', 'explanations.csv', 'node-time.csv', 'summary.json'];

/**
 * Makes a folder ready for new results. Its manifest goes first, so that a folder with one is always complete; then
 * what an earlier run left in the folders that are about to be written: this one may not write every file anew.
 */
export function clearResults(out: string, policyFolders: readonly string[]): void {
  makeFolder(out);
  rmSync(join(out, 'manifest.json'), { force: true });
  removeParts(out, ['manifest.json']);
  for (const name of policyFolders) {
    const folder = join(out, name);
    if (!existsSync(folder)) continue;
    for (const file of RESULT_FILES) rmSync(join(folder, file), { force: true });
    removeParts(folder, RESULT_FILES);
  }
}

/** Removes what killed runs have half written of these files. */
function removeParts(folder: string, files: readonly string[]): void {
  for (const name of readdirSync(folder)) {
    if (files.some((file) => name.startsWith(`${file}.`) && /\.\d+\.part$/.test(name)))
      rmSync(join(folder, name), { force: true });
  }
}
