/** Systems by name, as they are shipped, or by the path of a file; and the policies that they name. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { didYouMean, usageError } from '../errors.ts';
import type { Bench } from '../systems/published/bench.ts';
import { simulateSystem } from '../systems/simulate-system.ts';
import type { Parts } from '../systems/site.ts';
import { readSystem } from '../systems/system-file.ts';
import type { SystemChanges, SystemFile } from '../systems/system-file.ts';
import type { System } from '../systems/system.ts';

const FOLDER = fileURLToPath(new URL('../../scenarios/systems/', import.meta.url));

/** Names of the systems that are shipped. */
export function systemNames(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort();
}

/** The system of that name, or of that file. */
export function loadSystem(name: string, changes?: SystemChanges): System {
  const isFile = /\.(ya?ml|json)$/.test(name) || name.includes('/');
  return readSystem(isFile ? ownFile(name) : shippedFile(name), shippedFile, changes);
}

function ownFile(path: string): SystemFile {
  if (!existsSync(path))
    throw usageError(`there is no file ${path}`, '--system', 'give a file, or a name of "yardmaster systems list"');
  return { path, text: readFileSync(path, 'utf8') };
}

function shippedFile(name: string): SystemFile {
  const names = systemNames();
  if (!names.includes(name)) throw usageError(`there is no system "${name}"`, '--system', didYouMean(name, names));
  const path = `${FOLDER}${name}.yaml`;
  return { path, text: readFileSync(path, 'utf8') };
}

/** Everything of the lists that a system may name. */
export async function loadParts(): Promise<Parts> {
  const { loadPolicies } = await import('../policies/index.ts');
  const { placements } = await import('../placement/index.ts');
  const byName = <Spec extends { readonly name: string }>(specs: readonly Spec[]) =>
    new Map(specs.map((spec) => [spec.name, spec]));
  return { policies: byName(await loadPolicies()), placements: byName(placements) };
}

export async function loadBench(): Promise<Bench> {
  const parts = await loadParts();
  return {
    system: loadSystem,
    run: (system, workload, options) => simulateSystem(system, workload, parts, options),
  };
}
