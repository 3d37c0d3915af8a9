/**
 * What stands beside a policy program while the simulation waits for its answers: a thread that starts it, sees it end, and
 * stops it when it does not answer in time. The simulation's own thread blocks in `read`, and so can do none of this.
 */
import type { SpawnOptions } from 'node:child_process';
import type { MessagePort } from 'node:worker_threads';

/** What the thread is told. Plain data. */
export interface Watch {
  readonly command: string;
  readonly args: readonly string[];
  /** Beside the environment that there is; a list of paths is put before the one that is there. */
  readonly environment: Readonly<Record<string, string>>;
  readonly searchPath: string;
  /** File descriptors: where the program reads and writes. */
  readonly input: number;
  readonly output: number;
  /** Longest time for an answer [ms]. */
  readonly answerWithin: number;
  /** Shared: see STATE and TURN. */
  readonly flags: Int32Array;
  readonly port: MessagePort;
}

/** What became of the program, told through the port before `flags[STATE]` says so. */
export interface Fate {
  readonly why: 'exited' | 'late' | 'not started';
  readonly code: number | null;
  readonly signal: string | null;
  readonly message?: string;
}

/** `flags[STATE]`: what the program is doing. */
export const STATE = 0;
/** `flags[TURN]`: counts questions and answers; odd while an answer is awaited. */
export const TURN = 1;
/** `flags[PROCESS]`: the number of the process. */
export const PROCESS = 2;
/** `flags[ENDING]`: 1 once what stands at the end of the answers is the watcher's. */
export const ENDING = 3;
export const STARTING = 0;
export const STARTED = 1;
export const OVER = 2;

/** Written in place of an answer when there will be none, after `flags[ENDING]` was set: a program may write it too. */
export const NO_ANSWER = '\u0000\n';

/** The thread's script. It is handed over as text, since a file would have to be found again in each way we are packed. */
export function watcherScript(): string {
  return `(${watch.toString()})(
    require('node:worker_threads').workerData,
    { ...require('node:child_process'), ...require('node:fs') },
    process.env)`;
}

type Tools = Pick<typeof import('node:child_process'), 'spawn'> & Pick<typeof import('node:fs'), 'writeSync'>;

/** Stands by itself: it sees nothing of this file. */
function watch(task: Watch, { spawn, writeSync }: Tools, environment: NodeJS.ProcessEnv): void {
  const { flags, port, answerWithin, output } = task;
  const [stateAt, turnAt, processAt, endingAt] = [0, 1, 2, 3];
  const searchPath = [task.searchPath, environment.PYTHONPATH].filter((path) => path).join(':');
  const options: SpawnOptions = {
    stdio: [task.input, output, 'inherit'],
    env: { ...environment, ...task.environment, PYTHONPATH: searchPath },
  };
  const child = spawn(task.command, task.args, options);
  let late = false;
  /** The reader is woken by a line that is no answer: others may still hold the pipe open. */
  const over = (fate: Fate): void => {
    port.postMessage(fate);
    Atomics.store(flags, endingAt, 1);
    try {
      writeSync(output, '\u0000\n');
    } catch {
      // The reader has gone.
    }
    Atomics.store(flags, stateAt, 2);
    Atomics.notify(flags, stateAt);
    clearInterval(clock);
  };
  child.on('error', (error) => over({ why: 'not started', code: null, signal: null, message: error.message }));
  child.on('exit', (code, signal) => over({ why: late ? 'late' : 'exited', code, signal }));

  const step = Math.max(10, Math.min(answerWithin / 8, 1000));
  let turn = 0;
  let waited = 0;
  const clock = setInterval(() => {
    const now = Atomics.load(flags, turnAt);
    waited = now === turn && now % 2 === 1 ? waited + step : 0;
    turn = now;
    if (waited < answerWithin || late) return;
    late = true;
    child.kill('SIGKILL');
  }, step);
  if (child.pid === undefined) return;
  Atomics.store(flags, processAt, child.pid);
  Atomics.store(flags, stateAt, 1);
  Atomics.notify(flags, stateAt);
}
