import { usageError } from '../../errors.ts';
import type { ParameterSpecs, Parameters } from '../../parameters.ts';
import type { Random } from '../../random.ts';
import { DAY, HOUR, SECOND } from '../../units.ts';

export const RUNTIME_PARAMETERS = {
  runtime: {
    summary:
      'Distribution of run times: lognormal or hyperexponential (with runtime-mean and runtime-cv), pareto (bounded, with runtime-shape) or gavel (two log-uniform stages between 32 min and 7 days).',
    type: 'choice',
    choices: ['lognormal', 'hyperexponential', 'pareto', 'gavel'],
    default: 'lognormal',
  },
  'runtime-mean': { summary: 'Mean run time before the bounds cut it.', type: 'duration', default: 2 * HOUR, min: SECOND },
  'runtime-cv': {
    summary: 'Standard deviation over mean of the run times before the bounds cut it; hyperexponential needs 1 or more.',
    type: 'number',
    default: 2,
    min: 0,
    max: 100,
  },
  'runtime-shape': {
    summary: 'Tail exponent of pareto: the smaller, the heavier the tail.',
    type: 'number',
    default: 1.1,
    min: 0.05,
    max: 20,
  },
  'runtime-min': { summary: 'Shortest run time; shorter ones are drawn again.', type: 'duration', default: SECOND, min: SECOND },
  'runtime-max': { summary: 'Longest run time; longer ones are drawn again.', type: 'duration', default: 2 * DAY, min: SECOND },
} as const satisfies ParameterSpecs;

/** So often a run time may fall outside the bounds before we say that they do not fit the distribution. */
const MOST_REDRAWS = 100_000;

/** Draws run times [s], whole seconds. */
export function runtimesOf(parameters: Parameters): (random: Random) => number {
  const min = Math.ceil(Number(parameters['runtime-min']) / SECOND);
  const max = Math.floor(Number(parameters['runtime-max']) / SECOND);
  if (min > max) throw usageError(`${min} s is above runtime-max`, 'runtime-min', 'it has to be the smaller one');
  const draw = distribution(parameters, min, max);
  return (random) => {
    for (let tries = 0; tries < MOST_REDRAWS; tries++) {
      const runtime = Math.round(draw(random));
      if (runtime >= min && runtime <= max) return runtime;
    }
    throw usageError(
      `hardly a run time falls between ${min} s and ${max} s`,
      'runtime-mean',
      'widen runtime-min and runtime-max, or move the mean between them',
    );
  };
}

function distribution(parameters: Parameters, min: number, max: number): (random: Random) => number {
  const mean = Number(parameters['runtime-mean']) / SECOND;
  const cv = Number(parameters['runtime-cv']);
  switch (parameters['runtime']) {
    case 'hyperexponential':
      return hyperexponential(mean, cv);
    case 'pareto':
      return boundedPareto(Number(parameters['runtime-shape']), min, max);
    case 'gavel':
      return gavel;
    default:
      return lognormal(mean, cv);
  }
}

function lognormal(mean: number, cv: number): (random: Random) => number {
  const variance = Math.log(1 + cv * cv);
  const median = Math.log(mean) - variance / 2;
  return (random) => Math.exp(random.normal(median, Math.sqrt(variance)));
}

/** Two exponentials with balanced means: each makes up half of the total time (the usual choice for two moments). */
function hyperexponential(mean: number, cv: number): (random: Random) => number {
  if (cv < 1)
    throw usageError(
      `${cv} is below 1`,
      'runtime-cv',
      'hyperexponential run times vary more than exponential ones; take lognormal',
    );
  const often = (1 + Math.sqrt((cv * cv - 1) / (cv * cv + 1))) / 2;
  return (random) => {
    const share = random.uniform() < often ? often : 1 - often;
    return random.exponential(mean / (2 * share));
  };
}

function boundedPareto(shape: number, min: number, max: number): (random: Random) => number {
  const beyond = (min / max) ** shape;
  return (random) => min * (1 - random.uniform() * (1 - beyond)) ** (-1 / shape);
}

/**
 * Source: Narayanan et al., Gavel, OSDI 2020 (scheduler/utils.py): 60 * 10^u seconds, u uniform in 1.5 to 3 with
 * probability 0.8, otherwise in 3 to 4.
 */
function gavel(random: Random): number {
  const short = random.uniform() < 0.8;
  return 60 * 10 ** (short ? 1.5 + 1.5 * random.uniform() : 3 + random.uniform());
}
