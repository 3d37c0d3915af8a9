import { expect, test } from 'vitest';
import { welch } from '../src/experiment/statistics/welch.ts';

// "Student's sleep data", as t.test(extra ~ group, data = sleep) of R 4 has it: -3.3654832 to 0.2054832, of the first less the second.
test('is what R says of the sleep of ten patients', () => {
  const first = Float64Array.of(0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0);
  const second = Float64Array.of(1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4);
  const { difference, halfWidth } = welch(first, second);
  expect(difference).toBeCloseTo(1.58, 10);
  expect(difference - halfWidth).toBeCloseTo(-0.2054832, 6);
  expect(difference + halfWidth).toBeCloseTo(3.3654832, 6);
});

test('knows no width of a single value, and none of values without any spread', () => {
  expect(welch(Float64Array.of(1), Float64Array.of(2, 3)).halfWidth).toBeNaN();
  expect(welch(Float64Array.of(1, 1), Float64Array.of(2, 2))).toEqual({
    difference: 1,
    halfWidth: 0,
  });
});
