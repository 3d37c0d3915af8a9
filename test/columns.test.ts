import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Float64Column, Int32Column, SeldomColumn } from '../src/columns.ts';

// Around the ends of blocks, which have 8,192 entries.
const length = fc.oneof(
  fc.integer({ min: 0, max: 40 }),
  fc.integer({ min: 8185, max: 8200 }),
  fc.integer({ min: 16_380, max: 24_600 }),
);
const capacity = fc.constantFrom(1, 16, 1000, 8191, 8192, 8193, 20_000);

test.each([
  { name: 'Float64Column', make: (size: number) => new Float64Column(size) },
  { name: 'Int32Column', make: (size: number) => new Int32Column(size) },
])('$name gives back what was pushed, whatever room it was given', ({ make }) => {
  fc.assert(
    fc.property(length, capacity, capacity, (count, first, reserved) => {
      const column = make(first);
      column.reserve(reserved);
      for (let row = 0; row < count; row++) column.push(3 * row + 1);
      expect(column.length).toBe(count);
      for (const row of [0, 8191, 8192, count - 1]) if (row >= 0 && row < count) expect(column.get(row)).toBe(3 * row + 1);
      const values = column.done();
      expect(values.length).toBe(count);
      expect(values.every((value, row) => value === 3 * row + 1)).toBe(true);
      expect(column.length).toBe(0);
      column.push(7);
      expect([...column.done()]).toEqual([7]);
    }),
    { numRuns: 60 },
  );
});

test('SeldomColumn is no column until there is another value', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(NaN, 0, 1)), fc.constantFrom(NaN, 0), (values, usual) => {
      const column = new SeldomColumn(usual, () => new Float64Column(2));
      // The usual value may be told or not.
      const isTold = values.map((value, row) => !Object.is(value, usual) || row % 3 === 2);
      for (const [row, value] of values.entries()) if (isTold[row]) column.set(row, value);
      const found = column.done(values.length);
      expect(found && [...found]).toEqual(isTold.includes(true) ? values : undefined);
    }),
  );
});
