/** Tables of traces whose columns have fixed names: rows are read by name, each line of the file is accounted for. */
import { InputError } from '../errors.ts';
import type { ParameterSpecs, Parameters } from '../parameters.ts';
import { amountReader, durationReader } from './column-map-notations.ts';
import type { NumberReader } from './column-map-notations.ts';
import { CsvScanner } from './csv-scanner.ts';
import type { TraceInput, TraceSink } from './format.ts';

/** Of every format that is such a table. */
export const UNREADABLE = {
  unreadable: {
    summary: 'what to do with a row whose values cannot be read: stop, or leave it out and count it',
    type: 'choice',
    choices: ['stop', 'skip'],
    default: 'stop',
  },
} as const satisfies ParameterSpecs;

/** [ms] */
export const SECONDS = durationReader('s', 'seconds');
/** [ms] */
export const MILLISECONDS = durationReader('ms', 'milliseconds');
/** [thousandths] */
export const AMOUNT = amountReader('count', 'amount').read;

export interface NamedTable {
  /** What a row must have to be of use. */
  readonly needed: readonly string[];
  /** Names of the columns, for tables without a header: rows may have no other number of fields. */
  readonly columns?: readonly string[];
  readonly delimiter?: string;
  /** Columns that are left out on purpose, with nothing said. */
  readonly ignored?: readonly string[];
}

/** One row, whose cells are asked for by name. */
export class NamedRow {
  cells: readonly string[] = [];
  line = 0;
  readonly #columns = new Map<string, number>();
  readonly #file: string;
  readonly #asked = new Set<string>();

  constructor(columns: readonly string[], file: string) {
    columns.forEach((name, index) => this.#columns.has(name) || this.#columns.set(name, index));
    this.#file = file;
  }

  get width(): number {
    return this.#columns.size;
  }

  has(column: string): boolean {
    return this.#columns.has(column);
  }

  /** Without blanks around it; empty if there is no such column. */
  text(column: string): string {
    const index = this.#columns.get(column);
    if (index === undefined) return '';
    this.#asked.add(column);
    return this.cells[index].trim();
  }

  /** The text; undefined where there is none. */
  label(column: string): string | undefined {
    return this.text(column) || undefined;
  }

  /** NaN where there is no value. Throws `InputError` for what is none. */
  number(column: string, read: NumberReader): number {
    const text = this.text(column);
    const value = read(text);
    if (value !== undefined) return value;
    const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
    throw this.wrong(`"${shown}" in column ${column} cannot be read`);
  }

  /** What is wrong with this row, as an error to throw. */
  wrong(problem: string): InputError {
    return new InputError(problem, `${this.#file}:${this.line}`, 'correct the row, or leave such rows out with unreadable=skip');
  }

  /** Columns that nobody has asked for. */
  get unread(): string[] {
    return [...this.#columns.keys()].filter((name) => !this.#asked.has(name));
  }
}

/** Gives every row of a table to `take`. Rows that it throws an `InputError` for are left out if that was asked for. */
export async function readNamedTable(
  input: TraceInput,
  sink: TraceSink,
  table: NamedTable,
  { unreadable }: Parameters,
  take: (row: NamedRow) => void,
): Promise<void> {
  const scanner = new CsvScanner(input.name, table.delimiter ?? ',');
  let row: NamedRow | undefined = table.columns && new NamedRow(table.columns, input.name);
  const add = (cells: readonly string[], line: number) => {
    if (cells.length === 1 && cells[0].trim() === '') return sink.noJob('blank line');
    if (cells[0].startsWith('#')) return sink.noJob('comment');
    if (row === undefined) {
      row = headerOf(cells, table, `${input.name}:${line}`, input.name);
      return sink.noJob('header');
    }
    row.cells = cells;
    row.line = line;
    takeRow(row, unreadable === 'skip', sink, take);
  };
  for await (const piece of input.text()) for (const { cells, line } of scanner.take(piece)) add(cells, line);
  for (const { cells, line } of scanner.take('', true)) add(cells, line);
  const unread = row?.unread.filter((name) => name !== '' && table.ignored?.includes(name) !== true) ?? [];
  if (unread.length > 0 && sink.jobs.count > 0) sink.warn(`these columns are not read: ${unread.slice(0, 20).join(', ')}`);
}

function headerOf(cells: readonly string[], table: NamedTable, where: string, file: string): NamedRow {
  const names = cells.map((name) => name.replace(/^\uFEFF/, '').trim());
  const missing = table.needed.filter((name) => !names.includes(name));
  if (missing.length === 0) return new NamedRow(names, file);
  const hint = `the header of this format has ${table.needed.join(', ')}; is it another format? see --format`;
  throw new InputError(`there is no column ${missing.join(', ')}`, where, hint);
}

function takeRow(row: NamedRow, skips: boolean, sink: TraceSink, take: (row: NamedRow) => void): void {
  try {
    // Empty fields behind the last column do no harm.
    const more = row.cells.slice(row.width).some((cell) => cell.trim() !== '');
    if (row.cells.length < row.width || more) {
      throw row.wrong(`found ${row.cells.length} fields where there should be ${row.width}`);
    }
    take(row);
  } catch (error) {
    if (!skips || !(error instanceof InputError)) throw error;
    sink.skip('has values that cannot be read', row.line);
  }
}

/** Whether the first line of a text names all of these columns. */
export function hasColumns(head: string, columns: readonly string[], delimiter = ','): boolean {
  const end = head.indexOf('\n');
  const names = (end < 0 ? head : head.slice(0, end)).replace(/^\uFEFF/, '').split(delimiter);
  const found = new Set(names.map((name) => name.trim()));
  return columns.every((name) => found.has(name));
}
