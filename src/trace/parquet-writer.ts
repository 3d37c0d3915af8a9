import type { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { TraceWriter } from './format.ts';
import { nativeColumns } from './table-columns.ts';
import type { NativeColumn } from './table-columns.ts';

/** Rows of a group, which is what is held in memory at a time [count]. */
const GROUP_ROWS = 65_536;

/** Takes time to load, and reading needs none of it. */
let library: typeof import('hyparquet-writer') | undefined;

/** Our own table as Parquet, compressed with Snappy. */
export const parquetWriter: TraceWriter = {
  async prepare() {
    library = await import('hyparquet-writer');
  },
  *write(workload, lost, declared) {
    if (library === undefined) throw new Error('a Parquet file is written before prepare() was awaited');
    const { ByteWriter, ParquetWriter, schemaFromColumnData } = library;
    const columns = nativeColumns(workload, lost, declared);
    const bytes = new ByteWriter();
    let file: ParquetWriter | undefined;
    for (let from = 0; from < workload.count || file === undefined; from += GROUP_ROWS) {
      const until = Math.min(from + GROUP_ROWS, workload.count);
      const columnData = columns.map((column) => dataOf(column, from, until));
      file ??= new ParquetWriter({ writer: bytes, schema: schemaFromColumnData({ columnData }), createdBy: 'yardmaster' });
      const plain = columnData.map(({ name, data }) => ({ name, data }));
      void file.write({ columnData: plain, rowGroupSize: GROUP_ROWS });
      yield taken(bytes);
    }
    void file?.finish();
    yield taken(bytes);
  },
};

function dataOf(column: NativeColumn, from: number, until: number) {
  const data: (number | string | bigint | null)[] = [];
  for (let job = from; job < until; job++) {
    const value = column.value(job);
    data.push(column.type === 'integer' && value !== undefined ? BigInt(value) : (value ?? null));
  }
  const type =
    column.type === 'text' ? ('STRING' as const) : column.type === 'integer' ? ('INT64' as const) : ('DOUBLE' as const);
  return { name: column.name, data, type, nullable: true };
}

/** What was written since the last time; the writer goes on in the same memory. */
function taken(bytes: ByteWriter): Uint8Array {
  const piece = bytes.getBytes().slice();
  bytes.index = 0;
  return piece;
}
