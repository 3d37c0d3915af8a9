import { runInThisContext } from 'node:vm';
import { removeUnfinishedFiles } from '../results/write.ts';
import { HUNG_UP, INTERRUPTED, RETRY, TERMINATED } from './exit-codes.ts';

/** Thrown out of work that Ctrl-C has ended. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** Of work that winds itself up when it is interrupted. */
let windingUp: AbortController | undefined;

/** Signals that end us, other than Ctrl-C, and the exit codes. */
const ENDS: Readonly<Partial<Record<NodeJS.Signals, number>>> = { SIGTERM: TERMINATED, SIGHUP: HUNG_UP };

const ENDINGS = Object.entries(ENDS).map(([signal, code]) => ({ signal, end: () => endWith(code) }));

function endWith(code: number): void {
  removeUnfinishedFiles();
  process.exit(code);
}

/** Ends the process on Ctrl-C (exit code 130), SIGTERM (143) and SIGHUP (129), without half-written files. */
export function exitOnInterrupt(): void {
  process.on('SIGINT', () => {
    if (windingUp && !windingUp.signal.aborted) {
      windingUp.abort(new Interrupted());
      return;
    }
    endWith(INTERRUPTED);
  });
  for (const { signal, end } of ENDINGS) process.on(signal, end);
}

/**
 * Runs long synchronous work that writes no files, and that SIGTERM and SIGHUP may end by themselves: handlers in
 * JavaScript would run only when it is over.
 */
export function terminable<Result>(work: () => Result): Result {
  for (const { signal, end } of ENDINGS) process.off(signal, end);
  try {
    return work();
  } finally {
    for (const { signal, end } of ENDINGS) process.on(signal, end);
  }
}

/** How work that runs in other threads is told to stop. */
export interface Stop {
  /** Aborted by Ctrl-C, SIGTERM and SIGHUP: what runs is dropped. */
  readonly dropped: AbortSignal;
  /** Aborted by SIGUSR1, which batch systems send before the end of a job: what runs is finished, nothing else is begun. */
  readonly drained: AbortSignal;
  /** For a process that was stopped. */
  exitCode(): number | undefined;
}

/** Signals wind the work up instead of ending the process; a second one ends it at once. */
export function stopOnSignals(): Stop {
  const dropping = new AbortController();
  const draining = new AbortController();
  let code: number | undefined;
  const drop = (ending: number) => {
    if (dropping.signal.aborted) endWith(ending);
    code = ending;
    dropping.abort(new Interrupted());
  };
  for (const { signal, end } of ENDINGS) process.off(signal, end);
  for (const [signal, ending] of Object.entries(ENDS)) process.on(signal, () => drop(ending));
  process.removeAllListeners('SIGINT').on('SIGINT', () => drop(INTERRUPTED));
  process.on('SIGUSR1', () => {
    code ??= RETRY;
    draining.abort();
  });
  return { dropped: dropping.signal, drained: draining.signal, exitCode: () => code };
}

/** For work that must wind itself up: Ctrl-C aborts the signal instead of the process; a second one ends it at once. */
export function abortOnInterrupt(): AbortSignal {
  windingUp = new AbortController();
  return windingUp.signal;
}

/**
 * Runs long synchronous work that Ctrl-C can end. A signal handler in JavaScript runs only when the work is over,
 * so the work is run as a script, which the runtime itself stops on the signal.
 */
export function interruptible<Result>(work: () => Result): Result {
  const slot = globalThis as { yardmasterWork?: () => void };
  let result: { value: Result } | undefined;
  slot.yardmasterWork = () => {
    result = { value: work() };
  };
  try {
    runInThisContext('globalThis.yardmasterWork()', { breakOnSigint: true, displayErrors: false });
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED') throw new Interrupted();
    throw error;
  } finally {
    delete slot.yardmasterWork;
  }
  return result!.value;
}
