import { gzipSync, brotliCompressSync } from 'node:zlib';
import { ByteWriter, ParquetWriter, parquetWriteBuffer, schemaFromColumnData } from 'hyparquet-writer';
import { describe, expect, test } from 'vitest';
import { InputError } from '../src/errors.ts';
import { checkPageSize } from '../src/trace/parquet-codecs.ts';
import { checkDeltas, checkRuns } from '../src/trace/parquet-runs.ts';
import { endOfStruct } from '../src/trace/parquet-thrift.ts';
import { readAs } from './table-read.ts';

const MAP = { map: 'submit:submit@ms+runtime:runtime@s+procs:procs+user:user' };
const rows = Array.from({ length: 500 }, (_, job) => job);
const columns = () =>
  [
    { name: 'submit', data: rows.map((job) => BigInt(job * 1000)), type: 'INT64', encoding: 'DELTA_BINARY_PACKED' },
    { name: 'runtime', data: rows.map((job) => (job === 3 ? null : job / 2)), type: 'DOUBLE', nullable: true },
    { name: 'procs', data: rows.map((job) => 1 + (job % 4)), type: 'INT32' },
    { name: 'user', data: rows.map((job) => `user ${job % 7}`), type: 'STRING' },
  ] as const;

describe.each(['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'BROTLI'] as const)('compressed with %s', (codec) => {
  const compressors = { GZIP: (bytes: Uint8Array) => gzipSync(bytes), BROTLI: (bytes: Uint8Array) => brotliCompressSync(bytes) };
  const bytes = new Uint8Array(
    parquetWriteBuffer({ columnData: [...columns()], codec, compressors, rowGroupSize: 200, pageSize: 300 }),
  );

  test('is read', async () => {
    const { workload, skipped } = await readAs('parquet', bytes, MAP);
    expect(workload.count).toBe(499);
    expect(skipped).toEqual([{ what: 'no run time', count: 1, where: [4] }]);
    expect([workload.submit[498], workload.runtime[498], workload.procs[498], workload.user.names.length]).toEqual([
      499_000, 249_500, 4, 7,
    ]);
  });

  test('is refused wherever it is cut off', async () => {
    for (let length = 0; length < bytes.length; length += 97) {
      await expect(readAs('parquet', bytes.subarray(0, length), MAP)).rejects.toThrow(InputError);
    }
  });
});

test('instants in UTC need no zone', async () => {
  const columnData = [
    { name: 't', data: [new Date(5000), new Date(9000)], type: 'TIMESTAMP' as const },
    { name: 'r', data: [1, 2], type: 'INT32' as const },
  ];
  const map = 'submit:t@iso+runtime:r@s+procs:=2';
  const { workload, warnings } = await readAs('parquet', new Uint8Array(parquetWriteBuffer({ columnData })), { map });
  expect([workload.epoch, workload.origin, workload.submit[1]]).toEqual([0, 5000, 4000]);
  expect(warnings).toEqual([]);
});

test('nested columns are no part of the table', async () => {
  const columnData = [...columns(), { name: 'nodes', data: rows.map(() => ({ a: 1 })), type: 'JSON' as const }];
  const bytes = new Uint8Array(parquetWriteBuffer({ columnData }));
  expect((await readAs('parquet', bytes, MAP)).workload.count).toBe(499);
});

test('a value that its dictionary does not have is refused, not taken for missing', async () => {
  const users = rows.map((job) => `user ${job % 3}`);
  const columnData = [...columns().slice(0, 3), { name: 'user', data: users, type: 'STRING' as const }];
  const bytes = new Uint8Array(parquetWriteBuffer({ columnData, codec: 'UNCOMPRESSED' }));
  // Indices 0, 1, 2, 0 in two bits each; 3 is not in a dictionary of three.
  const packed = Buffer.from(bytes).indexOf(Buffer.of(0b00100100, 0b01001001, 0b10010010));
  expect(packed).toBeGreaterThan(0);
  bytes[packed + 1] = 0xff;
  await expect(readAs('parquet', bytes, MAP)).rejects.toThrow(/entry that its dictionary does not have/);
});

test('is found out from its beginning', async () => {
  const bytes = new Uint8Array(parquetWriteBuffer({ columnData: [...columns()] }));
  await expect(readAs('parquet', Buffer.from('a,b\n1,2\n'))).rejects.toThrow(/does not begin with PAR1/);
  await expect(readAs('csv', bytes, MAP)).rejects.toThrow(/binary/);
});

describe('numbers that cannot be true are refused before anything is allocated', () => {
  test('rows of a group', async () => {
    const writer = new ByteWriter();
    const columnData = [...columns()];
    const file = new ParquetWriter({ writer, schema: schemaFromColumnData({ columnData }) });
    void file.write({ columnData: columnData.map(({ name, data }) => ({ name, data: [...data] })) });
    file.row_groups[0].num_rows = 2n ** 40n;
    file.num_rows = 2n ** 40n;
    void file.finish();
    await expect(readAs('parquet', writer.getBytes(), MAP)).rejects.toThrow(/claims to have 1099511627776 rows/);
  });

  test('pages', () => {
    expect(() => checkPageSize('SNAPPY', 100, 2 ** 31 - 1)).toThrow(/claims to hold/);
    expect(() => checkPageSize('ZSTD', 1e9, 2 ** 30)).toThrow(/claims to hold/);
    expect(() => checkPageSize('GZIP', 1000, -1)).toThrow(/claims to hold/);
    expect(() => checkPageSize('GZIP', 1000, 100_000)).not.toThrow();
  });

  test('runs of equal values', () => {
    // 2^27 times the value 1, in six bytes.
    expect(() => checkRuns(Uint8Array.of(128, 128, 128, 128, 1, 1), 0, 1, 10)).toThrow(/a run has/);
    expect(checkRuns(Uint8Array.of(20, 1), 0, 1, 10)).toBe(10);
    expect(checkRuns(Uint8Array.of(3, 0b10110), 0, 1, 5)).toBe(3);
    expect(() => checkRuns(Uint8Array.of(255, 255, 255, 255, 15, 0), 0, 1, 8)).toThrow();
  });

  test('blocks of deltas', () => {
    expect(() => checkDeltas(Uint8Array.of(128, 1, 255, 255, 255, 255, 7, 5, 0), 5)).toThrow(/impossible size/);
    expect(() => checkDeltas(Uint8Array.of(128, 1, 4, 9, 0), 5)).toThrow(/9 values where 5/);
    expect(() => checkDeltas(Uint8Array.of(128, 1, 4, 5, 0), 5)).not.toThrow();
  });

  test('lists in the footer', () => {
    expect(() => endOfStruct(Uint8Array.of(0x19, 0xf5, 255, 255, 255, 255, 15, 0), 0)).toThrow(/a list has/);
    expect(endOfStruct(Uint8Array.of(0x15, 2, 0), 0)).toBe(3);
    expect(() => endOfStruct(new Uint8Array(100).fill(0x1c), 0)).toThrow(/nested/);
  });
});
