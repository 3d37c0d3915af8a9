/**
 * Statistics of experiments: pure functions, no clock, random numbers from named streams only.
 * - `compareRuns(baseline, other, options): Verdict` compares one figure of two policies.
 * - `compareFamily(comparisons, correction?): Verdict[]` compares many and corrects for it: use it for a table.
 * - `splitByWorkload(sample)` takes a sample apart, for one comparison a workload.
 */
export { keyWithoutSeed, pairKey } from './sample.ts';
export type { PairKeyParts, RunSample, Sample, TraceSample } from './sample.ts';
export type {
  CompareOptions,
  ComparedFigure,
  Conclusion,
  EffectSizes,
  Estimate,
  IntervalMethod,
  TestResult,
  TraceOptions,
  Verdict,
} from './verdict.ts';
export { compareFamily, compareRuns } from './compare.ts';
export type { Comparison, Correction } from './compare.ts';
export { splitByWorkload } from './pairing.ts';
export { mser5 } from './mser.ts';
export { steadyRows } from './steady.ts';
export { effectiveSampleSize, overlappingInterval } from './overlapping-batch-means.ts';
export { decideCells } from './decisions.ts';
export type { Decision, DecisionCell } from './decisions.ts';
