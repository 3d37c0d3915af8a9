/** What is said of a policy that is not in our list. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { didYouMean, usageError } from '../errors.ts';
import type { InputError } from '../errors.ts';

/** How files of policies end. */
const ENDINGS = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts', '.py', ''];

/** `folder`: where the user would look for a file of that name, as paths in that place are written. */
export function unknownPolicy(name: string, known: Iterable<string>, where: string, folder = '.'): InputError {
  const files = ENDINGS.map((ending) => name + ending).filter((file) => isFile(join(folder, file)));
  const hint = files.length === 0 ? didYouMean(name, known) : `did you mean ${files.map((file) => `"./${file}"`).join(' or ')}?`;
  return usageError(`there is no policy "${name}"`, where, hint);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
