/**
 * Which process a number means. The operating system gives the numbers of processes that have ended to others, so that
 * a number that was written down may be somebody else's by the time it is read.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/**
 * What tells a process from all others that had or will have its number: the boot and the moment it started.
 * Undefined if it has ended; a process that nobody has asked for its exit code yet (a zombie) has.
 */
export function processIdentity(pid: number): string | undefined {
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
}

/**
 * A process whose first thread has ended but others have not holds its ports and files still.
 * Source: man 5 proc: field 3 of /proc/PID/stat is the state, 20 the threads, 22 the start in ticks since boot.
 */
function fromProc(pid: number): string | undefined {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The second field is the name of the program in brackets, and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, threads, started] = [fields[0], Number(fields[17]), fields[19]];
  if ((state === 'Z' || state === 'X') && threads <= 1) return undefined;
  return `${read('/proc/sys/kernel/random/boot_id')?.trim() ?? ''}:${started}`;
}

function fromPs(pid: number): string | undefined {
  try {
    const line = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return line === '' || line.startsWith('Z') ? undefined : line.slice(line.indexOf(' ') + 1).trim();
  } catch {
    return undefined;
  }
}

/** Processes that were started with `name=value` in their environment [pid]. Empty where the system does not tell. */
export function processesWith(name: string, value: string): number[] {
  if (process.platform !== 'linux') return [];
  const wanted = `${name}=${value}`;
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => read(`/proc/${pid}/environ`)?.split('\0').includes(wanted) === true);
}

/** Undefined for a process that is gone by now, or another user's. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
