/** How long a real scheduler takes until a job runs that nothing keeps waiting. */
import type { JobTable } from '../../results/job-table.ts';
import { matchJobs } from './matched-jobs.ts';

/** The longest of them waited for room all the same, as others ended late: such a share is left out. */
const TAIL = 0.05;

/**
 * The live waits of the jobs that start at once in the simulation: hearing of them, deciding, binding and starting them [ms of
 * the workload]. A job that waits for room tells nothing of it.
 */
export function reactionTimes(simulated: JobTable, live: JobTable): number[] {
  const { ids, rowA, rowB } = matchJobs(simulated, live);
  const waits = Array.from(ids, (_, index) => index)
    .filter((index) => simulated.wait[rowA[index]] === 0)
    .map((index) => live.wait[rowB[index]])
    .filter((wait) => !Number.isNaN(wait));
  return waits.sort((a, b) => a - b).slice(0, waits.length - Math.floor(waits.length * TAIL));
}

/** From the least to the greatest, evenly spaced; none of none. */
export function quantilesOf(values: readonly number[], count: number): number[] {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0) return [];
  return Array.from({ length: count }, (_, index) => {
    const at = (index / (count - 1)) * (sorted.length - 1);
    const below = Math.floor(at);
    const high = sorted[Math.min(below + 1, sorted.length - 1)];
    return sorted[below] + (high - sorted[below]) * (at - below);
  });
}
