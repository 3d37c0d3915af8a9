/** Runs the built command line as its users do: in a process of its own. */
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const CLI = resolve('dist/bin/cli.js');

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly input?: string | Uint8Array;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Told the process, for tests that send it a signal. */
  readonly onStart?: (child: ReturnType<typeof spawn>) => void;
}

/** The outcome of `yardmaster ...args`. */
export function yardmaster(args: readonly string[], surroundings: Surroundings = {}): Promise<Outcome> {
  return run(process.execPath, [CLI, ...args], surroundings);
}

/** The outcome of any command, with colours and CI switched off unless `env` says otherwise. */
export function run(command: string, args: readonly string[], { input, cwd, env, onStart }: Surroundings = {}): Promise<Outcome> {
  const { CI: _, FORCE_COLOR: __, NO_COLOR: ___, NODE_V8_COVERAGE: ____, ...inherited } = process.env;
  const child = spawn(command, args, { cwd, env: { ...inherited, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  // A process that ends without reading its input is no failure of the test.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  onStart?.(child);
  return new Promise((done, failed) => {
    child.on('error', failed);
    child.on('close', (code) => done({ code, stdout, stderr }));
  });
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'yardmaster-'));
}

/** A log of 4 processors in which EASY lets jobs pass that FCFS does not. */
export const SMALL_SWF = `; Version: 2.2
; Computer: a test
; MaxProcs: 4

1 100 0 60 3 -1 -1 3 60 -1 1 7 -1 -1 1 -1 -1 -1
2 101 0 30 4 -1 -1 4 30 -1 1 8 -1 -1 1 -1 -1 -1
3 102 0 30 1 -1 -1 1 40 -1 1 7 -1 -1 2 -1 -1 -1
4 103 0 30 1 -1 -1 1 90 -1 1 8 -1 -1 1 -1 -1 -1
`;

/** The path of a new file with this text. */
export function temporaryFile(name: string, text: string | Uint8Array): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, text);
  return path;
}
