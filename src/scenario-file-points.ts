/** The parts of a scenario that say which points there are, and what is expected of them. */
import { defined } from './cluster-spec-pool.ts';
import { didYouMean, usageError } from './errors.ts';
import type { ParameterValue } from './parameters.ts';
import type { ExpectText, MatchText, ScenarioText, SweepText } from './scenario-schema.ts';
import type { Expectation, Match, Matrix, Sweep, SweepAxis } from './scenario.ts';
import type { WhereIs } from './yaml-places.ts';

/** The names that other parts of the scenario may speak of. */
export interface KnownNames {
  readonly workload: readonly string[];
  readonly cluster: readonly string[];
  readonly policy: readonly string[];
}

export function matrixOf(given: ScenarioText['matrix'], names: KnownNames, where: WhereIs): Matrix {
  const read = (key: 'only' | 'exclude') =>
    given?.[key]?.map((match, index) => readMatch(match, names, (word) => where(['matrix', key, index, ...word])));
  return { ...defined({ only: read('only') }), exclude: read('exclude') ?? [] };
}

function readMatch(given: MatchText, names: KnownNames, where: (key: string[]) => string): Match {
  for (const key of ['workload', 'cluster', 'policy'] as const) {
    const name = given[key];
    if (name === undefined || names[key].includes(name)) continue;
    // Clusters that workloads declare are known only when these are read.
    if (key === 'cluster' && names.cluster.length === 0) continue;
    throw usageError(`there is no ${key} "${name}" in this scenario`, where([key]), didYouMean(name, names[key]));
  }
  const { workload, cluster, policy } = given;
  return { ...defined({ workload, cluster, policy }), at: where([]) };
}

export function expectationsOf(given: readonly ExpectText[] = [], names: KnownNames, where: WhereIs): Expectation[] {
  return given.map((text, index) => {
    const place = (key: string[]) => where(['expect', index, ...key]);
    const { figure, against, min = -Infinity, max = Infinity } = text;
    if (text.min === undefined && text.max === undefined) {
      throw usageError('it has neither min nor max', place([]), 'write for example max: 3600');
    }
    if (min > max) throw usageError(`min ${min} is above max ${max}`, place(['min']), 'no figure can be in this range');
    if (against !== undefined && !names.policy.includes(against)) {
      throw usageError(`there is no policy "${against}" in this scenario`, place(['against']), didYouMean(against, names.policy));
    }
    return { ...readMatch(text, names, place), figure, figureAt: place(['figure']), ...defined({ against }), min, max };
  });
}

/** Values that an axis can have at most: more are a mistake in the step. */
const MOST = 10_000;

export function sweepOf(given: SweepText, where: WhereIs): Sweep {
  const { method = 'grid', samples, seed = 1 } = given;
  const at = where(['sweep']);
  if (method === 'latin-hypercube' && samples === undefined) {
    throw usageError('a Latin hypercube needs a number of samples', where(['sweep', 'method']), 'write for example samples: 50');
  }
  for (const key of ['samples', 'seed'] as const) {
    if (method !== 'latin-hypercube' && given[key] !== undefined) {
      throw usageError(`${key} is for method: latin-hypercube`, where(['sweep', key]), `leave it out: a ${method} draws nothing`);
    }
  }
  const axes = Object.entries(given.axes).map(([name, values]) => readAxis(name, values, method, where(['sweep', 'axes', name])));
  if (axes.length === 0) throw usageError('it has no axes', where(['sweep', 'axes']), 'write for example load: [0.8, 1.0, 1.2]');
  if (method === 'list') checkEqualLengths(axes);
  return { method, samples: samples ?? 0, seed, axes, at };
}

function checkEqualLengths(axes: readonly SweepAxis[]): void {
  const [first] = axes;
  for (const { name, values, at } of axes) {
    const [length, wanted] = [lengthOf(values), lengthOf(first.values)];
    if (length === wanted) continue;
    const hint = 'give each axis as many values, or write method: grid for all combinations';
    throw usageError(`"${name}" has ${length} values, but "${first.name}" has ${wanted}`, at, hint);
  }
}

function lengthOf(values: SweepAxis['values']): number {
  return 'length' in values ? values.length : 0;
}

function readAxis(name: string, given: SweepText['axes'][string], method: Sweep['method'], at: string): SweepAxis {
  if (Array.isArray(given)) {
    const twice = given.findIndex((value, index) => given.indexOf(value) < index);
    if (twice >= 0 && method === 'grid') throw usageError(`"${name}" has ${String(given[twice])} twice`, at, 'say it once');
    return { name, values: given, at };
  }
  const { from, to, step, scale = 'linear' } = given;
  if (to < from) throw usageError(`"${name}" runs from ${from} down to ${to}`, at, `write from: ${to}, to: ${from}`);
  if (scale === 'log' && from <= 0) throw usageError(`"${name}" begins at ${from}, which has no logarithm`, at, 'begin above 0');
  if (method === 'latin-hypercube') return { name, values: { from, to, step: step ?? 0, scale }, at };
  if (step === undefined) throw usageError(`"${name}" has no step`, at, 'write for example step: 0.1, or list the values');
  if ((to - from) / step > MOST) throw usageError(`"${name}" would have more than ${MOST} values`, at, 'make the step larger');
  return { name, values: stepsOf(from, to, step), at };
}

/** Each is the decimal that a person would write: 0.7, 0.8, 0.9, and not 0.8999999999999999. */
function stepsOf(from: number, to: number, step: number): ParameterValue[] {
  const count = Math.floor((to - from) / step + 1e-9) + 1;
  return Array.from({ length: count }, (_, index) => Number((from + index * step).toPrecision(12)));
}
