/** Systems by name, as they are shipped, or by the path of a file. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { didYouMean, usageError } from '../errors.ts';
import { readYaml } from '../yaml-places.ts';
import { isTree } from './system-figures.ts';
import { readSystem } from './system-file.ts';
import type { SystemChanges, SystemFile } from './system-file.ts';
import type { System } from './system.ts';

const FOLDER = fileURLToPath(new URL('../../scenarios/systems/', import.meta.url));

/** Names of the systems that are shipped. */
export function systemNames(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort();
}

/** Whether it is meant as the path of a file. */
export function isSystemFile(name: string): boolean {
  return /\.(ya?ml|json)$/.test(name) || name.includes('/');
}

/** The system of that name, or of that file. `where`: who names it. */
export function loadSystem(name: string, changes?: SystemChanges, where = '--system'): System {
  return readSystem(
    isSystemFile(name) ? fileAt(name, where) : shippedFile(name, where),
    (base) => shippedFile(base, where),
    changes,
  );
}

function fileAt(path: string, where: string): SystemFile {
  if (!existsSync(path))
    throw usageError(`there is no file ${path}`, where, 'give a file, or a name of "yardmaster systems list"');
  return { path, text: readFileSync(path, 'utf8') };
}

function shippedFile(name: string, where: string): SystemFile {
  const names = systemNames();
  if (!names.includes(name)) throw usageError(`there is no system "${name}"`, where, didYouMean(name, names));
  const path = `${FOLDER}${name}.yaml`;
  return { path, text: readFileSync(path, 'utf8') };
}

/** A system as text: its own file first, then those that it extends, one after the other. */
export function systemTexts(name: string, where: string): SystemFile[] {
  const file = isSystemFile(name) ? fileAt(name, where) : shippedFile(name, where);
  const texts = [file];
  // One that extends itself is refused when it is read.
  for (
    let next = baseOf(file);
    next !== undefined && texts.length <= systemNames().length;
    next = baseOf(texts[texts.length - 1])
  )
    texts.push(shippedFile(next, where));
  return texts;
}

function baseOf({ text, path }: SystemFile): string | undefined {
  const { value: tree } = readYaml(text, path);
  return isTree(tree) && typeof tree.extends === 'string' ? tree.extends : undefined;
}
