import type { Command } from 'commander';
import { usageError } from '../errors.ts';

/** A command of the tree. What it needs is loaded only when it is called. */
export interface CommandEntry {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Gives the function that declares arguments, options, examples and the action. */
  load?(): Promise<(command: Command) => void>;
  /** Instead of `load`: a group of commands. */
  readonly commands?: readonly CommandEntry[];
}

/** Examples come first in the help of a command: most people look for one to change. */
export function examples(command: Command, lines: readonly string[]): void {
  command.addHelpText('before', `Examples:\n${lines.map((line) => `  $ ${line}\n`).join('')}`);
}

/** For options that may be given several times. */
export function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value];
}

/** For options of which the last would otherwise win in silence where somebody expects several. `instead`: what to do. */
export function once(flag: string, instead: string): (value: string, previous?: string) => string {
  return (value, previous) => {
    if (previous === undefined) return value;
    throw usageError(`given twice, "${previous}" and "${value}"`, flag, instead);
  };
}
