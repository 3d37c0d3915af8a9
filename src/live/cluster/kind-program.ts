/** Calls the user's own `kind`. */
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { usageError } from '../../errors.ts';
import { LiveTrouble } from '../trouble.ts';
import { contextName } from './names.ts';

export interface KindCall {
  readonly program: string;
  readonly args: readonly string[];
  /** Where all that it says goes. */
  readonly log: string;
  readonly signal?: AbortSignal;
}

/** Throws `LiveTrouble` with what kind says of it if it fails, and what aborted the signal if that ended it. */
export async function callKind({ program, args, log, signal }: KindCall): Promise<void> {
  const output = openSync(log, 'a');
  const code = await new Promise<number | null>((done, failed) => {
    const child = spawn(program, args, { stdio: ['ignore', output, output], signal });
    child.on('error', (error) => (signal?.aborted === true ? done(null) : failed(error)));
    child.on('close', done);
  }).finally(() => closeSync(output));
  signal?.throwIfAborted();
  if (code === 0) return;
  const said = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-8);
  const hint = 'kind needs a container runtime that it may use; without one: live up --processes';
  throw new LiveTrouble(
    `"kind ${args.slice(0, 2).join(' ')}" fails:\n${said.map((line) => `    ${line}`).join('\n')}`,
    program,
    hint,
  );
}

/** What kind calls the cluster: none of the user's own has such a name by accident. */
export function kindName(name: string): string {
  return contextName(name);
}

/** Throws `InputError` if kind has a cluster of that name, which is not ours to take down, and `LiveTrouble` if it cannot tell. */
export function checkKindName(program: string, name: string): void {
  const clusters = kindSays(program, ['get', 'clusters']).split('\n');
  if (!clusters.includes(kindName(name))) return;
  const hint = `"kind delete cluster --name ${kindName(name)}" removes it, or give this one another --name`;
  throw usageError(`kind has a cluster "${kindName(name)}" already`, '--name', hint);
}

/** kind finds its containers by the name of the cluster, and is content if there are none. */
export function deleteKindCluster(program: string, name: string): void {
  kindSays(program, ['delete', 'cluster', '--name', kindName(name)]);
}

function kindSays(program: string, args: readonly string[]): string {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const said = String((error as { stderr?: string }).stderr ?? error).trim();
    const hint = 'see whether the container runtime runs; without one: live up --processes';
    throw new LiveTrouble(`"kind ${args.join(' ')}" fails: ${said}`, program, hint);
  }
}
