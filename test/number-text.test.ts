// Sentences of verdicts and tables of pages tell one duration in one way.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { figureText } from '../src/experiment/statistics/numbers.ts';
import { quantity } from '../src/report/number-text.ts';

test('a duration of a minute or more is the same text in a sentence and in a table', () => {
  expect([figureText(67248.9, 's'), quantity(67248.9, 's')]).toEqual(['18 h 40 min', '18 h 40 min']);
  fc.assert(
    fc.property(fc.double({ min: 60, max: 1e7, noNaN: true }), (seconds) => {
      expect(figureText(seconds, 's')).toBe(quantity(seconds, 's'));
    }),
  );
});
