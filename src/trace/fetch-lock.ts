/** One download of a file at a time, over all processes of this machine: a lock file names its holder. */
import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { InputError } from '../errors.ts';

/** Waits so long; ends early, with an error, when the signal is given. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>;

/** How often a lock that another holds is looked at again [ms]. */
const POLL = 500;

/** Locks that this process holds: a lock with our own number that is not among them is left from a dead process. */
const held = new Set<string>();

/** Runs the work while holding the lock; waits for its turn. */
export async function withLock<T>(path: string, work: () => Promise<T>, sleep: Sleep, signal?: AbortSignal): Promise<T> {
  const lock = `${path}.lock`;
  while (!(await taken(lock))) {
    signal?.throwIfAborted();
    await sleep(POLL, signal);
  }
  try {
    return await work();
  } finally {
    held.delete(lock);
    await rm(lock, { force: true });
  }
}

async function taken(lock: string): Promise<boolean> {
  if (held.has(lock)) return false;
  // Before it is written, so that nobody here takes it for a dead process's.
  held.add(lock);
  let ours = false;
  try {
    ours = await created(lock, `${process.pid} ${hostname()} ${randomUUID()}\n`);
  } finally {
    if (!ours) held.delete(lock);
  }
  if (ours) return true;
  const holder = await contents(lock);
  if (holder === undefined || !isDead(holder, lock)) return false;
  // Moved aside, not removed: of several that find the same dead lock only one can move it.
  const aside = `${lock}.${randomUUID()}`;
  try {
    await rename(lock, aside);
    // If a new holder had come between reading and moving, its lock is put back.
    if ((await contents(aside)) === holder) await rm(aside);
    else await rename(aside, lock);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return false;
}

async function created(lock: string, text: string): Promise<boolean> {
  try {
    await writeFile(lock, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function contents(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether the holder of a lock is gone. Throws where that cannot be known: on another machine. */
function isDead(holder: string, lock: string): boolean {
  const [pid, host] = holder.split(/\s/);
  // Empty for an instant while its holder writes it.
  if (holder === '') return false;
  if (host !== hostname()) {
    throw new InputError(
      `process ${pid} on ${host} is downloading it`,
      lock,
      'wait for it, or remove this file if that process is gone',
    );
  }
  if (Number(pid) === process.pid) return !held.has(lock);
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
