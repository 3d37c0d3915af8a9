import type { ParameterSpecs, Parameters } from '../../parameters.ts';
import type { Extent } from './job-stream.ts';

/** Jobs that are made when neither a number nor days are given. */
const DEFAULT_JOBS = 10_000;
const SECONDS_IN_DAY = 86_400;

export const EXTENT_PARAMETERS = {
  jobs: {
    summary: 'Jobs to make; 0 = as many as arrive in `days`, or 10,000.',
    type: 'integer',
    default: 0,
    min: 0,
    max: 100_000_000,
  },
  days: {
    summary: 'Days of arrivals, counted from the first midnight; 0 = as many as the jobs take.',
    type: 'number',
    default: 0,
    min: 0,
  },
} as const satisfies ParameterSpecs;

/** What of `jobs` and `days` comes first ends the trace. */
export function readExtent(parameters: Parameters): Extent {
  const jobs = Number(parameters['jobs']);
  const days = Number(parameters['days']);
  return {
    jobs: jobs > 0 ? jobs : days > 0 ? Infinity : DEFAULT_JOBS,
    until: days > 0 ? days * SECONDS_IN_DAY : Infinity,
  };
}
