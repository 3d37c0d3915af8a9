/** Worker threads that run points: each gets the inputs once, and a point at a time. */
import { Piscina } from 'piscina';
import { InputError } from '../errors.ts';
import type { PointLimits } from '../scenario.ts';
import type { Point } from './point.ts';
import type { PointInputs } from './point-inputs.ts';
import { PointRunner } from './run-point.ts';
import type { Execute } from './runner.ts';

/** What a thread is handed for a point. */
export interface PointTask {
  readonly point: Point;
  readonly folder: string;
}

/** What it answers: errors lose their class on the way. */
export type TaskAnswer =
  { readonly done: true } | { readonly done: false; readonly problem: string; readonly mistake?: 'usage' | 'data' };

/** In the thread: made when its first point comes. */
let runner: PointRunner | undefined;

/** Runs a point in a worker thread. */
export async function runTask({ point, folder }: PointTask): Promise<TaskAnswer> {
  runner ??= new PointRunner(Piscina.workerData as PointInputs);
  try {
    await runner.run(point, folder);
    return { done: true };
  } catch (error) {
    if (error instanceof InputError) return { done: false, problem: error.message, mistake: error.mistake };
    return { done: false, problem: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

export interface PoolOptions {
  readonly workers: number;
  /** The script that answers `runTask`, for threads to load. */
  readonly script: string;
  readonly inputs: PointInputs;
  readonly limits: PointLimits;
  /** Of a point. */
  readonly folderOf: (point: Point) => string;
}

/** A pool, as the runner wants it. `close` ends what still runs. */
export function openPool({ workers, script, inputs, limits, folderOf }: PoolOptions): {
  execute: Execute;
  close(): Promise<void>;
} {
  const pool = new Piscina<PointTask, TaskAnswer>({
    filename: script,
    minThreads: workers,
    maxThreads: workers,
    workerData: inputs,
    recordTiming: false,
    ...(limits.memory !== undefined && { resourceLimits: { maxOldGenerationSizeMb: Math.max(16, limits.memory / 2 ** 20) } }),
  });
  // Each task that fails says so itself.
  pool.on('error', () => {});
  return {
    async execute(point, dropped) {
      const timeout = limits.time === undefined ? undefined : AbortSignal.timeout(limits.time);
      const signal = timeout === undefined ? dropped : AbortSignal.any([dropped, timeout]);
      try {
        const answer = await pool.run({ point, folder: folderOf(point) }, { signal });
        if (answer.done) return { state: 'done' };
        return { state: 'failed', problem: answer.problem, mistake: answer.mistake };
      } catch (error) {
        if (dropped.aborted) return { state: 'missing' };
        if (timeout?.aborted === true) return { state: 'timed-out', problem: `took longer than ${(limits.time ?? 0) / 1000} s` };
        if (isOutOfMemory(error)) return { state: 'out-of-memory', problem: 'needed more memory than limits: memory: allows' };
        throw error;
      }
    },
    close: () => pool.destroy(),
  };
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY';
}
