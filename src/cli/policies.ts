import type { Command } from 'commander';
import { didYouMean, usageError } from '../errors.ts';
import { placements } from '../placement/index.ts';
import { loadPolicies } from '../policies/index.ts';
import { examples } from './command.ts';
import { print, printJson } from './output.ts';
import { specText } from './spec-text.ts';
import type { NamedSpec } from './spec-text.ts';
import { renderTable } from './table.ts';

export function declarePolicies(command: Command): void {
  examples(command, ['yardmaster policies', 'yardmaster policies easy', 'yardmaster policies --json']);
  command
    .argument('[name]', 'a policy or placement to describe in full')
    .option('--json', 'JSON, for machines')
    .action(async (name: string | undefined, { json }: { json?: boolean }) => {
      const policies = await loadPolicies();
      if (name !== undefined) describe(policies, name, json === true);
      else if (json) printJson({ policies: policies.map(facts), placements: placements.map(facts) });
      else list(policies);
    });
}

function list(policies: readonly NamedSpec[]): void {
  const rows = (specs: readonly NamedSpec[]) => specs.map(({ name, summary }) => [name, summary]);
  print(renderTable([{ title: 'policy'.padEnd(20) }, { title: 'who starts when', wrap: 90 }], rows(policies)));
  print('\n');
  print(renderTable([{ title: 'placement'.padEnd(20) }, { title: 'which nodes', wrap: 90 }], rows(placements)));
  print('\n"yardmaster policies NAME" shows parameters and source. Your own: --policy ./mine.js\n');
}

function describe(policies: readonly NamedSpec[], name: string, json: boolean): void {
  const specs: readonly NamedSpec[] = [...policies, ...placements];
  const found = specs.filter((spec) => spec.name === name);
  if (found.length === 0) {
    const known = specs.map((spec) => spec.name);
    throw usageError(`there is no policy or placement "${name}"`, 'policies', didYouMean(name, known));
  }
  // A policy and a placement may bear one name.
  if (json) printJson(found.length === 1 ? facts(found[0]) : found.map(facts));
  else for (const spec of found) print(specText(spec));
}

function facts({ name, summary, source, fidelity, parameters = {} }: NamedSpec): NamedSpec {
  return { name, summary, source, fidelity, parameters };
}
