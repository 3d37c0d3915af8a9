import type { Command } from 'commander';
import { usageError } from '../errors.ts';
import { takeDown } from '../live/cluster/down.ts';
import { ClusterFolder, defaultFolder } from '../live/cluster/folder.ts';
import { checkClusterName, DEFAULT_NAME } from '../live/cluster/names.ts';
import { examples } from './command.ts';
import { say } from './terminal.ts';

interface Options {
  name: string;
  dir?: string;
}

export function declareLiveDown(command: Command): void {
  examples(command, ['yardmaster live down', 'yardmaster live down --name gpus']);
  command
    .option('--name <name>', 'what the cluster is called', DEFAULT_NAME)
    .option('--dir <dir>', 'where it is kept, if "live up" was told so')
    .action(async (options: Options) => down(options));
}

async function down({ name, dir }: Options): Promise<void> {
  const folder = new ClusterFolder(dir ?? defaultFolder(checkClusterName(name)));
  const state = folder.read();
  if (state === undefined) throw usageError('there is no cluster', folder.path, 'say which with --name or --dir');
  const stopped = await takeDown(folder, state);
  say(`${state.context} is gone: ${stopped} ${stopped === 1 ? 'process' : 'processes'} stopped, ${folder.path} removed`);
}
