/** A download into a part file that survives cut connections, this process and the server's changes of mind. */
import { open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { Incomplete, mayPass, Refusal } from './fetch-errors.ts';
import type { Sleep } from './fetch-lock.ts';
import { get } from './fetch-request.ts';
import type { Answer } from './fetch-request.ts';

export interface FetchProgress {
  /** [bytes] */
  readonly received: number;
  /** Size of the file [bytes]; absent if the server does not say. */
  readonly total?: number;
  /** Where this connection took up [bytes]: 0 for a download from the beginning. */
  readonly resumedFrom: number;
  /** Failed connections in a row before this one. */
  readonly failures: number;
}

export interface DownloadOptions {
  /** Tries that bring the file no further before we give up. */
  readonly attempts: number;
  /** [ms] */
  readonly silence: number;
  readonly sleep: Sleep;
  readonly onProgress: (progress: FetchProgress) => void;
  readonly signal?: AbortSignal;
}

/** Which version of the file a part belongs to. Stands beside it. */
interface PartOf {
  readonly url: string;
  /** What `If-Range` can compare: a strong ETag or a date. */
  readonly validator: string;
}

/** First wait after a failure, doubled after each further one, and the longest [ms]. */
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 60_000;

/** Downloads to `part`, taking up what an earlier try has left there. Returns whether anything was taken up. */
export async function download(url: URL, part: string, options: DownloadOptions): Promise<{ resumed: boolean }> {
  let furthest = await sizeOf(part);
  let resumed = false;
  for (let failures = 0; ;) {
    options.signal?.throwIfAborted();
    try {
      const from = await transfer(url, part, failures, options);
      return { resumed: resumed || from > 0 };
    } catch (error) {
      if (options.signal?.aborted || !mayPass(error)) throw error;
      const size = await sizeOf(part);
      // Only progress beyond what was ever reached counts, or a server that never resumes would keep us for ever.
      failures = size > furthest ? 1 : failures + 1;
      furthest = Math.max(furthest, size);
      resumed ||= size > 0;
      if (failures >= options.attempts) throw error;
      await options.sleep(waitAfter(failures, error), options.signal);
    }
  }
}

/** Forgets what has come so far. */
export async function dropPart(part: string): Promise<void> {
  await rm(part, { force: true });
  await rm(notePath(part), { force: true });
}

/** One connection. Returns where it took up [bytes]. */
async function transfer(url: URL, part: string, failures: number, options: DownloadOptions): Promise<number> {
  const have = await sizeOf(part);
  const note = have > 0 ? await readNote(part, url) : undefined;
  const headers: Record<string, string> = { 'accept-encoding': 'identity', 'user-agent': 'yardmaster' };
  if (note) Object.assign(headers, { range: `bytes=${have}-`, 'if-range': note.validator });
  const answer = await get(url, { headers, silence: options.silence, signal: options.signal });
  try {
    const from = await takeUp(answer, url, part, note ? have : 0);
    await receive(answer, part, from, failures, options);
    return from;
  } finally {
    answer.close();
  }
}

/** Where to write the answer's body [bytes]. An answer from the beginning starts the part anew. */
async function takeUp({ status, headers }: Answer, url: URL, part: string, have: number): Promise<number> {
  if (status === 206 && have > 0) {
    const start = /^bytes (\d+)-/.exec(headers['content-range'] ?? '')?.[1];
    if (Number(start) === have) return have;
  }
  if (status === 206 || status === 416) {
    await dropPart(part);
    throw new Incomplete('the server sent another piece than was asked for');
  }
  if (status !== 200) throw new Refusal(status, retryAfter(headers['retry-after']));
  await dropPart(part);
  const etag = headers.etag?.startsWith('"') ? headers.etag : undefined;
  const validator = etag ?? headers['last-modified'];
  if (validator !== undefined) await writeFile(notePath(part), JSON.stringify({ url: url.href, validator } satisfies PartOf));
  return 0;
}

async function receive(
  { headers, body }: Answer,
  part: string,
  from: number,
  failures: number,
  options: DownloadOptions,
): Promise<void> {
  const length = headers['content-length'];
  const total = length === undefined ? undefined : from + Number(length);
  const tell = (received: number) => options.onProgress({ received, total, resumedFrom: from, failures });
  const file = await open(part, from > 0 ? 'r+' : 'w');
  let received = from;
  try {
    tell(received);
    for await (const piece of body()) {
      await writeWhole(file, piece, received);
      received += piece.length;
      tell(received);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  if (total !== undefined && received !== total) {
    throw new Incomplete(`the connection ended after ${received} of ${total} bytes`);
  }
}

async function writeWhole(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}

function waitAfter(failures: number, error: unknown): number {
  const asked = error instanceof Refusal ? error.retryAfter : undefined;
  return Math.min(LONGEST_WAIT, asked ?? FIRST_WAIT * 2 ** (failures - 1));
}

/** A wait in seconds [ms]; a date would need a clock, so it is left to our own waits. */
function retryAfter(header: string | undefined): number | undefined {
  return header !== undefined && /^\d+$/.test(header) ? Number(header) * 1000 : undefined;
}

const notePath = (part: string) => `${part}.json`;

/** What the part belongs to, if it is of this address and can be taken up. */
async function readNote(part: string, url: URL): Promise<PartOf | undefined> {
  try {
    const note = JSON.parse(await readFile(notePath(part), 'utf8')) as Partial<PartOf>;
    return note.url === url.href && typeof note.validator === 'string' ? { url: note.url, validator: note.validator } : undefined;
  } catch (error) {
    // No note, or one that was cut off: the part cannot be taken up.
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** [bytes]; 0 if there is no such file. */
async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}
