import { InputError } from '../errors.ts';
import type { Parameters } from '../parameters.ts';
import { knownTable } from './column-map-known.ts';
import { CsvScanner, DELIMITERS } from './csv-scanner.ts';
import type { CsvRecord } from './csv-scanner.ts';
import { csvWriter } from './csv-writer.ts';
import type { TraceFormat, TraceInput, TraceSink } from './format.ts';
import { TableRows } from './table.ts';
import { mapFor, TABLE_PARAMETERS } from './table-map.ts';

/** Tables as text, one job a row. */
export const csv: TraceFormat = {
  name: 'csv',
  summary: 'A table as text with commas, tabs, semicolons or bars between the fields; which column is what is said by a map.',
  source: 'RFC 4180, https://www.rfc-editor.org/rfc/rfc4180',
  extensions: ['.csv', '.tsv', '.tab', '.psv'],
  parameters: {
    ...TABLE_PARAMETERS,
    delimiter: {
      summary: 'what stands between the fields; auto finds it in the first line',
      type: 'choice',
      choices: ['auto', ...Object.keys(DELIMITERS)],
      default: 'auto',
    },
    header: {
      summary: 'whether the first line holds the names of the columns; if not, they are numbered from 1',
      type: 'flag',
      default: 'true',
    },
  },
  likelihood,
  async read(input, into, parameters) {
    const reader = new CsvReader(input, into, parameters);
    for await (const piece of input.text()) await reader.take(piece, false);
    await reader.take('', true);
    reader.finish();
  },
  write: csvWriter,
};

function likelihood(head: string): number {
  const scanner = new CsvScanner('');
  let records: CsvRecord[];
  try {
    // The last line of the head may be cut off.
    records = scanner.take(head.slice(0, head.lastIndexOf('\n') + 1));
  } catch {
    return 0;
  }
  const rows = records.filter(({ cells }) => !isBlank(cells) && !cells[0].startsWith('#')).slice(0, 20);
  if (rows.length < 2) return 0;
  const names = rows[0].cells.map((cell) => cell.trim());
  if (knownTable(names)) return 0.95;
  const named = names.every((name) => name !== '' && Number.isNaN(Number(name)));
  return names.length > 2 && named && rows.every(({ cells }) => cells.length === names.length) ? 0.6 : 0;
}

const isBlank = (cells: readonly string[]) => cells.length === 1 && cells[0].trim() === '';

class CsvReader {
  readonly #name: string;
  readonly #sink: TraceSink;
  readonly #parameters: Parameters;
  readonly #scanner: CsvScanner;
  #table: TableRows | undefined;
  #width = 0;

  constructor(input: TraceInput, sink: TraceSink, parameters: Parameters) {
    this.#name = input.name;
    this.#sink = sink;
    this.#parameters = parameters;
    this.#scanner = new CsvScanner(input.name, DELIMITERS[String(parameters.delimiter)]);
  }

  async take(piece: string, last: boolean): Promise<void> {
    const records = this.#scanner.take(piece, last);
    let row = 0;
    while (this.#table === undefined && row < records.length) {
      if (await this.#open(records[row])) row++;
    }
    const table = this.#table;
    if (table === undefined) return;
    for (; row < records.length; row++) {
      const { cells, line } = records[row];
      if (cells.length === this.#width || this.#fits(cells, line)) table.add(cells, line);
    }
  }

  finish(): void {
    this.#table?.finish();
  }

  /** Looks at a record before there is a table. Returns whether it is dealt with; if not, it is the first row. */
  async #open({ cells, line }: CsvRecord): Promise<boolean> {
    if (isBlank(cells)) this.#sink.noJob('blank line');
    else if (cells[0].startsWith('#')) this.#sink.noJob('comment');
    else {
      const named = String(this.#parameters.header) !== 'false';
      const columns = cells.map((cell, index) => (named ? cell.trim() : String(index + 1)));
      const where = `${this.#name}:${line}`;
      const map = await mapFor(columns, this.#parameters, where);
      this.#table = new TableRows(columns, map, this.#parameters, this.#name, this.#sink);
      this.#width = columns.length;
      if (!named) return false;
      this.#sink.noJob('header');
    }
    return true;
  }

  /** Whether a record of another width can be read: empty fields behind the last column do no harm. */
  #fits(cells: readonly string[], line: number): boolean {
    if (isBlank(cells)) {
      this.#sink.noJob('blank line');
      return false;
    }
    if (cells.length > this.#width && cells.slice(this.#width).every((cell) => cell.trim() === '')) return true;
    if (this.#parameters.unreadable === 'skip') {
      this.#sink.skip('has another number of fields than the header', line);
      return false;
    }
    throw new InputError(
      `found ${cells.length} fields where the header has ${this.#width}`,
      `${this.#name}:${line}`,
      'correct the row (was the file cut off?), or leave such rows out with unreadable=skip',
    );
  }
}
