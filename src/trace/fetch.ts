/** Downloads published traces: resumable, checked, and never over a file that is something else. */
import { existsSync } from 'node:fs';
import { mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, usageError } from '../errors.ts';
import type { CatalogueEntry } from './catalogue.ts';
import { fileName } from './catalogue.ts';
import { recordedSha256, recordPath, recordSha256, sha256Of } from './fetch-checksum.ts';
import { download, dropPart } from './fetch-download.ts';
import type { FetchProgress } from './fetch-download.ts';
import { explained } from './fetch-errors.ts';
import { withLock } from './fetch-lock.ts';
import type { Sleep } from './fetch-lock.ts';

export type { FetchProgress } from './fetch-download.ts';
export type { Sleep } from './fetch-lock.ts';

export interface FetchOptions {
  /** Where to put the file; made if it is not there. */
  readonly dir: string;
  /** Waits between tries: this folder has no clock of its own. */
  readonly sleep: Sleep;
  /** A mirror: the file's path is asked for there instead. */
  readonly baseUrl?: string;
  readonly onProgress?: (progress: FetchProgress) => void;
  readonly signal?: AbortSignal;
  /** Tries that bring the file no further before giving up. */
  readonly attempts?: number;
  /** A connection on which nothing comes for so long is given up [ms]. */
  readonly silence?: number;
}

export interface FetchedTrace {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly how: 'downloaded' | 'resumed' | 'already there';
  /** What the checksum was compared with: the published one, the one of the first download, or nothing yet. */
  readonly checked: 'published' | 'recorded' | 'first use';
}

const ATTEMPTS = 5;
const SILENCE = 60_000;

/** Brings the file of an entry to `dir`, or finds that it is there already. Throws `InputError` where it cannot. */
export async function fetchTrace(entry: CatalogueEntry, options: FetchOptions): Promise<FetchedTrace> {
  const url = addressOf(entry, options.baseUrl);
  const path = join(options.dir, fileName(entry));
  try {
    await mkdir(options.dir, { recursive: true });
    return await withLock(path, () => fetchLocked(entry, url, path, options), options.sleep, options.signal);
  } catch (error) {
    throw explained(error, entry, url, path);
  }
}

function addressOf(entry: CatalogueEntry, baseUrl: string | undefined): URL {
  if (entry.url === undefined) {
    throw usageError(`${entry.title} cannot be downloaded as one file`, entry.name, entry.obtain ?? `see ${entry.home}`);
  }
  const url = new URL(entry.url);
  if (baseUrl === undefined) return url;
  if (!URL.canParse(baseUrl))
    throw usageError(`"${baseUrl}" is not a URL`, 'the mirror', 'write for example https://mirror.example.org/traces');
  const mirror = new URL(baseUrl);
  mirror.pathname = mirror.pathname.replace(/\/$/, '') + url.pathname;
  mirror.search = url.search;
  return mirror;
}

async function fetchLocked(entry: CatalogueEntry, url: URL, path: string, options: FetchOptions): Promise<FetchedTrace> {
  const recorded = await recordedSha256(path);
  const expected = entry.sha256 ?? recorded;
  const checked = entry.sha256 !== undefined ? 'published' : recorded !== undefined ? 'recorded' : 'first use';
  if (existsSync(path)) {
    const sha256 = await sha256Of(path, options.signal);
    if (expected !== undefined && sha256 !== expected) throw otherFile(path, sha256, expected, checked);
    if (recorded === undefined) await recordSha256(path, sha256);
    return { path, bytes: (await stat(path)).size, sha256, how: 'already there', checked };
  }
  const part = `${path}.part`;
  const { sha256, resumed } = await downloadChecked(url, part, expected, checked, options);
  await recordSha256(path, sha256);
  await rename(part, path);
  await dropPart(part);
  return { path, bytes: (await stat(path)).size, sha256, how: resumed ? 'resumed' : 'downloaded', checked };
}

async function downloadChecked(
  url: URL,
  part: string,
  expected: string | undefined,
  checked: FetchedTrace['checked'],
  options: FetchOptions,
): Promise<{ sha256: string; resumed: boolean }> {
  const { attempts = ATTEMPTS, silence = SILENCE, onProgress = () => {}, sleep, signal } = options;
  for (;;) {
    const { resumed } = await download(url, part, { attempts, silence, onProgress, sleep, signal });
    const sha256 = await sha256Of(part, signal);
    if (expected === undefined || sha256 === expected) return { sha256, resumed };
    await dropPart(part);
    // Pieces of two versions can have met in a file that was taken up; whole, it may be right.
    if (!resumed) throw wrongFile(url, part, sha256, expected, checked);
  }
}

function otherFile(path: string, found: string, expected: string, checked: FetchedTrace['checked']): InputError {
  return new InputError(
    `there is another file: its SHA-256 is ${found}, ${nameOf(checked)} is ${expected}`,
    path,
    'it is not overwritten: move it away to download it again',
  );
}

function wrongFile(url: URL, part: string, found: string, expected: string, checked: FetchedTrace['checked']): InputError {
  const record = recordPath(part.replace(/\.part$/, ''));
  return new InputError(
    `the file has SHA-256 ${found}, ${nameOf(checked)} is ${expected}; it was not kept`,
    url.href,
    checked === 'recorded'
      ? `it changed since its first download: remove ${record} to take the new one`
      : 'it was replaced or damaged on its way: try again, or look for another copy',
  );
}

function nameOf(checked: FetchedTrace['checked']): string {
  return checked === 'recorded' ? 'that of its first download' : 'the published one';
}
