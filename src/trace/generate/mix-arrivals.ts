import type { ParameterSpecs, Parameters } from '../../parameters.ts';
import type { Random } from '../../random.ts';
import { DAY, SECOND } from '../../units.ts';
import { BUCKET, BUCKETS_IN_DAY, CycleClock, normalised } from './cycle-clock.ts';
import { DrawnColumn } from './drawn-column.ts';
import { gammaFunction } from './gamma-cdf.ts';
import { cycleWeights, UNTYPED } from './lublin-model.ts';

const DAYS_IN_WEEK = 7;
const WORK_DAYS = 5;

export const ARRIVAL_PARAMETERS = {
  gap: {
    summary: 'Mean time between submissions, where no load is asked for.',
    type: 'duration',
    default: 60 * SECOND,
    min: 1,
    max: 365 * DAY,
  },
  arrivals: {
    summary: 'Distribution of the gaps: poisson (exponential), weibull or gamma (with arrival-shape).',
    type: 'choice',
    choices: ['poisson', 'weibull', 'gamma'],
    default: 'poisson',
  },
  'arrival-shape': {
    summary: 'Shape of weibull and gamma gaps: 1 is poisson, below 1 comes in bursts.',
    type: 'number',
    default: 0.5,
    min: 0.05,
    max: 20,
  },
  burst: {
    summary: 'Mean number of equal-sized jobs that one user submits at the same instant (geometric).',
    type: 'number',
    default: 1,
    min: 1,
    max: 1e4,
  },
  cycle: {
    summary:
      'none, daily (day shape of Lublin and Feitelson) or weekly (the same with quieter weekends; time 0 is Monday, midnight).',
    type: 'choice',
    choices: ['none', 'daily', 'weekly'],
    default: 'daily',
  },
  weekend: {
    summary: 'Rate of arrivals on Saturday and Sunday, relative to the other days.',
    type: 'number',
    default: 0.5,
    min: 0.01,
    max: 10,
  },
} as const satisfies ParameterSpecs;

/** Jobs that come together. */
export interface Bursts {
  /** Number of the submission a job came with. */
  readonly submission: DrawnColumn;
  /** Time since the job before it [points of the clock]: 0 within a submission. */
  readonly gap: DrawnColumn;
}

/** Submissions of one or more jobs, with renewal gaps between them. */
export function drawBursts(parameters: Parameters, streams: { gaps: Random; bursts: Random }): Bursts {
  const gap = gapOf(parameters, streams.gaps);
  const more = 1 - 1 / Number(parameters['burst']);
  let submission = -1;
  let starts = true;
  const of = new DrawnColumn(() => {
    if (starts) submission++;
    starts = more === 0 || streams.bursts.uniform() >= more;
    return submission;
  });
  return {
    submission: of,
    gap: new DrawnColumn((row) => (row > 0 && of.at(row) === of.at(row - 1) ? 0 : gap())),
  };
}

/** Gaps with the mean that `gap` says [points: mean gap over the length of a bucket]. */
function gapOf(parameters: Parameters, random: Random): () => number {
  const mean = Number(parameters['gap']) / SECOND / BUCKET;
  const shape = Number(parameters['arrival-shape']);
  switch (parameters['arrivals']) {
    case 'weibull': {
      const scale = mean / gammaFunction(1 + 1 / shape);
      return () => random.weibull(shape, scale);
    }
    case 'gamma':
      return () => random.gamma(shape, mean / shape);
    default:
      return () => random.exponential(mean);
  }
}

/** A clock for the cycle that was asked for, from Monday midnight. */
export function cycleClock(parameters: Parameters): () => CycleClock {
  const weights = weightsOf(parameters);
  return () => new CycleClock(weights);
}

function weightsOf({ cycle, weekend }: Parameters): Float64Array {
  if (cycle === 'none') return Float64Array.of(1);
  const day = cycleWeights(UNTYPED);
  if (cycle === 'daily') return day;
  return normalised(
    Float64Array.from({ length: DAYS_IN_WEEK * BUCKETS_IN_DAY }, (_, bucket) => {
      const isWeekend = Math.floor(bucket / BUCKETS_IN_DAY) >= WORK_DAYS;
      return day[bucket % BUCKETS_IN_DAY] * (isWeekend ? Number(weekend) : 1);
    }),
  );
}
