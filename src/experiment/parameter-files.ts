/** The files that parameters of a policy name. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { usageError } from '../errors.ts';
import type { ParameterFile, ParameterFiles, Parameters, ParameterSpecs } from '../parameters.ts';
import { textOf } from '../utf8.ts';

/** A file as it was when the run began. */
export interface HashedFile extends ParameterFile {
  readonly sha256: string;
}

/** Reads them, by parameter; one that was left empty is not there. `where` names the flag for errors. */
export function readParameterFiles(
  specs: ParameterSpecs,
  parameters: Parameters,
  where: string,
): ParameterFiles & Readonly<Record<string, HashedFile>> {
  const files: Record<string, HashedFile> = {};
  for (const [name, { type }] of Object.entries(specs)) {
    const path = parameters[name];
    if (type === 'file' && typeof path === 'string' && path !== '') files[name] = readFile(path, `${where}, ${name}`);
  }
  return files;
}

function readFile(path: string, where: string): HashedFile {
  const bytes = bytesOf(path, where);
  return { path, text: textOf(bytes, path), sha256: createHash('sha256').update(bytes).digest('hex') };
}

function bytesOf(path: string, where: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw usageError(`"${path}" cannot be read: ${(error as Error).message}`, where, 'give the path of a text file');
  }
}
