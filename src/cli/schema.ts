import { Argument } from 'commander';
import type { Command } from 'commander';
import { clusterJsonSchema } from '../cluster-file.ts';
import { examples } from './command.ts';
import { printJson } from './output.ts';

export function declareSchema(command: Command): void {
  examples(command, ['yardmaster schema scenario > scenario.schema.json', 'yardmaster schema cluster > cluster.schema.json']);
  command
    .addArgument(new Argument('[what]', 'of which file').choices(['cluster', 'scenario', 'system']).default('cluster'))
    .action(async (what: string) => printJson(await schemaOf(what)));
}

async function schemaOf(what: string): Promise<object> {
  if (what === 'system') return (await import('../systems/system-schema.ts')).systemJsonSchema();
  return what === 'scenario' ? await scenarioJsonSchema() : await clusterJsonSchema();
}

async function scenarioJsonSchema(): Promise<object> {
  const schema = await import('../scenario-schema.ts');
  return schema.scenarioJsonSchema();
}
