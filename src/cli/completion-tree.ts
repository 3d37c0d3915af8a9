import type { Command } from 'commander';
import { pathOf } from './program.ts';

/** What can stand behind a command. */
export interface CompletionNode {
  /** The words that lead to it, without the program: ` trace inspect`; empty for the program itself. */
  readonly path: string;
  readonly summary: string;
  /** Commands below it. */
  readonly commands: readonly string[];
  /** Words that its first argument may be; empty where it takes files, or anything. */
  readonly argumentWords: readonly string[];
  readonly options: readonly CompletionOption[];
}

export interface CompletionOption {
  /** `--seed`, and `-h` where there is one. */
  readonly flags: readonly string[];
  readonly summary: string;
  readonly takesValue: boolean;
  /** Words that its value may be; empty where it is a file, or anything. */
  readonly words: readonly string[];
}

/** Every command of the program, flat. `words` gives values of options by their long flag. */
export function commandTree(program: Command, words: Readonly<Record<string, readonly string[]>>): CompletionNode[] {
  const nodes: CompletionNode[] = [];
  const visit = (command: Command) => {
    nodes.push({
      path: pathOf(command).slice(program.name().length),
      summary: command.summary(),
      commands: [...command.commands.map((child) => child.name()), ...(command.commands.length > 0 ? ['help'] : [])],
      argumentWords: argumentWords(command, words),
      options: command
        .createHelp()
        .visibleOptions(command)
        .map((option) => ({
          flags: [option.long, option.short].filter((flag) => flag !== undefined && flag !== null),
          summary: option.description,
          takesValue: option.required || option.optional,
          words: option.argChoices ?? words[option.long ?? ''] ?? [],
        })),
    });
    command.commands.forEach(visit);
  };
  visit(program);
  return nodes;
}

function argumentWords(command: Command, words: Readonly<Record<string, readonly string[]>>): readonly string[] {
  const [first] = command.registeredArguments;
  // An argument may be written as `generator[:key=value,...]`.
  return first?.argChoices ?? words[`${command.name()} ${first?.name().replace(/\W.*/, '')}`] ?? [];
}
