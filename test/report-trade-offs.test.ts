// Names of points are written where they can be read: none covers another, and the front is named before others.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { namedPoints } from '../src/report/charts/trade-offs.ts';
import type { TradeOff } from '../src/report/charts/trade-offs.ts';

const point = (label: string, x: number, y: number, onFront = false): TradeOff => ({ label, style: 0, runs: 1, x, y, onFront });
const labelsOf = (points: Iterable<TradeOff>) => [...points].map(({ label }) => label);

test('what lies apart is named, what lies together by the front alone', () => {
  const apart = [point('far', 0, 0), point('away', 1, 1), point('up', 0, 1)];
  expect(labelsOf(namedPoints(apart, 1000)).sort()).toEqual(['away', 'far', 'up']);
  const together = [point('beaten', 0.5, 0.5), point('front', 0.5, 0.5, true), point('far', 0, 0)];
  expect(labelsOf(namedPoints(together, 1000))).toEqual(['front', 'far']);
});

test('nobody goes unnamed unless a name stands in his place', () => {
  const coordinate = fc.nat(6);
  const points = fc.array(fc.record({ x: coordinate, y: coordinate, onFront: fc.boolean() }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(points, fc.constantFrom(390, 1000), (all, width) => {
      const given = all.map(({ x, y, onFront }, at) => point(`system ${at}`, x, y, onFront));
      const named = namedPoints(given, width);
      const places = labelsOf(named).map((label) => given.find((one) => one.label === label)!);
      expect(new Set(places.map(({ x, y }) => `${x} ${y}`)).size).toBe(places.length);
      // The first of those on the front is always named; so is the first of all if there is no front.
      const first = given.find(({ onFront }) => onFront) ?? given[0];
      expect(named.has(first)).toBe(true);
    }),
  );
});
