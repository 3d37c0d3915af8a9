/**
 * The folder of a cluster: all that it has on disk, and the state by which `live down` finds what runs. The state is
 * written before anything is started and after each start, so that a crash at any moment leaves a folder that says what
 * is to be stopped.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { usageError } from '../../errors.ts';

const STATE_FILE = 'state.json';
/** The state while it is written. */
const UNFINISHED = 'state.json.new';

const STATE = z.object({
  /** Of this file. */
  version: z.literal(1),
  name: z.string(),
  kind: z.enum(['processes', 'kind']),
  /** `starting` until all is ready; a cluster that stays so was interrupted. */
  phase: z.enum(['starting', 'ready']),
  /** The name of its context in `kubeconfig`. */
  context: z.string(),
  kubeconfig: z.string(),
  /** Where its API server listens; absent until that is known. */
  server: z.string().optional(),
  /** As the API server says it; absent until it does. */
  kubernetesVersion: z.string().optional(),
  /** Where the API server writes down what was asked of it, and when [JSON lines]. */
  auditLog: z.string().optional(),
  /** What was started. `identity` tells a process from a later one with the same number. */
  processes: z.array(
    z.object({
      name: z.string(),
      pid: z.number(),
      identity: z.string(),
      program: z.string(),
      args: z.array(z.string()),
    }),
  ),
  /** The `kind` program that made the cluster, with its container runtime. */
  kindProgram: z.string().optional(),
  /** How many GPUs each of kind's own workers was given [count]. */
  gpusPerWorker: z.number().optional(),
});

export type ClusterState = z.infer<typeof STATE>;
export type RunningProcess = ClusterState['processes'][number];

/** Where clusters are kept if the user does not say. */
export function defaultFolder(name: string, env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'yardmaster', 'live', name);
}

export class ClusterFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = resolve(path);
  }

  file(name: string): string {
    return join(this.path, name);
  }

  get logs(): string {
    return this.file('logs');
  }

  /** Makes the folder and its first state. Throws `InputError` if a cluster or anything else is there. */
  create(state: ClusterState): void {
    const found = this.read();
    if (found !== undefined) {
      throw usageError(
        `a cluster "${found.name}" is there already (${found.phase})`,
        this.path,
        `"yardmaster live down${this.#toName(found.name)}" stops it, or give this one another --name`,
      );
    }
    if (existsSync(this.path) && readdirSync(this.path).some((entry) => entry !== UNFINISHED)) {
      throw usageError('it is not empty, and no cluster of ours', this.path, 'name another --dir, or empty it');
    }
    // It holds tokens.
    mkdirSync(this.path, { recursive: true, mode: 0o700 });
    this.write(state);
    mkdirSync(this.logs);
  }

  /** The state; undefined if there is no cluster. Throws `InputError` if its file cannot be read. */
  read(): ClusterState | undefined {
    const path = this.file(STATE_FILE);
    if (!existsSync(path)) return undefined;
    const parsed = STATE.safeParse(json(readFileSync(path, 'utf8')));
    if (parsed.success) return parsed.data;
    const hint = 'it is of another version, or was changed: stop its processes by hand and remove the folder';
    throw usageError('it does not say what was started', path, hint);
  }

  /** In one step: whoever reads it finds the old state or the new one. */
  write(state: ClusterState): void {
    const unfinished = this.file(UNFINISHED);
    writeFileSync(unfinished, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
    renameSync(unfinished, this.file(STATE_FILE));
  }

  /** The state goes last: what is interrupted can be done again. */
  remove(): void {
    for (const entry of readdirSync(this.path))
      if (entry !== STATE_FILE) rmSync(this.file(entry), { recursive: true, force: true });
    rmSync(this.path, { recursive: true, force: true });
  }

  /** How the folder is named on the command line. */
  #toName(name: string): string {
    return this.path === defaultFolder(name) ? ` --name ${name}` : ` --dir ${this.path}`;
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
