import { Argument } from 'commander';
import type { Command } from 'commander';
import { placements } from '../placement/index.ts';
import { policyNames } from '../policies/index.ts';
import { catalogue } from '../trace/catalogue.ts';
import { generators } from '../trace/generate/index.ts';
import { formats } from '../trace/index.ts';
import { examples } from './command.ts';
import { commandTree } from './completion-tree.ts';
import { bashScript, fishScript, zshScript } from './completion-scripts.ts';
import { print } from './output.ts';
import { ALL, createProgram } from './program.ts';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript };

export function declareCompletion(command: Command): void {
  examples(command, [
    'source <(yardmaster completion bash)',
    'yardmaster completion zsh > "${fpath[1]}/_yardmaster"',
    'yardmaster completion fish > ~/.config/fish/completions/yardmaster.fish',
  ]);
  command
    .addArgument(new Argument('<shell>', 'for which shell').choices(Object.keys(SCRIPTS)))
    .action(async (shell: keyof typeof SCRIPTS) => {
      const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name);
      const words = {
        'generate generator': names(generators),
        'fetch name': names(catalogue),
        'policies name': [...policyNames, ...names(placements)],
        '--policy': policyNames,
        '--baseline': policyNames,
        '--placement': names(placements),
        '--format': names(formats),
        '--to': names(formats.filter(({ write }) => write !== undefined)),
      };
      print(SCRIPTS[shell](commandTree(await createProgram(ALL), words)));
    });
}
