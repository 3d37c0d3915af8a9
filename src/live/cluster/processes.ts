/** Starts and stops the processes of a cluster. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { LiveTrouble } from '../trouble.ts';
import type { ClusterFolder, ClusterState, RunningProcess } from './folder.ts';
import { processesWith, processIdentity } from './process-identity.ts';

/** In the environment of every process of a cluster, with its folder: so it is found if we died before we wrote it down. */
export const MARK = 'YARDMASTER_LIVE_FOLDER';

/**
 * How far Go lets its heap grow before it collects garbage [percent]. Measured: of the API server's processor time a fifth
 * less than with Go's own 100, for 840 MB instead of 510.
 */
const LAZY_COLLECTION = '300';

/** From SIGKILL until a process is gone, on a machine that is busy [ms]. */
const LONGEST_END = 20_000;

/** A program and its arguments. */
export interface Component {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
}

/** Where the output of a process goes. */
export function logOf(folder: ClusterFolder, name: string): string {
  return `${folder.logs}/${name}.log`;
}

/**
 * Starts it in a session of its own, so that it outlives us and Ctrl-C does not reach it, and writes it down before
 * anything else can happen here.
 */
export function start(component: Component, folder: ClusterFolder, state: ClusterState): RunningProcess {
  const { name, program, args } = component;
  const log = openSync(logOf(folder, name), 'a');
  try {
    const child = spawn(program, args, {
      detached: true,
      cwd: folder.path,
      env: { GOGC: LAZY_COLLECTION, ...process.env, [MARK]: folder.path },
      stdio: ['ignore', log, log],
    });
    // A program that cannot be started is found out as one that has ended.
    child.on('error', () => {});
    child.unref();
    const running = { name, pid: child.pid ?? 0, identity: identityOf(child.pid), program, args: [...args] };
    state.processes.push(running);
    folder.write(state);
    return running;
  } finally {
    closeSync(log);
  }
}

function identityOf(pid: number | undefined): string {
  return (pid === undefined ? undefined : processIdentity(pid)) ?? 'never started';
}

/** Whether the very process still runs. */
export function runs({ pid, identity }: Pick<RunningProcess, 'pid' | 'identity'>): boolean {
  return pid > 0 && processIdentity(pid) === identity;
}

/** Ends one process of a cluster with SIGKILL, or sends it another signal: for tests of what happens then. */
export function signalProcess(state: ClusterState, name: string, signal: NodeJS.Signals = 'SIGKILL'): void {
  const running = state.processes.find((one) => one.name === name);
  if (running === undefined || !runs(running)) throw new Error(`${name} does not run in ${state.context}`);
  process.kill(running.pid, signal);
}

/** Starts a process of a cluster again, as it was; ends it before if it runs. Whoever needs it must wait until it is ready. */
export async function restartProcess(folder: ClusterFolder, state: ClusterState, name: string): Promise<void> {
  const ended = state.processes.find((one) => one.name === name);
  if (ended === undefined) throw new Error(`${state.context} has no ${name}`);
  if (runs(ended)) kill(ended.pid);
  while (runs(ended)) await sleep(10);
  state.processes.splice(state.processes.indexOf(ended), 1);
  start(ended, folder, state);
}

/**
 * Ends all processes of a cluster at once, and waits until they are gone. They get no time to wind up: what they would
 * save is removed with the folder. Returns how many there were.
 */
export async function stopAll(folder: ClusterFolder, state: ClusterState): Promise<number> {
  const known = state.processes.filter(runs);
  const strays = processesWith(MARK, folder.path)
    .filter((pid) => pid !== process.pid && known.every((one) => one.pid !== pid))
    .map((pid) => ({ name: 'stray', pid, identity: processIdentity(pid) ?? '' }));
  const all = [...known, ...strays];
  for (const one of all) if (runs(one)) kill(one.pid);
  for (let waited = 0; all.some(runs); waited += 20) {
    if (waited > LONGEST_END) {
      const left = all.filter(runs).map(({ name, pid }) => `${name} (process ${pid})`);
      throw new LiveTrouble(`${left.join(', ')} cannot be ended`, folder.path, 'a disk or a debugger may hold it: try again');
    }
    await sleep(20);
  }
  return all.length;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It has ended between the look and the call.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
