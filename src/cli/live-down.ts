import type { Command } from 'commander';
import { usageError } from '../errors.ts';
import { takeDown } from '../live/cluster/down.ts';
import { ClusterFolder, defaultFolder } from '../live/cluster/folder.ts';
import { checkClusterName, DEFAULT_NAME } from '../live/cluster/names.ts';
import { ApiTally } from '../live/kubernetes/api-tally.ts';
import { wallClock } from '../live/kubernetes/clock.ts';
import { cleanSlurm } from '../live/slurm/slurm-clean.ts';
import { lookAtSlurm } from '../live/slurm/slurm-cluster.ts';
import { slurmCommands } from '../live/slurm/slurm-commands.ts';
import { countOf } from '../units.ts';
import { examples } from './command.ts';
import { say } from './terminal.ts';

interface Options {
  name: string;
  dir?: string;
  slurm?: string;
  run?: string;
}

export function declareLiveDown(command: Command): void {
  examples(command, ['yardmaster live down', 'yardmaster live down --name gpus', 'yardmaster live down --slurm lab']);
  command
    .option('--name <name>', 'what the cluster is called', DEFAULT_NAME)
    .option('--dir <dir>', 'where it is kept, if "live up" was told so')
    .option('--slurm <cluster>', 'cancel what runs on this Slurm have left: the user\'s jobs called "ym-..."')
    .option('--run <name>', 'of these only the jobs of one run')
    .action(async (options: Options) => down(options));
}

async function down({ name, dir, slurm, run }: Options): Promise<void> {
  if (slurm !== undefined) {
    const commands = slurmCommands(wallClock, new ApiTally());
    await lookAtSlurm(commands, slurm);
    say(`${countOf(await cleanSlurm(commands, run), 'job')} cancelled on ${slurm}`);
    return;
  }
  if (run !== undefined) throw usageError('runs are of --slurm', '--run', 'say the ClusterName with --slurm');
  const folder = new ClusterFolder(dir ?? defaultFolder(checkClusterName(name)));
  const state = folder.read();
  if (state === undefined) throw usageError('there is no cluster', folder.path, 'say which with --name or --dir');
  const stopped = await takeDown(folder, state);
  say(`${state.context} is gone: ${stopped} ${stopped === 1 ? 'process' : 'processes'} stopped, ${folder.path} removed`);
}
