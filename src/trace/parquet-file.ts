/** An open Parquet file: its columns, and their content one row group at a time. */
import { parquetMetadata, parquetScan } from 'hyparquet';
import type { ColumnMetaData, FileMetaData, SchemaElement } from 'hyparquet';
import type { Cell } from './column-map-notations.ts';
import { ColumnGuard } from './parquet-guard.ts';
import { endOfStruct } from './parquet-thrift.ts';

/** Rows that a file may have beyond what its size explains: equal values take no room. */
const FREE_ROWS = 1_000_000;
/** Rows for each byte of the file, beyond those. */
const ROWS_PER_BYTE = 64;
const MAGIC = 0x31524150;

export interface ParquetFile {
  /** Names of the flat columns. */
  readonly columns: readonly string[];
  /** Rows of each group [count]. */
  readonly groupRows: readonly number[];
  readColumn(group: number, column: string): Promise<ArrayLike<Cell>>;
}

/** Opens a file in memory. Throws plain errors for what is wrong with it. */
export function openParquet(content: Uint8Array): ParquetFile {
  // A Buffer's `slice` would be a view of memory that is shared with others.
  const bytes = new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
  const metadata = readFooter(bytes);
  const elements = flatColumns(metadata.schema);
  const groupRows = checkRows(metadata, bytes.length);
  return {
    columns: [...elements.keys()],
    groupRows,
    async readColumn(group, name) {
      const rows = groupRows[group];
      if (rows === 0) return [];
      const element = elements.get(name);
      const meta = metadata.row_groups[group].columns.find((chunk) => isColumn(chunk.meta_data, name))?.meta_data;
      if (element === undefined || meta === undefined) throw new Error('the column is missing in a row group');
      if (meta.type !== element.type) throw new Error(`the column has type ${meta.type} where the schema says ${element.type}`);
      const guard = new ColumnGuard(chunkOf(bytes, meta), meta, element, rows);
      // One group at a time, as a file of its own: the library plans over all groups each time it is asked.
      const alone = { ...metadata, row_groups: [metadata.row_groups[group]], num_rows: BigInt(rows) };
      const scan = await parquetScan({
        file: inMemory(bytes),
        metadata: alone,
        columns: [name],
        useOffsetIndex: false,
        compressors: { [meta.codec]: guard.decompress },
        parsers: isLocalTime(element) ? { ...PARSERS, ...LOCAL_TIMES } : PARSERS,
        geoparquet: false,
      });
      const values = (await scan.readColumn({ column: name, rowStart: 0, rowEnd: rows })) as ArrayLike<unknown>;
      return checkValues(values, rows);
    },
  };
}

function isColumn(meta: ColumnMetaData | undefined, name: string): boolean {
  return meta?.path_in_schema.length === 1 && meta.path_in_schema[0] === name;
}

function readFooter(bytes: Uint8Array): FileMetaData {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || view.getUint32(0, true) !== MAGIC) throw new Error('it does not begin with PAR1');
  if (view.getUint32(bytes.length - 4, true) !== MAGIC) throw new Error('it does not end with PAR1');
  const length = view.getUint32(bytes.length - 8, true);
  if (length > bytes.length - 12) throw new Error(`its footer of ${length} bytes is larger than the file`);
  const footer = bytes.subarray(bytes.length - 8 - length);
  endOfStruct(footer.subarray(0, length), 0);
  return parquetMetadata(footer, { geoparquet: false });
}

/** Columns at the top level that hold one value a row, by name. Nested ones are no part of a table. */
function flatColumns([root, ...elements]: readonly SchemaElement[]): Map<string, SchemaElement> {
  const flat = new Map<string, SchemaElement>();
  /** Children still to come of each element that is open. */
  const open = [root?.num_children ?? 0];
  for (const element of elements) {
    while (open.length > 0 && open[open.length - 1] === 0) open.pop();
    if (typeof element.name !== 'string') throw new Error('a column has no name');
    if (open.length === 0 || open.length > 64) throw new Error('the schema is no tree of columns');
    open[open.length - 1]--;
    const isFlat = open.length === 1 && element.num_children === undefined && element.repetition_type !== 'REPEATED';
    if (isFlat && flat.has(element.name)) throw new Error(`there is more than one column "${element.name}"`);
    if (isFlat) flat.set(element.name, element);
    if (element.num_children !== undefined) open.push(element.num_children);
  }
  if (open.some((children) => children !== 0)) throw new Error('the schema is no tree of columns');
  return flat;
}

