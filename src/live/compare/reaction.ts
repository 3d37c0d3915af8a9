/** How long a real scheduler takes until a job runs that nothing keeps waiting. */
import type { JobTable } from '../../results/job-table.ts';
import { matchJobs } from './matched-jobs.ts';

/** A simulated wait that is no longer is none but the scheduler's own time [ms of the workload]. */
const AT_ONCE = 250;
/** The longest of them waited for room all the same, as others ended late: such a share is left out. */
const TAIL = 0.05;

/**
 * The live waits of the jobs that start at once in the simulation: hearing of them, deciding, binding and starting them [ms of
 * the workload]. A job that waits for room tells nothing of it.
 */
export function reactionTimes(simulated: JobTable, live: JobTable): number[] {
  const waits = promptRows(simulated, live)
    .map((row) => live.wait[row])
    .filter((wait) => !Number.isNaN(wait));
  return waits.sort((a, b) => a - b).slice(0, waits.length - Math.floor(waits.length * TAIL));
}

/** By its id: when a job was submitted that starts at once in the simulation [ms]. */
export function promptSubmissions(simulated: JobTable, live: JobTable): ReadonlyMap<string, number> {
  return new Map(promptRows(simulated, live).map((row) => [String(live.ids[row]), live.submit[row]]));
}

function promptRows(simulated: JobTable, live: JobTable): number[] {
  const { rowA, rowB } = matchJobs(simulated, live);
  return [...rowB].filter((_, index) => simulated.wait[rowA[index]] <= AT_ONCE);
}
