import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jainIndex } from '../src/metrics/jain.ts';
import { MaximumTable } from '../src/metrics/maximum-table.ts';
import { orderBy } from '../src/metrics/order.ts';
import { meanOf, meanWithin, presentValues, quantiles, shareAbove, weightedQuantiles } from '../src/metrics/quantiles.ts';

const few = fc.integer({ min: 0, max: 5 });

describe('quantiles (type 7)', () => {
  test.each([
    // "Percentile", Wikipedia, worked examples of linear interpolation with C = 1.
    { values: [15, 20, 35, 40, 50], p: 0.4, expected: 29 },
    { values: [1, 2, 3, 4], p: 0.75, expected: 3.25 },
    // NumPy's manual, numpy.percentile, first example.
    { values: [1, 2, 3, 4, 7, 10], p: 0.5, expected: 3.5 },
    { values: [7], p: 0.99, expected: 7 },
    { values: [1, 2], p: 0, expected: 1 },
    { values: [1, 2], p: 1, expected: 2 },
    { values: [], p: 0.5, expected: NaN },
  ])('$p of $values is $expected', ({ values, p, expected }) => {
    expect(quantiles(Float64Array.from(values), [p])).toEqual([expected]);
  });

  test('is the definition on the sorted values, several at once', () => {
    const values = fc.array(fc.oneof(few, fc.integer()), { minLength: 1, maxLength: 30 });
    const ps = fc.array(fc.constantFrom(0, 0.1, 0.25, 0.5, 0.9, 0.95, 1), { maxLength: 4 });
    fc.assert(
      fc.property(values, ps, (list, unordered) => {
        const ascending = list.toSorted((a, b) => a - b);
        const asked = unordered.toSorted((a, b) => a - b);
        const expected = asked.map((p) => {
          const position = p * (list.length - 1);
          const [low, high] = [ascending[Math.floor(position)], ascending[Math.ceil(position)]];
          return low + (position - Math.floor(position)) * (high - low);
        });
        expect(quantiles(Float64Array.from(list), asked)).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    { what: 'ascending', value: (i: number) => i },
    { what: 'descending', value: (i: number) => -i },
    { what: 'all equal', value: () => 3 },
    { what: 'mostly equal', value: (i: number) => (i % 7 === 0 ? i : 0) },
    { what: 'up and down', value: (i: number) => Math.abs(i - 50_000) },
  ])('takes 100,000 values that are $what', ({ value }) => {
    const values = Float64Array.from({ length: 100_000 }, (_, i) => value(i));
    const ascending = values.toSorted();
    expect(quantiles(values, [0, 1])).toEqual([ascending[0], ascending[99_999]]);
    expect(quantiles(values, [0.5])[0]).toBe((ascending[49_999] + ascending[50_000]) / 2);
  });
});

describe('weightedQuantiles (type 1)', () => {
  const ones = (count: number) => new Float64Array(count).fill(1);

  test.each([
    // "Percentile", Wikipedia, worked example of the nearest rank.
    { p: 0.05, expected: 15 },
    { p: 0.3, expected: 20 },
    { p: 0.4, expected: 20 },
    { p: 0.5, expected: 35 },
    { p: 1, expected: 50 },
  ])('with equal weights, $p of 15 20 35 40 50 is $expected', ({ p, expected }) => {
    expect(weightedQuantiles(Float64Array.of(50, 15, 35, 20, 40), ones(5), [p])).toEqual([expected]);
  });

  test('is the nearest rank of the list in which each value stands as often as its weight says', () => {
    const rows = fc.array(fc.record({ value: few, weight: few }), { maxLength: 6 });
    fc.assert(
      fc.property(rows, fc.constantFrom(0, 0.25, 0.5, 0.75, 1), (list, p) => {
        const expanded = list.flatMap(({ value, weight }) => Array.from({ length: weight }, () => value)).sort((a, b) => a - b);
        const nearest = expanded.length === 0 ? NaN : expanded[Math.max(0, Math.ceil(p * expanded.length) - 1)];
        const column = (key: 'value' | 'weight') => Float64Array.from(list, (row) => row[key]);
        expect(weightedQuantiles(column('value'), column('weight'), [p])).toEqual([nearest]);
      }),
      { numRuns: 500 },
    );
  });
});

test('what is NaN counts for nothing in order statistics and means', () => {
  const values = Float64Array.of(4, NaN, 1, NaN);
  expect(meanOf(values)).toBe(2.5);
  expect(meanWithin(values, Float64Array.of(0, 1, 2, 3), 1, 2)).toBe(1);
  expect(meanWithin(values, Float64Array.of(1, 2, 2, NaN), 1, 2)).toBe(2.5);
  expect(shareAbove(values, 1)).toBe(0.5);
  expect(meanOf(Float64Array.of(NaN))).toBeNaN();
  expect([...presentValues(values)]).toEqual([4, 1]);
});

describe('orderBy', () => {
  const ties = fc.constantFrom(0, -0, 1, 2, -1, -2.5, 0.1, 1e-300, 2 ** 40, 2 ** 40 + 1, -(2 ** 52), Infinity, -Infinity, NaN);

  test('is a stable sort of all doubles, NaN last', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(ties, fc.double()), { maxLength: 20 }), (keys) => {
        const rank = (key: number) => (Number.isNaN(key) ? 1 : 0);
        const compare = (a: number, b: number) => (a < b ? -1 : a > b ? 1 : rank(a) - rank(b));
        const expected = keys.map((_, row) => row).sort((a, b) => compare(keys[a], keys[b]) || a - b);
        expect([...orderBy(Float64Array.from(keys))]).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });
});

describe('jainIndex', () => {
  test.each([
    // Jain's worked example: measured throughputs 50, 30, 50 where 50, 10, 10 would be fair.
    { values: [50 / 50, 30 / 10, 50 / 10], expected: 81 / 105 },
    // Jain, Chiu & Hawe 1984: k of n users get the same and the others nothing -> k / n.
    { values: [3, 3, 0, 0, 0], expected: 2 / 5 },
    { values: [7, 7, 7], expected: 1 },
    { values: [2, NaN, 2], expected: 1 },
  ])('$values: $expected', ({ values, expected }) => {
    expect(jainIndex(Float64Array.from(values))).toBeCloseTo(expected, 12);
  });

  test('nobody, and nothing to share, have no index', () => {
    expect(jainIndex(new Float64Array(0))).toBeNaN();
    expect(jainIndex(new Float64Array(3))).toBeNaN();
  });
});

test('MaximumTable answers as a scan of all that was put in does', () => {
  const cell = fc.record({ row: few, column: few, value: few });
  fc.assert(
    fc.property(fc.array(cell), few, few, (cells, row, column) => {
      const table = new MaximumTable(6, 6);
      for (const put of cells) table.raise(put.row, put.column, put.value);
      const below = cells.filter((put) => put.row <= row && put.column <= column);
      expect(table.maximum(row, column)).toBe(Math.max(...below.map((put) => put.value)));
    }),
  );
});