/** The rows of each group, checked against the size of the file. */
function checkRows({ row_groups, num_rows }: FileMetaData, bytes: number): number[] {
  const groupRows = row_groups.map((group) => Number(group.num_rows));
  const total = groupRows.reduce((sum, rows) => sum + rows, 0);
  if (!groupRows.every((rows) => Number.isInteger(rows) && rows >= 0))
    throw new Error('a row group has an impossible number of rows');
  if (total > FREE_ROWS + bytes * ROWS_PER_BYTE) throw new Error(`a file of ${bytes} bytes claims to have ${total} rows`);
  if (total !== Number(num_rows)) throw new Error(`its groups have ${total} rows where the file says ${num_rows}`);
  return groupRows;
}

function chunkOf(bytes: Uint8Array, meta: ColumnMetaData): Uint8Array {
  const from = Number(meta.dictionary_page_offset || meta.data_page_offset);
  const length = Number(meta.total_compressed_size);
  if (!(from >= 4 && length >= 0 && from + length <= bytes.length - 8)) {
    throw new Error(`a column of ${length} bytes at ${from} is not within the file`);
  }
  return bytes.subarray(from, from + length);
}

function inMemory(bytes: Uint8Array): { byteLength: number; slice(start: number, end?: number): ArrayBuffer } {
  return {
    byteLength: bytes.length,
    slice: (start, end = bytes.length) => bytes.slice(start, end).buffer as ArrayBuffer,
  };
}

/** Null is no value; undefined is what the library gives for an index that is not in the dictionary. */
function checkValues(values: ArrayLike<unknown>, rows: number): ArrayLike<Cell> {
  if (values.length !== rows) throw new Error(`it has ${values.length} values where the file has ${rows} rows`);
  if (!Array.isArray(values)) return values as ArrayLike<Cell>;
  for (let row = 0; row < rows; row++) {
    const value: unknown = values[row];
    if (value === undefined) throw new Error('a value refers to an entry that its dictionary does not have');
    if (typeof value === 'object' && value !== null && !(value instanceof Date)) values[row] = asText(value);
  }
  return values as Cell[];
}

function asText(value: object): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : '(nested value)';
}

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');

/** An instant beyond what dates can hold is told by its number, so that no notation takes it for a missing value. */
function instant(value: bigint, perMillisecond: bigint): Date | bigint {
  const date = new Date(Number(value / perMillisecond));
  return Number.isNaN(date.getTime()) ? value : date;
}

const PARSERS = {
  dateFromDays: (days: number) => instant(BigInt(days) * 86_400_000n, 1n),
  timestampFromMilliseconds: (value: bigint) => instant(value, 1n),
  timestampFromMicroseconds: (value: bigint) => instant(value, 1000n),
  timestampFromNanoseconds: (value: bigint) => instant(value, 1_000_000n),
  stringFromBytes: (bytes: Uint8Array | undefined) => bytes && text(bytes),
  jsonFromBytes: (bytes: Uint8Array | undefined) => bytes && text(bytes),
  geometryFromBytes: () => '(geometry)',
  geographyFromBytes: () => '(geometry)',
};

function isLocalTime({ logical_type: type }: SchemaElement): boolean {
  return type?.type === 'TIMESTAMP' && !type.isAdjustedToUTC;
}

/** A timestamp that is not said to be UTC is a clock on a wall: text, so that the zone of the column map counts. */
function wallClock(value: bigint, perMillisecond: bigint): string | bigint {
  const date = instant(value, perMillisecond);
  return date instanceof Date ? date.toISOString().slice(0, -1) : date;
}

const LOCAL_TIMES = {
  timestampFromMilliseconds: (value: bigint) => wallClock(value, 1n),
  timestampFromMicroseconds: (value: bigint) => wallClock(value, 1000n),
  timestampFromNanoseconds: (value: bigint) => wallClock(value, 1_000_000n),
};
