import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { InputError } from '../src/errors.ts';
import { traceInMemory } from '../src/trace/input.ts';
import { decodeMsgpack } from '../src/trace/msgpack.ts';
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

describe('as the tracer exports it', () => {
  const text = (value: string) => [0xa0 | value.length, ...Buffer.from(value)];
  const u32 = (value: number) => [0xce, value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
  /** {"apiVersion": "v1", "kind": "Pod", "metadata": {...}, "spec": {...}}, with a request of two processors. */
  const pod = (name: string) => [
    ...[0x84, ...text('apiVersion'), ...text('v1'), ...text('kind'), ...text('Pod')],
    ...[...text('metadata'), 0x82, ...text('name'), ...text(name), ...text('namespace'), ...text('n')],
    ...[...text('spec'), 0x81, ...text('containers'), 0x91, 0x82, ...text('name'), ...text('c')],
    ...[...text('resources'), 0x81, ...text('requests'), 0x81, ...text('cpu'), ...text('2')],
  ];
  const event = (ts: number, applied: number[][], deleted: number[][]) => [
    ...[0x83, ...text('ts'), ...u32(ts)],
    ...[...text('applied_objs'), 0x90 | applied.length, ...applied.flat()],
    ...[...text('deleted_objs'), 0x90 | deleted.length, ...deleted.flat()],
  ];
  // As rmp_serde::to_vec_named writes the struct Trace of sk-core: maps with names, tuples as arrays, also where they are keys,
  // an enum as a map from its variant to its fields, a hash of 64 bits as a key.
  const owner = (name: string) => [0x92, ...text('v1.Pod'), ...text(`n/${name}`)];
  const hash = [0xcf, 0x96, 0xa5, 0x38, 0x1a, 0xfa, 0x12, 0x34, 0x56];
  const RECORDING = Uint8Array.from([
    ...[0x85, ...text('version'), 0x02],
    ...[...text('config'), 0x81, ...text('trackedObjects'), 0x81, ...text('v1.Pod'), 0x81],
    ...[...text('trackLifecycle'), 0xc3],
    ...[...text('events'), 0x92],
    ...event(1_700_000_000, [pod('a'), pod('b')], []),
    ...event(1_700_000_900, [], [pod('a'), pod('b')]),
    ...[...text('index'), 0x81, ...text('v1.Pod'), 0x81, ...text('n/a'), ...hash],
    ...[...text('pod_lifecycles'), 0x82],
    ...[...owner('a'), 0x81, ...hash, 0x91, 0x81, ...text('Finished'), 0x92, ...u32(1_700_000_010), ...u32(1_700_000_070)],
    ...[...owner('b'), 0x81, ...hash, 0x91, 0x81, ...text('Running'), ...u32(1_700_000_010)],
  ]);

  test('pods run as long as theirs did, or else until they are deleted', async () => {
    const { workload, format, warnings } = await readStored(traceInMemory(RECORDING));
    expect(format).toBe('simkube');
    expect([...workload.runtime]).toEqual([60_000, 900_000]);
    expect([...workload.procs]).toEqual([2, 2]);
    expect([workload.origin, warnings]).toEqual([1_700_000_000_000, []]);
  });

  test.each([
    ['it ends within a value', RECORDING.slice(0, -1)],
    ['something follows the end of the value', Uint8Array.from([...RECORDING, 0xc0])],
    ['its version is 1', RECORDING.map((byte, at) => (at === 9 ? 1 : byte))],
    ['nested more than 200 deep', Uint8Array.from([0x81, ...text('version'), ...new Array<number>(1000).fill(0x91)])],
    ['there is a value of type 0xc1', Uint8Array.from([0x81, ...text('version'), 0xc1])],
    ['a text is not UTF-8', Uint8Array.from([0x81, 0xa1, 0xff, 0xc0])],
  ])('or says that %s', async (problem, bytes) => {
    const reading = readStored(traceInMemory(bytes), { format: 'simkube' });
    await expect(reading).rejects.toThrow(problem);
    await expect(reading).rejects.toBeInstanceOf(InputError);
  });

  test('every damaged byte gives a clear error or a result', async () => {
    for (let at = 0; at < RECORDING.length; at++) {
      const bytes = RECORDING.map((byte, index) => (index === at ? byte ^ (1 << (at % 8)) : byte));
      await readStored(traceInMemory(bytes), { format: 'simkube' }).catch((error: unknown) => {
        if (!(error instanceof InputError)) throw error;
      });
    }
  });
});

test('numbers of MessagePack are what they are in every size', () => {
  const decode = (...bytes: number[]) => decodeMsgpack(Uint8Array.from(bytes), 'f', 'h');
  expect(decode(0x9c, 0x7f, 0xff, 0xcc, 0x80, 0xcd, 1, 0, 0xce, 1, 0, 0, 0, 0xd0, 0x80, 0xd1, 0x80, 0, 0xd2, 0x80, 0, 0, 0, 0xcb, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 0xca, 0xbf, 0xc0, 0, 0, 0xc0, 0xc2)).toEqual(
    [127, -1, 128, 256, 2 ** 24, -128, -32768, -(2 ** 31), 1.5, -1.5, null, false],
  ); // prettier-ignore
  expect(decode(0xd3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)).toBe(-1);
  expect(decode(0xcf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)).toBe('18446744073709551615');
  expect(decode(0xdc, 0, 2, 0xde, 0, 1, 0xa1, 0x61, 1, 0xdf, 0, 0, 0, 0)).toEqual([{ a: 1 }, {}]);
  expect(decode(0xdd, 0, 0, 0, 1, 0xda, 0, 1, 0x62)).toEqual(['b']);
  expect(decode(0xd9, 1, 0x62)).toBe('b');
});
