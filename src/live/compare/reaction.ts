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
