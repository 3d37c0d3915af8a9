/**
 * Statistics of experiments: pure functions, no clock, random numbers from named streams only.
 * - `compareRuns(baseline, other, options): Verdict` compares one figure of two policies.
 * - `compareFamily(comparisons, correction?): Verdict[]` compares many and corrects for it: use it for a table.
 */
export { keyWithoutSeed, pairKey } from './sample.ts';
export type { PairKeyParts, RunSample, Sample, TraceSample } from './sample.ts';
export type {
  CompareOptions,
  ComparedFigure,
  Conclusion,
  EffectSizes,
  Estimate,
  TestResult,
  TraceOptions,
  Verdict,
} from './verdict.ts';
export { compareFamily, compareRuns } from './compare.ts';
export type { Comparison } from './compare.ts';
