import type { Command } from 'commander';
import { formats } from '../trace/index.ts';
import { examples } from './command.ts';
import { print, printJson } from './output.ts';
import { renderTable } from './table.ts';

export function declareFormats(command: Command): void {
  examples(command, ['yardmaster formats', 'yardmaster formats --json']);
  command.option('--json', 'JSON, for machines').action(({ json }: { json?: boolean }) => {
    if (json) {
      printJson(
        formats.map(({ name, summary, source, extensions, parameters = {}, write }) => ({
          name,
          summary,
          source,
          extensions,
          parameters,
          writes: write !== undefined,
        })),
      );
      return;
    }
    const rows = formats.map(({ name, summary, extensions, write }) => [name, write ? 'yes' : '', extensions.join(' '), summary]);
    print(renderTable([{ title: 'format' }, { title: 'writes' }, { title: 'endings' }, { title: 'what it is', wrap: 80 }], rows));
    print('\nAll are read as they are or compressed (.gz, .xz), from a file or from standard input (-).\n');
  });
}
