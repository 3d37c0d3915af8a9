import type { ParameterSpecs, Parameters } from '../../parameters.ts';
import { randomStream } from '../../random.ts';
import { HOUR, SECOND } from '../../units.ts';
import type { Workload } from '../../workload.ts';
import { popularEstimates } from './tsafrir-bins.ts';
import { matchEstimates } from './tsafrir-match.ts';

export const ESTIMATE_PARAMETERS = {
  estimates: {
    summary:
      'What users ask for: none, exact (the run time), factor (the run time times a factor drawn between 1 and estimate-factor) or tsafrir (few popular round values, Tsafrir et al. 2005).',
    type: 'choice',
    choices: ['none', 'exact', 'factor', 'tsafrir'],
    default: 'none',
  },
  'estimate-factor': { summary: 'Largest factor of estimates=factor [ratio].', type: 'number', default: 5, min: 1 },
  'max-estimate': {
    summary:
      'Longest estimate that the machine allows; longer run times are cut to it. 0s = a round time that the longest job fits into (estimates=tsafrir), or none.',
    type: 'duration',
    default: 0,
    min: 0,
  },
} as const satisfies ParameterSpecs;

/**
 * The same jobs with walltimes as users ask for them (`ESTIMATE_PARAMETERS`). No estimate is below the run time;
 * run times above `max-estimate` are cut to it, for that is when the machine would kill the job.
 */
export function addEstimates(workload: Workload, parameters: Parameters, seed: number | string): Workload {
  const kind = parameters['estimates'];
  if (kind === 'none' || workload.count === 0) return workload;
  const asked = Number(parameters['max-estimate']);
  const longest = asked > 0 ? asked : kind === 'tsafrir' ? roundLimit(workload.runtime) : Infinity;
  const runtime = workload.runtime.map((time) => Math.min(time, longest));
  if (kind === 'exact') return { ...workload, runtime, walltime: runtime.slice() };
  if (kind === 'factor') {
    const random = randomStream(seed, 'generate/estimates/factors');
    const spread = Number(parameters['estimate-factor']) - 1;
    const walltime = runtime.map((time) => Math.min(longest, wholeSeconds(time * (1 + spread * random.uniform()))));
    return { ...workload, runtime, walltime };
  }
  const bins = popularEstimates(workload.count, longest / SECOND, {
    head: randomStream(seed, 'generate/estimates/head'),
    tail: randomStream(seed, 'generate/estimates/tail'),
  });
  return { ...workload, runtime, walltime: matchEstimates(runtime, bins, randomStream(seed, 'generate/estimates/matching')) };
}

function wholeSeconds(time: number): number {
  return Math.ceil(time / SECOND) * SECOND;
}

/** Time limits that machines have [h]; longer ones are whole days. */
const LIMITS = [1, 2, 4, 6, 8, 12, 18, 24, 36, 48];

function roundLimit(runtime: Float64Array): number {
  let longest = 0;
  for (const time of runtime) if (time > longest) longest = time;
  const limit = LIMITS.find((hours) => hours * HOUR >= longest);
  return limit !== undefined ? limit * HOUR : Math.ceil(longest / (24 * HOUR)) * 24 * HOUR;
}
