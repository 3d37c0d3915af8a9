/** Waiting for programs of a cluster to be ready, and telling why one is not. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { LiveTrouble } from '../trouble.ts';
import type { ClusterFolder, ClusterState, RunningProcess } from './folder.ts';
import { logOf, runs } from './processes.ts';

/** Between two looks [ms]. */
const PAUSE = 50;

export interface Waiting {
  readonly folder: ClusterFolder;
  readonly state: ClusterState;
  /** When it has taken too long [ms since 1970]. */
  readonly deadline: number;
  /** Aborted by Ctrl-C. */
  readonly signal?: AbortSignal;
}

/**
 * Waits until `ready` gives something, and gives that. Throws `LiveTrouble` with the end of the log as soon as a process
 * of the cluster has ended, and when the time is over.
 */
export async function waitFor<Found>(
  what: string,
  ready: () => Promise<Found | undefined>,
  { folder, state, deadline, signal }: Waiting,
): Promise<Found> {
  for (;;) {
    signal?.throwIfAborted();
    const found = await ready();
    if (found !== undefined) return found;
    const ended = state.processes.find((one) => !runs(one));
    if (ended !== undefined) throw hasEnded(ended, folder);
    if (Date.now() > deadline) {
      throw new LiveTrouble(
        `it is not ready in time: ${what}`,
        folder.path,
        `a busy machine needs a longer --timeout; logs are in ${folder.logs}`,
      );
    }
    await sleep(PAUSE, undefined, { signal });
  }
}

function hasEnded({ name }: RunningProcess, folder: ClusterFolder): LiveTrouble {
  const log = logOf(folder, name);
  return new LiveTrouble(`${name} has ended:\n${lastLines(log)}`, log, 'its last lines say why');
}

function lastLines(file: string): string {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-8);
  return lines.map((line) => `    ${line.slice(0, 300)}`).join('\n');
}
