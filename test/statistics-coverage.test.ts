// A short run; test/bench/statistics-coverage.ts measures with many more repetitions.
import { expect, test } from 'vitest';
import { CASES, coverageOf, naiveCoverage } from './statistics-coverage.ts';

const REPETITIONS = 200;
const FEW_REPETITIONS = 60;
const RESAMPLES = 600;

/** The seeds are fixed, so this is no matter of luck; but so few repetitions are off by so much [ratio]. */
const allowance = (repetitions: number) => 2.5 * Math.sqrt((0.05 * 0.95) / repetitions);

test.each(CASES)('$name: the interval at 95 % covers the truth about that often', (one) => {
  const [low, high] = one.between ?? [0.92, 0.98];
  const repetitions = one.slow ? FEW_REPETITIONS : REPETITIONS;
  const { covered, claimed, without } = coverageOf(one, repetitions, RESAMPLES);
  expect(without).toBe(0);
  expect(covered).toBeGreaterThan(low - allowance(repetitions));
  expect(covered).toBeLessThan(high + allowance(repetitions));
  if (!Number.isNaN(claimed)) expect(claimed).toBeLessThan(0.05 + allowance(repetitions));
});

test('what batches are for: with each job as an observation the truth is missed most of the time', () => {
  expect(naiveCoverage(REPETITIONS)).toBeLessThan(0.5);
});
