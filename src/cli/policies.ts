import type { Command } from 'commander';
import { didYouMean, usageError } from '../errors.ts';
import type { ParameterSpec, ParameterSpecs } from '../parameters.ts';
import { placements } from '../placement/index.ts';
import { policies } from '../policies/index.ts';
import { formatDuration } from '../units.ts';
import { examples } from './command.ts';
import { print, printJson } from './output.ts';
import { renderTable, wrap } from './table.ts';

/** What policies and placements have in common. */
interface Named {
  readonly name: string;
  readonly summary: string;
  readonly source: string;
  readonly parameters?: ParameterSpecs;
}

export function declarePolicies(command: Command): void {
  examples(command, ['yardmaster policies', 'yardmaster policies easy', 'yardmaster policies --json']);
  command
    .argument('[name]', 'a policy or placement to describe in full')
    .option('--json', 'JSON, for machines')
    .action((name: string | undefined, { json }: { json?: boolean }) => {
      if (name !== undefined) describe(name, json === true);
      else list(json === true);
    });
}

function list(json: boolean): void {
  if (json) return printJson({ policies: policies.map(facts), placements: placements.map(facts) });
  const rows = (specs: readonly Named[]) => specs.map(({ name, summary }) => [name, wrap(summary, 90, ' '.repeat(22))]);
  print(renderTable([{ title: 'policy'.padEnd(20) }, { title: 'who starts when' }], rows(policies)));
  print('\n');
  print(renderTable([{ title: 'placement'.padEnd(20) }, { title: 'which nodes' }], rows(placements)));
  print('\n"yardmaster policies NAME" shows parameters and source. Your own: --policy ./mine.js\n');
}

function describe(name: string, json: boolean): void {
  const found = [...policies.filter((policy) => policy.name === name), ...placements.filter((one) => one.name === name)];
  if (found.length === 0) {
    const known = [...policies, ...placements].map((one) => one.name);
    throw usageError(`there is no policy or placement "${name}"`, 'policies', didYouMean(name, known));
  }
  if (json) return printJson(facts(found[0]));
  for (const spec of found) {
    print(`${spec.name}\n  ${wrap(spec.summary, 100, '  ')}\n  source: ${wrap(spec.source, 92, '  ')}\n`);
    const parameters = Object.entries(spec.parameters ?? {});
    print(parameters.length === 0 ? '  It takes no parameters.\n' : '\n  parameters (NAME:key=value,key=value):\n');
    for (const [key, parameter] of parameters) {
      print(`    ${key} = ${valueText(parameter)}  (${typeText(parameter)})\n      ${wrap(parameter.summary, 94, '      ')}\n`);
    }
  }
}

function facts({ name, summary, source, parameters = {} }: Named): unknown {
  return { name, summary, source, parameters };
}

function valueText({ type, default: value }: ParameterSpec): string {
  return type === 'duration' ? formatDuration(Number(value)) : String(value);
}

/** What may be given: the type with its bounds or choices. */
function typeText({ type, choices, min, max }: ParameterSpec): string {
  if (type === 'choice') return choices!.join(' | ');
  if (type === 'flag') return 'true | false';
  const show = (bound: number) => (type === 'duration' ? formatDuration(bound) : String(bound));
  const bounds = [min === undefined ? '' : `from ${show(min)}`, max === undefined || max === Infinity ? '' : `to ${show(max)}`];
  return [type, ...bounds].filter((part) => part !== '').join(' ');
}
