import type { Command } from 'commander';
import { didYouMean, usageError } from '../errors.ts';
import { FIELDS } from '../trace/column-map.ts';
import type { TraceFormat } from '../trace/format.ts';
import { formats } from '../trace/index.ts';
import { examples } from './command.ts';
import { print, printJson } from './output.ts';
import { specText } from './spec-text.ts';
import { renderTable } from './table.ts';

/** For tables: how a map is written. */
function mapNote(name: string): string {
  const fields = Object.entries(FIELDS).map(([field, { summary }]) => `    ${field.padEnd(10)} ${summary}\n`);
  return `
  a map says which column is what: field:column@notation, joined by +; field:=value is the same for every job
    ${name}:map=id:job+submit:submitted@iso+runtime:elapsed@min+procs:cores+zone:Europe/Berlin
    ${name}:map=mine.yaml   the same as a file:
      zone: Europe/Berlin
      columns: { id: job, submit: submitted@iso, runtime: { column: elapsed, as: min }, procs: cores }
      states: { Pass: completes, Stopped: cancelled }
  notations: times are s, ms, iso, slurm; durations s, ms, min, h; amounts count/task; a wrong one lists the right ones
  zone: where local times are local; states: completes | fails | cancelled | skip, with / between them in text
  fields:
${fields.join('')}`;
}

export function declareFormats(command: Command): void {
  examples(command, ['yardmaster formats', 'yardmaster formats csv', 'yardmaster formats --json']);
  command
    .argument('[name]', 'a format to describe in full')
    .option('--json', 'JSON, for machines')
    .action((name: string | undefined, { json }: { json?: boolean }) => {
      const chosen = name === undefined ? undefined : formatToDescribe(name);
      if (json) printJson(chosen ? facts(chosen) : formats.map(facts));
      else if (chosen) print(describe(chosen));
      else list();
    });
}

function formatToDescribe(name: string): TraceFormat {
  const found = formats.find((format) => format.name === name);
  if (found) return found;
  throw usageError(
    `there is no format "${name}"`,
    'formats',
    didYouMean(
      name,
      formats.map((format) => format.name),
    ),
  );
}

function describe(format: TraceFormat): string {
  const files = `  endings: ${format.extensions.join(' ')}, each also with .gz or .xz; ${format.write ? 'read and written' : 'read only'}\n`;
  const note = Object.hasOwn(format.parameters ?? {}, 'map') ? mapNote(format.name) : '';
  return `${specText(format)}${files}${note}`;
}

function list(): void {
  const rows = formats.map(({ name, summary, extensions, write }) => [name, write ? 'yes' : '', extensions.join(' '), summary]);
  print(renderTable([{ title: 'format' }, { title: 'writes' }, { title: 'endings' }, { title: 'what it is', wrap: 80 }], rows));
  print('\nAll are read as they are or compressed (.gz, .xz), from a file or from standard input (-).\n');
  print('"yardmaster formats NAME" shows what one can be told.\n');
}

function facts({ name, summary, source, extensions, parameters = {}, write }: TraceFormat): object {
  return { name, summary, source, extensions, parameters, writes: write !== undefined };
}
