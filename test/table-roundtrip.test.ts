import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { csv } from '../src/trace/csv.ts';
import { jsonl } from '../src/trace/jsonl.ts';
import { parquet } from '../src/trace/parquet.ts';
import { swf } from '../src/trace/swf.ts';
import { accounted, readAs, written } from './table-read.ts';
import { meaningOf, workloads } from './table-workloads.ts';

describe.each([csv, jsonl, parquet])('$name', (format) => {
  test('gives back every workload as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(workloads, async (workload) => {
        const { bytes, lost } = written(format, workload);
        expect(lost).toEqual([]);
        const trace = await readAs(format.name, bytes);
        expect(meaningOf(trace.workload)).toEqual(meaningOf(workload));
        expect([trace.skipped, trace.repaired, trace.warnings]).toEqual([[], [], []]);
        expect(accounted(trace)).toBe(workload.count + (format === csv ? 1 : 0));
      }),
      { numRuns: 300 },
    );
  });

  test('a log in SWF is the same log after it has been through our table', async () => {
    const log = [
      '; Version: 2.2',
      '; UnixStartTime: 838857600',
      '1 0 10 60 4 -1 -1 4 120 -1 1 3 1 1 1 -1 -1 -1',
      '2 30 -1 0 1 -1 -1 1 -1 -1 0 3 1 1 2 -1 -1 -1',
      '4 30 5 3600 128 -1 -1 128 1800 -1 5 12 2 1 0 1 1 20',
      '',
    ].join('\n');
    const first = (await readAs('swf', log)).workload;
    const through = (await readAs(format.name, written(format, first).bytes)).workload;
    expect(meaningOf(through)).toEqual(meaningOf(first));
    const swfOnce = Buffer.from(written(swf, first).bytes).toString();
    expect(Buffer.from(written(swf, through).bytes).toString()).toBe(swfOnce);
  });
});

test('says that dependencies on a job are lost if an earlier one has its id', () => {
  fc.assert(
    fc.property(workloads, (workload) => {
      if (workload.dependencies === undefined || workload.count < 2) return;
      const ids = Array.from({ length: workload.count }, () => 'same');
      const onLater = workload.dependencies.on.some((job) => job > 0);
      expect(written(csv, { ...workload, ids }).lost.length > 0).toBe(onLater);
    }),
  );
});
