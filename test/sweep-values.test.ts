// In which order the values of an axis stand in charts.
import { expect, test } from 'vitest';
import { byNumberOrText } from '../src/report/sweep-points.ts';

test.each([
  { what: 'numbers', sorted: ['-1', '0.5', '2', '10'] },
  { what: 'durations, whatever their units', sorted: ['0s', '500ms', '5s', '31s', '2min', '120.5s', '1h', '1h30m', '1d'] },
  { what: 'numbers with a unit', sorted: ['64Gi', '128Gi'] },
  { what: 'texts', sorted: ['false', 'log2:1-4', 'log2:16-64', 'true'] },
])('$what stand in their order', ({ sorted }) => {
  expect([...sorted].reverse().sort(byNumberOrText)).toEqual(sorted);
});
