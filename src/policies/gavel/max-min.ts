import { LinearProgram, linearSolver } from '../../linear-program.ts';
import type { Allocate, Shareholders } from './allocation.ts';

/**
 * The least of what jobs get is as large as it can be. What a job gets is its speed, against that with an equal part of all GPUs,
 * times its GPUs. Source: stanford-futuredata/gavel, scheduler/policies/max_min_fairness.py (MaxMinFairnessPolicyWithPerf). Of the
 * allocations that are as good, one amidst all of them: the interior-point method there (ECOS) ends in such a one.
 */
export const maxMin: Allocate = (state) => {
  const { jobs, widths, speeds, weights } = state;
  const equal = equalParts(state);
  const values = jobs.map((_, at) => {
    const normal = speeds[at].reduce((sum, speed, type) => sum + speed * equal[type], 0) * weights[at];
    return speeds[at].map((speed) => (speed * widths[at]) / normal);
  });
  return bestOfWorst(state, values)?.parts ?? nothing(state);
};

/** Of each type the same part of time for every job; the sum over the types is 1. */
function equalParts({ workers }: Shareholders): Float64Array {
  const all = workers.reduce((sum, count) => sum + count, 0);
  return workers.map((count) => (all === 0 ? 0 : count / all));
}

/** Parts of time for which the least of `values` times parts is as large as can be. Undefined if it has no bound. */
export function bestOfWorst(state: Shareholders, values: readonly Float64Array[]) {
  const { jobs, widths, workers } = state;
  const program = new LinearProgram();
  const types = workers.length;
  const worst = program.variable(1);
  const first = jobs.map(() => Array.from(workers, () => program.variable(0, 1))[0]);
  for (let at = 0; at < jobs.length; at++) {
    const own = Array.from(workers, (_, type) => first[at] + type);
    program.row(0, Infinity, [...own, worst], [...values[at], -1]);
    program.row(-Infinity, 1, own, Array<number>(types).fill(1));
  }
  workers.forEach((count, type) => {
    const users = first.map((index) => index + type);
    program.row(-Infinity, count, users, widths);
  });
  const found = linearSolver().solve(program, 'amidst');
  if (found === undefined) return undefined;
  const within = (part: number) => Math.min(1, Math.max(0, part));
  return { worst: found[worst], parts: first.map((index) => found.slice(index, index + types).map(within)) };
}

export function nothing({ jobs, workers }: Shareholders): Float64Array[] {
  return jobs.map(() => new Float64Array(workers.length));
}
