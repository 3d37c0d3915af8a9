import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from 'commander';
import { catalogue, catalogueEntry } from '../trace/catalogue.ts';
import type { CatalogueEntry } from '../trace/catalogue.ts';
import { fetchTrace } from '../trace/fetch.ts';
import { formatBytes } from '../units.ts';
import { examples } from './command.ts';
import { abortOnInterrupt, Interrupted } from './interrupt.ts';
import { print, printJson } from './output.ts';
import { renderTable, wrap } from './table.ts';
import { Progress, say } from './terminal.ts';

interface Options {
  dir: string;
  mirror?: string;
  json?: boolean;
}

export function declareFetch(command: Command): void {
  examples(command, [
    'yardmaster trace fetch',
    'yardmaster trace fetch sdsc-sp2',
    'yardmaster trace fetch sdsc-sp2 --dir ~/traces',
  ]);
  command
    .argument('[name]', 'a published trace; without it, the catalogue')
    .option('--dir <dir>', 'where to put the file', '.')
    .option('--mirror <url>', 'ask there for the same path')
    .option('--json', 'JSON, for machines')
    .action(async (name: string | undefined, options: Options) => {
      if (name !== undefined) await fetch(catalogueEntry(name, 'trace fetch'), options);
      else if (options.json) printJson(catalogue);
      else list();
    });
}

function list(): void {
  const rows = catalogue.map(({ name, title, bytes, url }) => [name, url === undefined ? 'by hand' : size(bytes), title]);
  print(renderTable([{ title: 'trace' }, { title: 'size', align: 'right' }, { title: 'what it is', wrap: 80 }], rows));
  print('\nNone of them is ours: their terms are shown when they are fetched. By hand: fetch NAME says how.\n');
}

async function fetch(entry: CatalogueEntry, { dir, mirror, json }: Options): Promise<void> {
  say(
    `${entry.title}\n  home: ${entry.home}\n  terms: ${wrap(entry.terms, 92, '  ')}\n  cite: ${wrap(entry.citation, 92, '  ')}`,
  );
  const progress = new Progress();
  const signal = abortOnInterrupt();
  try {
    const fetched = await fetchTrace(entry, {
      dir,
      baseUrl: mirror,
      signal,
      sleep: async (ms, aborted) => void (await wait(ms, undefined, { signal: aborted })),
      onProgress: ({ received, total }) =>
        progress.show(() => `${entry.name}: ${formatBytes(received)}${total === undefined ? '' : ` of ${formatBytes(total)}`}`),
    });
    progress.clear();
    if (json) printJson({ name: entry.name, ...fetched });
    else print(`${fetched.path}\n`);
    say(`${fetched.how}, ${formatBytes(fetched.bytes)}, SHA-256 ${fetched.sha256} (${CHECKED[fetched.checked]})`);
    if (entry.unpack !== undefined) say(`before it can be read: ${entry.unpack}`);
  } catch (error) {
    throw signal.aborted ? new Interrupted() : error;
  } finally {
    progress.clear();
  }
}

const CHECKED = {
  published: 'as published',
  recorded: 'as at its first download',
  'first use': 'none is published; recorded for the next time',
};

function size(bytes: number | undefined): string {
  return bytes === undefined ? '' : formatBytes(bytes);
}
