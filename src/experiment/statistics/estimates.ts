import { randomStream } from '../../random.ts';
import type { Demands } from './assessment.ts';
import {
  bcaCorrections,
  bcaInterval,
  bootstrapTInterval,
  expandedConfidence,
  jackknife,
  NO_INTERVAL,
  replicates,
  studentizedReplicates,
} from './bootstrap.ts';
import type { ErrorOf, Interval } from './bootstrap.ts';
import { shortNumber } from './numbers.ts';
import type { Observations } from './observations.ts';
import { studentInterval } from './paired-t.ts';
import type { Statistic } from './statistic.ts';
import type { Estimate, IntervalMethod } from './verdict.ts';

/** Fewer observations have too few different resamples for any bootstrap. */
const FEWEST_FOR_BOOTSTRAP = 8;

/** Of fewer observations BCa covers too little; test/bench/statistics-coverage.ts measures it. */
const FEWEST_FOR_BCA = 30;

/**
 * Pairs that lean further than this have a long tail, which a sample seldom holds: intervals cover too little. They get
 * bootstrap-t, which leans with the data, at a confidence that leaves only this part of the usual rest outside. Both
 * numbers were measured (test/bench/statistics-coverage.ts), no theory gives them.
 */
const LONG_TAIL = 1;
const REST_OF_LONG_TAIL = 0.6;

/** Beyond this an interval of so few observations is not to be relied on, whatever is done. */
export const HEAVY_TAIL = 2;

/** A number that wants an interval. */
export interface Estimated {
  readonly name: 'difference' | 'change';
  readonly value: number;
  /** Its standard error, as if observations were independent. */
  readonly error: number;
  /** Of what the error is made of. */
  readonly skewness: number;
  /** The factor on the interval for those that are not. */
  readonly widening: number;
  /** The value cannot be less: nothing falls by more than all of it. */
  readonly least: number;
  readonly statistic: Statistic;
  readonly errorOf: ErrorOf;
}

/** An interval and its name. */
interface Made {
  readonly interval: Interval;
  readonly method: string;
}

/** Makes the interval of a number, or says why there is none. */
export function estimateOf(estimated: Estimated, observations: Observations, demands: Demands, purpose: string): Estimate {
  const { value, error, widening, least } = estimated;
  const { confidence } = demands;
  const count = observations.baseline.length;
  const none = (reason: string): Estimate => ({ value, ...NO_INTERVAL, confidence, method: `none: ${reason}` });
  if (Number.isNaN(value)) return none('the value is not defined');
  if (count < 2) return none('fewer than two observations');
  // Without any spread an interval would have no width, as if all were known.
  if (!(error > 10 * Number.EPSILON * Math.abs(value))) return none('all observations say the same');
  const { interval, method } = intervalOf(estimated, observations, demands, purpose);
  const { low, high } = stretched(interval, value, widening);
  return { value, low: Math.max(least, low), high, confidence, method };
}

function intervalOf(estimated: Estimated, { centre, baseline, kind }: Observations, demands: Demands, purpose: string): Made {
  const count = baseline.length;
  if (centre === 'sections')
    return { ...student(estimated, count, demands), method: 't around the value of the whole (sectioning)' };
  const hasTail = kind === 'pairs' && demands.interval === undefined && Math.abs(estimated.skewness) > LONG_TAIL;
  const wanted = demands.interval ?? usualMethod(count, hasTail);
  const stream = () => randomStream(demands.seed, `${purpose}/${estimated.name}`);
  if (wanted === 'bootstrap-t') {
    const made = bootstrapT(estimated, count, { ...demands, hasTail }, stream);
    if (made) return made;
  }
  if (wanted !== 't') {
    const made = bca(estimated, count, demands, stream);
    if (made) return made;
  }
  return student(estimated, count, demands);
}

function usualMethod(count: number, hasTail: boolean): IntervalMethod {
  if (count < FEWEST_FOR_BOOTSTRAP) return 't';
  return count < FEWEST_FOR_BCA || hasTail ? 'bootstrap-t' : 'bca';
}

type Stream = () => ReturnType<typeof randomStream>;

function bootstrapT(
  { statistic, errorOf, value, error, skewness }: Estimated,
  count: number,
  { resamples, confidence, hasTail }: Demands & { readonly hasTail: boolean },
  stream: Stream,
): Made | undefined {
  const asked = hasTail ? 1 - REST_OF_LONG_TAIL * (1 - confidence) : confidence;
  const studentized = studentizedReplicates(statistic, errorOf, value, { count, resamples, random: stream() });
  const interval = bootstrapTInterval(studentized, value, error, asked);
  if (Number.isNaN(interval.low)) return undefined;
  const tail = hasTail ? `, at ${shortNumber(100 * asked)} % for a long tail (skewness ${shortNumber(skewness)})` : '';
  return { interval, method: `bootstrap-t with ${resamples} resamples${tail}` };
}

function bca(
  { statistic, value }: Estimated,
  count: number,
  { resamples, confidence }: Demands,
  stream: Stream,
): Made | undefined {
  const sorted = replicates(statistic, count, resamples, stream());
  const corrections = bcaCorrections(sorted, value, jackknife(statistic, count));
  const interval = bcaInterval(sorted, corrections, expandedConfidence(confidence, count));
  if (Number.isNaN(interval.low)) return undefined;
  return { interval, method: `bootstrap BCa with ${resamples} resamples, expanded for ${count} observations` };
}

function student({ value, error }: Estimated, count: number, { confidence }: Demands): Made {
  return { interval: studentInterval(value, error, count - 1, confidence), method: `t with ${count - 1} degrees of freedom` };
}

function stretched({ low, high }: Interval, centre: number, factor: number): Interval {
  // Without this test rounding would move the ends of what is not stretched.
  if (factor === 1) return { low, high };
  return { low: centre + factor * (low - centre), high: centre + factor * (high - centre) };
}
