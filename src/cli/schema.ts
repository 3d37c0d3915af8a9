import { Argument } from 'commander';
import type { Command } from 'commander';
import { clusterJsonSchema } from '../cluster-file.ts';
import { examples } from './command.ts';
import { printJson } from './output.ts';

export function declareSchema(command: Command): void {
  examples(command, ['yardmaster schema cluster > cluster.schema.json']);
  command
    .addArgument(new Argument('[what]', 'of which file').choices(['cluster']).default('cluster'))
    .action(async () => printJson(await clusterJsonSchema()));
}
