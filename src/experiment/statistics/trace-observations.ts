import { orderBy } from '../../metrics/order.ts';
import { quantiles } from '../../metrics/quantiles.ts';
import { wideningOf } from './autocorrelation.ts';
import { chooseBatchCount, SMALLEST_BATCH } from './batch-count.ts';
import { batchMeans, batchQuantiles } from './batches.ts';
import { differences, meanOf } from './moments.ts';
import { NO_WIDENING } from './observations.ts';
import type { Observations } from './observations.ts';
import type { TraceSample } from './sample.ts';
import { steadyRows } from './steady.ts';
import type { TraceOptions } from './verdict.ts';

/** Values of a batch that must lie beyond a quantile for it to mean something. */
const BEYOND_QUANTILE = 10;

/** The jobs that have a value under both policies, in order of submission. */
interface Jobs {
  readonly submit: Float64Array;
  readonly baseline: Float64Array;
  readonly other: Float64Array;
}

/**
 * Splits one long trace into batches of consecutive jobs. Jobs near to each other wait for the same reasons, so that
 * taking each job as an observation would make up certainty; batches that are long enough are nearly independent.
 * Sources: batch means as in Law, "Simulation Modeling and Analysis", 2015, section 9.5.3; quantiles by sectioning,
 * Asmussen & Glynn, "Stochastic Simulation", 2007, section III.5a, and Nakayama, ACM TOMACS 24(4), 2014.
 */
export function traceObservations(baseline: TraceSample, other: TraceSample, options: TraceOptions = {}): Observations {
  const warnings: string[] = [];
  const all = withValues(baseline, other, warnings);
  const steady = steadyRows(all.submit, [all.baseline, all.other], options);
  warnUnsettled(steady, warnings);
  const jobs = {
    baseline: all.baseline.subarray(steady.from, steady.until),
    other: all.other.subarray(steady.from, steady.until),
  };
  const { of = 'mean' } = options;
  const whole = (values: Float64Array) => (of === 'mean' ? meanOf(values) : quantiles(values.slice(), [of])[0]);
  const value = { baseline: whole(jobs.baseline), other: whole(jobs.other) };
  const columnsOf = (batches: number) => ({
    baseline: of === 'mean' ? batchMeans(jobs.baseline, batches) : batchQuantiles(jobs.baseline, batches, of),
    other: of === 'mean' ? batchMeans(jobs.other, batches) : batchQuantiles(jobs.other, batches, of),
  });
  const seriesOf = (batches: number) => seriesToTest(columnsOf(batches), value.other / value.baseline);
  const smallest = of === 'mean' ? SMALLEST_BATCH : Math.ceil(BEYOND_QUANTILE / Math.min(of, 1 - of));
  const { batches, independent } = chooseBatchCount(jobs.baseline.length, smallest, seriesOf);
  warnBatches(batches, independent, jobs.baseline.length, smallest, warnings);
  const [difference, change] = seriesOf(batches);
  return {
    kind: 'batches',
    ...columnsOf(batches),
    baselineValue: value.baseline,
    otherValue: value.other,
    centre: of === 'mean' ? 'mean' : 'sections',
    widening: batches === 0 ? NO_WIDENING : { difference: wideningOf(difference), change: wideningOf(change) },
    independent: independent || batches === 0,
    withoutStart: steady.from > 0,
    more: 'trace',
    rule: `${steady.rule}; ${batchRule(jobs.baseline.length, batches)}`,
    warnings,
  };
}

/** What the intervals are made of: differences, and what the change of each batch is off the overall change. */
function seriesToTest({ baseline, other }: Omit<Jobs, 'submit'>, ratio: number): Float64Array[] {
  const residuals = other.map((value, batch) => value - (Number.isFinite(ratio) ? ratio : 1) * baseline[batch]);
  return [differences(baseline, other), residuals];
}

function withValues(baseline: TraceSample, other: TraceSample, warnings: string[]): Jobs {
  const count = baseline.values.length;
  if (other.values.length !== count || baseline.submit.length !== count)
    throw new Error(`the samples hold ${count} and ${other.values.length} jobs: rows must be the same jobs`);
  const left = { baseline: 0, other: 0, both: 0 };
  const rows = orderBy(baseline.submit).filter((row) => {
    const here = Number.isFinite(baseline.values[row]) && Number.isFinite(baseline.submit[row]);
    const there = Number.isFinite(other.values[row]);
    if (!here || !there) left[here ? 'other' : there ? 'baseline' : 'both']++;
    return here && there;
  });
  const leftOut = left.baseline + left.other + left.both;
  if (leftOut > 0) {
    warnings.push(
      `left out ${leftOut} of ${count} jobs without a value: ${left.both} under both policies, ${left.baseline} only under ${baseline.label}, ${left.other} only under ${other.label}`,
    );
  }
  const pick = (values: Float64Array) => Float64Array.from(rows, (row) => values[row]);
  return { submit: pick(baseline.submit), baseline: pick(baseline.values), other: pick(other.values) };
}

function batchRule(jobs: number, batches: number): string {
  if (batches === 0) return `${jobs} jobs are too few for batches`;
  const size = Math.floor(jobs / batches);
  const sizes = jobs % batches === 0 ? size : `${size} or ${size + 1}`;
  return `${batches} batches of ${sizes} consecutive jobs are the observations, intervals are widened by what correlation is left`;
}

function warnUnsettled({ from, mser, settled }: { from: number; mser: number; settled: boolean }, warnings: string[]): void {
  if (!settled) warnings.push('MSER-5 finds no end of the warm-up in the first half of the trace: it may be too short to settle');
  else if (mser > from) warnings.push(`MSER-5 would leave out ${mser} jobs at the start, the rule leaves out ${from}`);
}

function warnBatches(batches: number, independent: boolean, jobs: number, smallest: number, warnings: string[]): void {
  if (batches === 0) warnings.push(`${jobs} jobs are too few for 10 batches of ${smallest}: there is no interval`);
  else if (!independent) warnings.push(`even ${batches} batches are correlated: the interval is likely too narrow`);
}
