/**
 * Who says to be writing into a folder of results: a claim is a file of its own, whose name tells the process. Names are
 * never used again, so that a claim of a dead process may be removed by anybody at any time.
 */
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readlinkSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { makeFolder } from '../results/folder.ts';

/** A process, as far as others can tell whether it still runs. */
export interface Writer {
  readonly pid: number;
  /** When it was started, in ticks since the machine was: a number of a process is used again. Empty where nobody tells. */
  readonly started: string;
  /** Differs between machines and between two times of running; empty where nobody tells. */
  readonly boot: string;
  /** In which process numbers mean the same; empty where nobody tells. */
  readonly namespace: string;
  readonly host: string;
}

export interface Claim extends Writer {
  /** `whole`, `merge` or `part-3-of-10`. */
  readonly role: string;
  /** Of the file. */
  readonly name: string;
}

const FOLDER = 'locks';

/** How often a folder that vanishes is made anew [count]: more often it is not tidied away, it cannot be made. */
const ATTEMPTS = 100;

/** This process. */
export function thisWriter(): Writer {
  return {
    pid: process.pid,
    started: statOf(process.pid)?.started ?? '',
    boot: textOf('/proc/sys/kernel/random/boot_id').trim(),
    namespace: namespaceOfPids(),
    host: hostname()
      .replace(/[^\w-]+/g, '-')
      .slice(0, 64),
  };
}

/** Counts the claims of this process: each has a name of its own. */
let claims = 0;

/** Puts a claim into the folder, visible to all from then on. */
export function publish(out: string, role: string, writer: Writer): Claim {
  const { pid, started, boot, namespace, host } = writer;
  const name = [role, pid, started, boot, namespace, host, claims++, 'lock'].join('~');
  for (let attempt = 1; ; attempt++) {
    try {
      makeFolder(join(out, FOLDER));
      closeSync(openSync(join(out, FOLDER, name), 'wx'));
      return { ...writer, role, name };
    } catch (error) {
      // The last of the others has just tidied the folder away, perhaps while it was made here.
      const { code, path } = error as NodeJS.ErrnoException;
      const mayPass = code === 'ENOENT' || (code === 'EEXIST' && path === resolve(out, FOLDER));
      if (!mayPass || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Takes a claim away, and the folder with the last one. */
export function withdraw(out: string, { name }: Pick<Claim, 'name'>): void {
  rmSync(join(out, FOLDER, name), { force: true });
  try {
    rmdirSync(join(out, FOLDER));
  } catch {
    // Others have claims, or have tidied it away.
  }
}

/** All claims that are there, whoever made them. */
export function claimsIn(out: string): Claim[] {
  const folder = join(out, FOLDER);
  if (!existsSync(folder)) return [];
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return names.sort().flatMap((name) => {
    const [role, pid, started, boot, namespace, host, , ending] = name.split('~');
    return ending === 'lock' ? [{ role, pid: Number(pid), started, boot, namespace, host, name }] : [];
  });
}

/** Whether the process of a claim runs, as far as can be told from here. */
export function lifeOf(claim: Claim, self: Writer): 'runs' | 'is-over' | 'unknown' {
  const isHere = claim.host === self.host && claim.boot === self.boot && claim.namespace === self.namespace;
  if (!isHere) return 'unknown';
  const stat = statOf(claim.pid);
  // Of other users' processes /proc may tell nothing.
  if (stat === undefined || claim.started === '') return isThere(claim.pid) ? 'runs' : 'is-over';
  return stat.started === claim.started && !stat.isOver ? 'runs' : 'is-over';
}

/** Shows that the process still runs; false if somebody has taken the claim away. */
export function beat(out: string, { name }: Claim, count: number): boolean {
  let file: number;
  try {
    file = openSync(join(out, FOLDER, name), 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  try {
    writeSync(file, `${count}\n`, 0);
    return true;
  } finally {
    closeSync(file);
  }
}

/** What the process has last shown; undefined if the claim is gone. */
export function lastBeat(out: string, { name }: Claim): string | undefined {
  const path = join(out, FOLDER, name);
  return existsSync(path) ? textOf(path) : undefined;
}

/** What Linux tells of a process. Source: proc_pid_stat(5), fields 3 and 22. */
function statOf(pid: number): { started: string; isOver: boolean } | undefined {
  const stat = textOf(`/proc/${pid}/stat`);
  // The second field is a name in parentheses, and may hold any character.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.length < 20 ? undefined : { started: fields[19], isOver: fields[0] === 'Z' || fields[0] === 'X' };
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function namespaceOfPids(): string {
  try {
    return readlinkSync('/proc/self/ns/pid').replace(/\D/g, '');
  } catch {
    return '';
  }
}

/** Empty if it cannot be read. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
