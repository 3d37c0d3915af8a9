import type { Command } from 'commander';
import { usageError } from '../errors.ts';
import { readParameters, splitSelector } from '../parameters.ts';
import { generatorNamed, generators } from '../trace/generate/index.ts';
import { examples } from './command.ts';
import { print } from './output.ts';
import { specText } from './spec-text.ts';
import { interruptible } from './interrupt.ts';
import { wholeNumber } from './option-values.ts';
import { renderTable } from './table.ts';
import { say } from './terminal.ts';
import { asTrace, traceTarget, writeTrace } from './trace-output.ts';

export function declareGenerate(command: Command): void {
  examples(command, [
    'yardmaster trace generate',
    'yardmaster trace generate lublin',
    'yardmaster trace generate lublin:jobs=10000,estimates=tsafrir lublin.swf.gz --seed 7',
  ]);
  command
    .argument('[generator[:key=value,...]]', 'a workload model; without it, the list of them')
    .argument(
      '[output]',
      'where to write it; its ending says the format and whether to compress; without it, the parameters are shown',
    )
    .option('--to <format>', 'format to write (default: told from the ending of OUTPUT)')
    .option('--seed <n>', 'seed of all random streams', '1')
    .action(async (selector: string | undefined, output: string | undefined, options: { to?: string; seed: string }) => {
      if (selector === undefined) list();
      else if (output === undefined) describe(selector);
      else await generate(selector, output, options);
    });
}

function list(): void {
  const rows = generators.map(({ name, summary }) => [name, summary]);
  print(renderTable([{ title: 'generator'.padEnd(16) }, { title: 'what it makes', wrap: 90 }], rows));
}

function describe(selector: string): void {
  const { name, given } = splitSelector(selector);
  if (Object.keys(given).length > 0) {
    throw usageError('there is no place to write to', selector, 'name a file behind it, or - for standard output with --to swf');
  }
  print(specText(generatorNamed(name, 'generator')));
}

async function generate(selector: string, output: string, { to, seed }: { to?: string; seed: string }): Promise<void> {
  const target = traceTarget(output, to);
  const { name, given } = splitSelector(selector);
  const generator = generatorNamed(name, 'generator');
  const parameters = readParameters(generator.parameters, given, `generator ${name}`);
  const workload = interruptible(() => generator.generate(parameters, wholeNumber(seed, '--seed', 0)));
  const cluster = generator.cluster(parameters);
  const procs = /^procs=(\d+)$/.exec(cluster)?.[1];
  const declared = { computer: `model ${name}`, procs: procs === undefined ? undefined : Number(procs) };
  await writeTrace(asTrace(workload, declared), target);
  say(`made for --cluster ${cluster}`);
}
