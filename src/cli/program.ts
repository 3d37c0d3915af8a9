import { Command } from 'commander';
import type { CommandEntry } from './command.ts';
import { examples } from './command.ts';
import { commands } from './commands.ts';
import { colorsFor } from './terminal.ts';
import { packageVersion } from './version.ts';

/** Loads every command: for completion, which needs the whole tree. */
export const ALL = 'all';

/** The command tree. Only the command that `args` call is declared in full; of the others there is name and summary. */
export async function createProgram(args: readonly string[] | typeof ALL): Promise<Command> {
  const program = new Command('yardmaster')
    .description('Replays HPC and ML workload traces against cluster schedulers in virtual time.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    // After a command, `--version` is that command's own: it names the version of a scheduler there.
    .enablePositionalOptions();
  configure(program);
  examples(program, [
    'yardmaster replay log.swf.gz --cluster procs=128 --policy easy',
    'yardmaster replay log.swf.gz --cluster procs=128 --policy fcfs --policy easy --out results',
    'yardmaster policies easy',
  ]);
  await attach(program, commands, args === ALL ? ALL : args.filter((word) => word !== 'help' && !word.startsWith('-')));
  return program;
}

async function attach(parent: Command, entries: readonly CommandEntry[], words: readonly string[] | typeof ALL): Promise<void> {
  for (const entry of entries) {
    const command = parent.command(entry.name).summary(entry.summary).description(entry.summary);
    configure(command);
    const wanted = words === ALL || words[0] === entry.name;
    if (entry.commands) {
      command.helpCommand('help [command]', 'show the help of a command');
      await attach(command, entry.commands, words === ALL ? ALL : wanted ? words.slice(1) : []);
    } else if (wanted && entry.load) (await entry.load())(command);
  }
}

function configure(command: Command): void {
  command
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError(`  hint: see the examples in "${pathOf(command)} --help"`)
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error:/, colorsFor(process.stderr).red('error:'))),
    });
}

/** The command with all that it stands under, as it is called. */
export function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}
