import type { Command } from 'commander';
import { splitSelector } from '../parameters.ts';
import type { Trace } from '../trace/format.ts';
import { readTrace } from '../trace/read.ts';
import { accountText } from './account.ts';
import { Progress, say, warn } from './terminal.ts';

/** Declares the argument and option of every command that reads a trace. */
export function declareTraceInput(command: Command): void {
  command
    .argument('<trace>', 'a workload trace, compressed (.gz, .xz) or not; - = standard input')
    .option('--format <name[:key=value,...]>', 'format of the trace (default: told from its name and content)');
}

/** Reads a trace with progress on a terminal. */
export async function readWithProgress(path: string, selector: string | undefined, limit?: number): Promise<Trace> {
  const progress = new Progress();
  const format = selector === undefined ? undefined : splitSelector(selector);
  const onProgress = (read: number, total: number | undefined) =>
    progress.show(() => `reading ${path}${total === undefined ? '' : ` ${Math.floor((100 * read) / total)} %`}`);
  try {
    return await readTrace(path, { format: format?.name, parameters: format?.given, limit, onProgress });
  } finally {
    progress.clear();
  }
}

/** Says what became of every line of the trace. */
export function sayAccount(trace: Trace): void {
  say(accountText(trace));
  for (const message of trace.warnings) warn(message);
}
