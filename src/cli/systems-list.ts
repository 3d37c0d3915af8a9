import type { Command } from 'commander';
import type { System } from '../systems/system.ts';
import { examples } from './command.ts';
import { print, printJson } from './output.ts';
import { loadSystem, systemNames } from './systems-files.ts';
import { renderTable, wrap } from './table.ts';

export function declareSystemsList(command: Command): void {
  examples(command, ['yardmaster systems list', 'yardmaster systems list ksi', 'yardmaster systems list ./mine.yaml --json']);
  command
    .argument('[name]', 'a system to describe in full, or a file that describes one')
    .option('--json', 'JSON, for machines')
    .action((name: string | undefined, { json }: { json?: boolean }) => {
      const systems = (name === undefined ? systemNames() : [name]).map((one) => loadSystem(one));
      if (json) printJson(systems.map(systemFacts));
      else if (name === undefined) list(systems);
      else print(systemText(systems[0]));
    });
}

function list(systems: readonly System[]): void {
  const rows = systems.map(({ name, summary }) => [name, summary]);
  print(renderTable([{ title: 'system'.padEnd(20) }, { title: 'what it is', wrap: 90 }], rows));
  print('\n"yardmaster systems list NAME" shows managers and figures. Your own: a YAML file of the same kind\n');
}

/** A system in full, for people. */
export function systemText(system: System): string {
  const { name, summary, source, managers, leases, bridges, entry } = system;
  const lines = managers.map(({ name: manager, owns, policy }) => {
    const nodes = owns === undefined ? '' : ` owns ${owns}`;
    return `    ${manager}:${nodes}${policy === undefined ? ' hands on work' : ` ${policy.name}`}\n`;
  });
  const edges = [
    ...leases.map(
      ({ from, to, scope }) => `    ${from} leases nodes to ${to}, ${scope === 'job' ? 'for each job' : 'standing'}\n`,
    ),
    ...bridges.map(({ from, to, unit }) => `    ${from} hands work to ${to}, ${unit} by ${unit}\n`),
  ];
  const queues = [...entry].map(([queue, manager]) => `${queue} -> ${manager}`).join(', ');
  return (
    `${name}\n  ${wrap(summary, 100, '  ')}\n  source: ${wrap(source, 92, '  ')}\n\n  managers\n${lines.join('')}${edges.join('')}` +
    `    queues: ${queues}\n\n${figuresText(system)}`
  );
}

/** How each figure is known. */
export function figuresText({ figures }: System): string {
  if (figures.length === 0) return '  It has no figures of its own.\n';
  const columns = [{ title: '  figure' }, { title: 'value' }, { title: 'known by' }, { title: 'note', wrap: 60 }];
  return renderTable(
    columns,
    figures.map(({ path, value, evidence, note }) => [`  ${path}`, value, evidence, note]),
  );
}

/** The same for machines. */
export function systemFacts({ name, summary, source, managers, leases, bridges, entry, figures }: System): object {
  return {
    name,
    summary,
    source,
    managers: managers.map(({ name: manager, owns, policy }) => ({ name: manager, owns, policy: policy?.name })),
    leases: leases.map(({ from, to, scope }) => ({ from, to, scope })),
    bridges: bridges.map(({ from, to, unit }) => ({ from, to, unit })),
    entry: Object.fromEntries(entry),
    figures,
  };
}
