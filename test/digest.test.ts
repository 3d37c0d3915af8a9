import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { scheduleDigest } from '../src/digest.ts';
import type { Schedule } from '../src/schedule.ts';

type Digested = Parameters<typeof scheduleDigest>[0];

/** The encoding as its description says, number by number, with Node's own little-endian writers. */
function digestByDefinition({ submit, start, end, state, lastStart, placements }: Digested): string {
  const hash = createHash('sha256').update('yardmaster schedule 1\n');
  const double = (value: number) => {
    const bytes = Buffer.alloc(8);
    if (Number.isNaN(value)) bytes.set([0, 0, 0, 0, 0, 0, 0xf8, 0x7f]);
    else bytes.writeDoubleLE(value === 0 ? 0 : value);
    hash.update(bytes);
  };
  const integer = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value);
    hash.update(bytes);
  };
  const column = (values: ArrayLike<number>, add: (value: number) => void) => {
    double(values.length);
    for (let row = 0; row < values.length; row++) add(values[row]);
  };
  column(submit, double);
  column(start, double);
  column(end, double);
  column(state, integer);
  column(lastStart, double);
  if (placements) for (const name of ['first', 'node', 'group', 'tasks'] as const) column(placements[name], integer);
  return hash.digest('hex');
}

function schedule(count: number): Digested {
  const time = (factor: number) => Float64Array.from({ length: count }, (_, job) => (job % 7 === 3 ? NaN : job * factor));
  return {
    submit: time(1000),
    start: time(1001.5),
    end: time(2002),
    state: Uint8Array.from({ length: count }, (_, job) => job % 6),
    lastStart: time(1003),
  };
}

describe('digest of a schedule', () => {
  // 8192 rows are encoded at a time.
  test.each([0, 1, 100, 8192, 8193, 20_000])('of %i jobs is as its description says', (count) => {
    expect(scheduleDigest(schedule(count))).toBe(digestByDefinition(schedule(count)));
  });

  test('of placements too', () => {
    const placements = {
      first: Int32Array.of(0, 2, 3),
      node: Int32Array.of(4, 5, 6),
      group: Int32Array.of(0, 1, 0),
      tasks: Int32Array.of(8, 8, 1),
    };
    const placed = { ...schedule(2), placements };
    expect(scheduleDigest(placed)).toBe(digestByDefinition(placed));
    expect(scheduleDigest(placed)).not.toBe(scheduleDigest(schedule(2)));
  });

  test('is pinned: a change of the encoding must be a decision', () => {
    expect(scheduleDigest(schedule(10))).toBe('2096f62897435b53ca6ab9b8c0d4014da8343fd3ad96a26a1a2ddb31dfd70508');
  });

  test('does not tell NaNs of different bits, or zeros of different sign, apart', () => {
    const bits = new BigUint64Array([0xfff8_0000_0000_0001n]);
    const oddNaN = { ...schedule(1), start: new Float64Array(bits.buffer) };
    expect(Number.isNaN(oddNaN.start[0])).toBe(true);
    expect(scheduleDigest(oddNaN)).toBe(scheduleDigest({ ...schedule(1), start: Float64Array.of(NaN) }));
    expect(scheduleDigest({ ...schedule(1), start: Float64Array.of(-0) })).toBe(scheduleDigest(schedule(1)));
  });

  test.each(['submit', 'start', 'end', 'lastStart', 'state'] as const)('changes with one value of %s', (column) => {
    const other = schedule(9000);
    (other[column] as Schedule['start'])[8999]++;
    expect(scheduleDigest(other)).not.toBe(scheduleDigest(schedule(9000)));
  });
});
