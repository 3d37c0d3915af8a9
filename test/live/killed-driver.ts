/** Runs the driver as a process of its own, and starts it again whenever it has ended before its jobs are over. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import type { LiveRunSettings } from '../../src/live/driver/live-run-settings.ts';
import type { TestJob } from '../workload-of.ts';

export interface DriverTask {
  /** Where the API server is reached without credentials. */
  readonly server: string;
  readonly jobs: readonly TestJob[];
  readonly policy: string;
  readonly given?: Readonly<Record<string, string>>;
  readonly run: string;
  readonly timeScale: number;
  readonly lease: LiveRunSettings['lease'];
  readonly watch: LiveRunSettings['watch'];
}

/** A driver that ends more often than this does so by itself [count]. */
const MOST_STARTS = 20;

/** The driver in one file, as processes are started from it. */
export class DriverProgram {
  readonly folder = mkdtempSync(join(tmpdir(), 'yardmaster-driver-'));
  readonly path = join(this.folder, 'driver.mjs');

  async make(): Promise<void> {
    await build({
      ...{ entryPoints: ['test/live/driver-process.ts'], outfile: this.path, bundle: true, format: 'esm', platform: 'node' },
      external: ['@kubernetes/client-node'],
      // Packages of the older kind call it.
      banner: { js: "import { createRequire as r } from 'node:module'; const require = r(import.meta.url);" },
      logLevel: 'error',
    });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export class KilledDriver {
  readonly #program: DriverProgram;
  readonly #task: DriverTask;
  #child: ChildProcess | undefined;
  /** How often it was killed while it ran [count]. */
  kills = 0;
  /** What those said that ended before the jobs were over. */
  readonly said: string[] = [];

  constructor(program: DriverProgram, task: DriverTask) {
    this.#program = program;
    this.#task = task;
  }

  /** Answers whether one ran. */
  kill(): boolean {
    if (this.#child?.exitCode !== null || this.#child.killed) return false;
    this.#child.kill('SIGKILL');
    this.kills++;
    return true;
  }

  /** The states that the jobs came to. Throws if they are not over by then [Unix time, ms]. */
  async run(until: number): Promise<number[]> {
    const { run } = this.#task;
    const file = join(this.#program.folder, `${run}.json`);
    writeFileSync(file, JSON.stringify(this.#task));
    for (let instance = 0; Date.now() < until && instance < MOST_STARTS; instance++) {
      const { code, stdout, stderr } = await this.#start([this.#program.path, file, `${run}-${instance}`], until);
      if (code === 0) return (JSON.parse(stdout) as { states: number[] }).states;
      this.said.push(code === null ? 'killed' : stderr.slice(0, 600));
      await sleep(100);
    }
    throw new Error('the jobs are not over');
  }

  async #start(args: readonly string[], until: number): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const late = setTimeout(() => child.kill('SIGKILL'), Math.max(1, until - Date.now()));
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    clearTimeout(late);
    return { code, stdout, stderr };
  }
}
