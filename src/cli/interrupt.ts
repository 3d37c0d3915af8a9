import { runInThisContext } from 'node:vm';
import { removeUnfinishedFiles } from '../results/write.ts';
import { INTERRUPTED } from './exit-codes.ts';

/** Thrown out of work that Ctrl-C has ended. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** Ends the process with exit code 130 on Ctrl-C, without half-written files. */
export function exitOnInterrupt(): void {
  process.once('SIGINT', () => {
    removeUnfinishedFiles();
    process.exit(INTERRUPTED);
  });
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
