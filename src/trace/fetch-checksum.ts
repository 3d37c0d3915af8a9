/** SHA-256 of files, and the record of it that stands beside a file: what `sha256sum` writes and checks. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { InputError } from '../errors.ts';

export async function sha256Of(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { signal })) hash.update(piece as Uint8Array);
  return hash.digest('hex');
}

export function recordPath(path: string): string {
  return `${path}.sha256`;
}

/** The recorded checksum of a file (hex), undefined if there is no record. */
export async function recordedSha256(path: string): Promise<string | undefined> {
  let text: string;
  try {
    text = await readFile(recordPath(path), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const found = /^([0-9a-f]{64})\s/i.exec(text);
  if (!found) {
    throw new InputError('it holds no SHA-256', recordPath(path), 'remove it, then what is downloaded next is trusted');
  }
  return found[1].toLowerCase();
}

export async function recordSha256(path: string, sha256: string): Promise<void> {
  const record = recordPath(path);
  await writeFile(`${record}.part`, `${sha256}  ${basename(path)}\n`);
  await rename(`${record}.part`, record);
}
