import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { InputError } from '../src/errors.ts';
import { traceInMemory } from '../src/trace/input.ts';
import { readStored, readTrace } from '../src/trace/read.ts';
import { isService } from '../src/workload.ts';
import { fuzz } from './mutate.ts';

const RECORDED = '../shared/traces/k8s/simkube-large_trace-v2.json.xz';

const job = (name: string, cpu: string) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name, namespace: 'n' },
  spec: { template: { spec: { containers: [{ name: 'c', resources: { requests: { cpu } } }] } } },
});
const trace = (...events: object[]) =>
  JSON.stringify(
    { version: 2, config: { trackedObjects: {} }, events: events.map((event, at) => ({ ts: 1000 + 10 * at, ...event })) },
    undefined,
    1,
  );

const SAMPLE = trace(
  { applied_objs: [job('a', '2')], deleted_objs: [] },
  { applied_objs: [job('b', '1'), job('a', '4')], deleted_objs: [] },
  { applied_objs: [], deleted_objs: [job('a', '4')] },
  { applied_objs: [job('a', '1')] },
);

test('an object lives from when it is applied until it is deleted, and may come again', async () => {
  const { workload, format, noJob } = await readStored(traceInMemory(SAMPLE));
  expect(format).toBe('simkube');
  expect([...workload.submit]).toEqual([0, 10_000, 30_000]);
  expect([...workload.runtime]).toEqual([20_000, 3_600_000, 3_600_000]);
  expect([...workload.procs]).toEqual([4, 1, 1]);
  expect(workload.origin).toBe(1_000_000);
  expect(noJob.map(({ what }) => what)).toEqual(['later state of an object', 'deletion of an object']);
});

test('300 damaged recordings give a clear error or a result', async () => {
  let read = 0;
  await fuzz([SAMPLE], ':', async (text) => {
    try {
      await readStored(traceInMemory(text), { format: 'simkube' });
      read++;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
    }
  }, 300); // prettier-ignore
  expect(read).toBeGreaterThan(5);
}, 120_000);

describe.skipIf(!existsSync(RECORDED))('the published recording (skipped where ../shared is absent)', () => {
  test('holds the services of one application', async () => {
    const { workload, format } = await readTrace(RECORDED);
    expect(format).toBe('simkube');
    expect(workload.count).toBeGreaterThan(20);
    expect(isService(workload, 0)).toBe(true);
  });
});
