// The systems say again what was measured of the real ones: every published figure beside that of the model.
import { describe, expect, test } from 'vitest';
import { compareAll, relativeError } from '../src/systems/published/all.ts';
import { bench } from './systems-runs.ts';

/** How far outcomes may be off, in either direction; what was put in must come out within a twentieth. */
const OUTCOMES: Readonly<Record<string, number>> = {
  // A wave of the real one took 15 s longer than the grace period: its deletions go round by the API server.
  'fluence clog: makespan': 0.4,
  // Two jobs of two pods got through; which they are, and so how many, is chance.
  'kube-default clog: completed': 2,
  'cluster ready, median': 0.1,
};
const INPUT = 0.05;
/** Deviations of 200 runs. */
const SPREAD = 0.15;

describe('published figures', () => {
  test.each(compareAll(bench).map((row) => ({ ...row, error: relativeError(row) })))(
    '$system: $what is $published $unit, $kind',
    ({ system, what, error }) => {
      const tolerance = OUTCOMES[`${system} ${what}`] ?? OUTCOMES[what] ?? (what.endsWith('deviation') ? SPREAD : INPUT);
      expect(Math.abs(error)).toBeLessThanOrEqual(tolerance);
    },
  );
});
