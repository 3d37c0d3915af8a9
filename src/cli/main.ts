import { CommanderError } from 'commander';
import { InputError } from '../errors.ts';
import { LiveTrouble } from '../live/trouble.ts';
import { removeUnfinishedFiles } from '../results/write.ts';
import { BAD_DATA, BUG, INTERRUPTED, LIVE, OK, USAGE } from './exit-codes.ts';
import { fileTroubleText, isFileTrouble } from './file-trouble.ts';
import { exitOnInterrupt, Interrupted } from './interrupt.ts';
import { createProgram } from './program.ts';
import { colorsFor, say } from './terminal.ts';
import { packageVersion } from './version.ts';

/** Runs one command line. Sets the exit code of the process; never throws. */
export async function main(args: readonly string[]): Promise<void> {
  endOnTroubleWithOutput();
  exitOnInterrupt();
  try {
    const program = await createProgram(args);
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** `yardmaster ... | head` closes our output early: that is no failure and needs no message. A full disk is one. */
function endOnTroubleWithOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && !isFileTrouble(error)) throw error;
      removeUnfinishedFiles();
      if (error.code === 'EPIPE') process.exit(process.exitCode ?? OK);
      const { red } = colorsFor(process.stderr);
      if (stream === process.stdout) say(`${red('error:')} ${fileTroubleText(error, 'standard output')}`);
      process.exit(USAGE);
    });
  }
}

/** Says what went wrong and gives the exit code. Mistakes in input are shown bare; all else is a bug and keeps its stack. */
function report(error: unknown): number {
  const { red } = colorsFor(process.stderr);
  if (error instanceof CommanderError) return error.exitCode === 0 ? OK : USAGE; // Commander has said it already.
  if (error instanceof Interrupted) {
    removeUnfinishedFiles();
    return INTERRUPTED;
  }
  if (error instanceof InputError) {
    say(`${red('error:')} ${error.message}`);
    return error.mistake === 'usage' ? USAGE : BAD_DATA;
  }
  if (error instanceof LiveTrouble) {
    say(`${red('error:')} ${error.message}`);
    return LIVE;
  }
  if (isFileTrouble(error)) {
    say(`${red('error:')} ${fileTroubleText(error)}`);
    return USAGE;
  }
  say(`${red('error:')} ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  say(`\nThis is a bug in yardmaster ${packageVersion()} (node ${process.version}, ${process.platform}), not in your input.`);
  say('Please report it with the command line, the lines above and, if you can, the trace.');
  return BUG;
}
