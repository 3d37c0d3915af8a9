import { InputError } from '../errors.ts';
import type { Cell } from './column-map-notations.ts';
import type { TraceFormat } from './format.ts';
import type { ParquetFile } from './parquet-file.ts';
import { parquetWriter } from './parquet-writer.ts';
import { TableRows } from './table.ts';
import { mapFor, TABLE_PARAMETERS } from './table-map.ts';

/** Tables in columns, compressed. */
export const parquet: TraceFormat = {
  name: 'parquet',
  summary: 'A table in the Parquet format, flat columns of any type and compression; which column is what is said by a map.',
  source: 'Apache Parquet, https://parquet.apache.org/docs/file-format/',
  extensions: ['.parquet', '.pq'],
  parameters: TABLE_PARAMETERS,
  likelihood: (head) => (head.startsWith('PAR1') ? 1 : 0),
  async read(input, into, parameters) {
    // Decoders take time to load: only where there is something to decode.
    const { openParquet } = await import('./parquet-file.ts');
    const file = await corruptIs(input.name, async () => openParquet(await input.bytes()));
    const map = await mapFor(file.columns, parameters, input.name);
    const table = new TableRows(file.columns, map, parameters, input.name, into);
    const used = [...new Set(table.used)].map((name) => ({ name, index: file.columns.indexOf(name) }));
    const cells: Cell[] = file.columns.map(() => undefined);
    let where = 1;
    for (let group = 0; group < file.groupRows.length; group++) {
      const columns = await readGroup(file, group, used, input.name);
      for (let row = 0; row < file.groupRows[group]; row++) {
        for (let column = 0; column < used.length; column++) cells[used[column].index] = columns[column][row];
        table.add(cells, where++);
      }
    }
    table.finish();
  },
  write: parquetWriter,
};

async function readGroup(
  file: ParquetFile,
  group: number,
  used: readonly { readonly name: string }[],
  trace: string,
): Promise<ArrayLike<Cell>[]> {
  const columns: ArrayLike<Cell>[] = [];
  for (const { name } of used) {
    columns.push(await corruptIs(`${trace}, column ${name}`, () => file.readColumn(group, name)));
  }
  return columns;
}

/** Whatever the library throws means that the file is not what it claims to be. */
async function corruptIs<T>(where: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof InputError || !(error instanceof Error)) throw error;
    throw new InputError(
      `not a Parquet file that can be read: ${error.message}`,
      where,
      'was the file copied whole? if it is, write it again as CSV or with another compression',
    );
  }
}
