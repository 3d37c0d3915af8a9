import { join } from 'node:path';
import type { Command } from 'commander';
import { wallClock } from '../live/kubernetes/clock.ts';
import { ApiTally } from '../live/kubernetes/api-tally.ts';
import { describeSlurm, lookAtSlurm } from '../live/slurm/slurm-cluster.ts';
import { slurmCommands } from '../live/slurm/slurm-commands.ts';
import { makeFolder } from '../results/folder.ts';
import { writeAtomically } from '../results/write.ts';
import { examples } from './command.ts';
import { print } from './output.ts';
import { say, warn } from './terminal.ts';

interface Options {
  slurm: string;
  out?: string;
}

export function declareLiveDescribe(command: Command): void {
  examples(command, ['yardmaster live describe --slurm lab > slurm.conf', 'yardmaster live describe --slurm lab --out lab']);
  command
    .requiredOption('--slurm <cluster>', 'the ClusterName of the Slurm whose programs answer here')
    .option('--out <dir>', 'write slurm.conf, and beside it its topology, accounts, QoS and reservations if it has any')
    .action(describe);
}

async function describe({ slurm, out }: Options): Promise<void> {
  const commands = slurmCommands(wallClock, new ApiTally());
  const look = await lookAtSlurm(commands, slurm);
  for (const message of look.warnings) warn(message);
  if (out === undefined) {
    print(look.conf);
    return;
  }
  makeFolder(out);
  const files = await describeSlurm(commands, look);
  for (const [name, text] of files) writeAtomically(join(out, name), [text]);
  say(`written to ${out}: ${[...files.keys()].join(', ')}`);
}
