import { expect, test } from 'vitest';
import { InputError } from '../src/errors.ts';
import { convertTrace } from '../src/trace/convert.ts';
import { csv } from '../src/trace/csv.ts';
import { parquet } from '../src/trace/parquet.ts';
import { readAs } from './table-read.ts';

const LOG =
  '; Computer: Test SP2\n; MaxProcs: 128\n1 0 5 60 4 -1 -1 4 90 -1 1 1 1 1 1 1 -1 -1\n2 1 -1 -1 -1 -1 -1 -1 -1 -1 5 1 1 1 1 1 -1 -1\n';

test('writes every job and states what is lost', async () => {
  let text = '';
  const take = (piece: string | Uint8Array) => {
    text += Buffer.from(piece).toString();
  };
  const trace = await readAs('swf', LOG);
  const { jobs, bytes, losses, format } = await convertTrace(trace, csv, take);
  expect([format, jobs, bytes]).toEqual(['csv', 1, Buffer.byteLength(text)]);
  expect(text.split('\n').slice(0, 2)).toEqual([
    'job,submit_s,runtime_s,walltime_s,procs,groups,outcome,start_s,user,account,queue,partition',
    '1,0,60,90,4,,completes,5,1,1,1,1',
  ]);
  const skipped = trace.skipped.map(({ what }) => `left out when read: ${what}`);
  expect(losses.map(({ what }) => what)).toEqual([
    ...skipped,
    'the declared size of the machine',
    'the name of the machine',
    '2 header fields',
  ]);
});

test('waits until there is room for more', async () => {
  let open = 0;
  await convertTrace(await readAs('swf', LOG), parquet, async () => {
    expect(open++).toBe(0);
    await Promise.resolve();
    open--;
  });
});

test('refuses a format that cannot be written', async () => {
  const trace = await readAs('swf', LOG);
  await expect(convertTrace(trace, { ...csv, write: undefined }, () => undefined)).rejects.toThrow(InputError);
});
