/** Reads a schedule from a CSV file: our jobs.csv, or `id,submit,start,end` as other simulators and records have it. */
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { Float64Column } from '../columns.ts';
import { InputError, usageError } from '../errors.ts';

/** The schedule of one file, row by row. Times [ms]; NaN = an empty cell: it did not happen. */
export interface ScheduleTable {
  /** The file, for messages. */
  readonly name: string;
  readonly ids: readonly string[];
  /** Absent if the file has no such column. */
  readonly submit?: Float64Array;
  readonly start: Float64Array;
  readonly end?: Float64Array;
}

/** Names that columns have in files; the first one that is there is taken. All are in seconds. */
const ID = ['job', 'id', 'job_id', 'jobid'];
const SUBMIT = ['submit_s', 'submit', 'submit_time'];
const START = ['start_s', 'start', 'start_time'];
const END = ['end_s', 'end', 'end_time'];

/** Reads a file, gzipped or not. Throws `InputError` where it is not such a table. */
export async function readScheduleTable(path: string): Promise<ScheduleTable> {
  return parseScheduleTable(await readText(path), path);
}

/** The same for text that is already there; `name` stands in messages. */
export function parseScheduleTable(text: string, name: string): ScheduleTable {
  let header: string[] | undefined;
  const ids: string[] = [];
  let columns: Columns | undefined;
  const onRecord = (cells: string[], { lines }: { lines: number }): null => {
    if (columns === undefined) {
      header = cells;
      columns = findColumns(header, name);
      return null;
    }
    if (cells.length !== header!.length) {
      throw new InputError(
        `${cells.length} cells where the header has ${header!.length}`,
        `${name}, line ${lines}`,
        'is the file cut off, or a comma not quoted?',
      );
    }
    ids.push(cells[columns.id]);
    for (const column of [columns.submit, columns.start, columns.end]) {
      column?.values.push(milliseconds(cells[column.index], name, lines));
    }
    return null;
  };
  parseCsv(text, name, onRecord);
  if (columns === undefined) throw new InputError('the file is empty', name, 'it must have at least a header line');
  const { submit, start, end } = columns;
  return { name, ids, submit: submit?.values.done(), start: start.values.done(), end: end?.values.done() };
}

/** Which cells of a row are read. */
interface Columns {
  readonly id: number;
  readonly submit?: TimeColumn;
  readonly start: TimeColumn;
  readonly end?: TimeColumn;
}

interface TimeColumn {
  readonly index: number;
  readonly values: Float64Column;
}

async function readText(path: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw usageError(
      `cannot be read (${(error as NodeJS.ErrnoException).code})`,
      path,
      'give the path of a CSV file, gzipped or not',
    );
  }
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes.toString('utf8');
  try {
    return (await promisify(gunzip)(bytes)).toString('utf8');
  } catch (error) {
    throw new InputError(`is not a whole gzip file (${(error as Error).message})`, path, 'was it cut off on the way here?');
  }
}

function parseCsv(text: string, name: string, onRecord: (cells: string[], context: { lines: number }) => null): void {
  try {
    parse(text, { bom: true, skip_empty_lines: true, relax_column_count: true, on_record: onRecord });
  } catch (error) {
    if (error instanceof InputError || !(error instanceof Error) || !('code' in error)) throw error;
    throw new InputError(error.message, name, 'is it a CSV file, with quotes closed?');
  }
}

function findColumns(header: string[], name: string): Columns {
  const known = header.map((cell) => cell.trim().toLowerCase());
  const find = (names: readonly string[]) => names.map((wanted) => known.indexOf(wanted)).find((index) => index >= 0);
  const need = (names: readonly string[]) => {
    const index = find(names);
    if (index !== undefined) return index;
    const hint = 'name the columns as in jobs.csv, or id,submit,start,end';
    throw new InputError(`no column ${names.join(' or ')}; it has ${header.join(', ')}`, `${name}, line 1`, hint);
  };
  const time = (index: number): TimeColumn => ({ index, values: new Float64Column() });
  const [submit, end] = [find(SUBMIT), find(END)];
  return {
    id: need(ID),
    submit: submit === undefined ? undefined : time(submit),
    start: time(need(START)),
    end: end === undefined ? undefined : time(end),
  };
}

function milliseconds(cell: string, name: string, line: number): number {
  if (cell === '') return NaN;
  const seconds = Number(cell);
  if (!Number.isFinite(seconds)) {
    throw new InputError(
      `"${cell}" is not a time in seconds`,
      `${name}, line ${line}`,
      'leave the cell empty if it did not happen',
    );
  }
  return Math.round(seconds * 1000);
}
