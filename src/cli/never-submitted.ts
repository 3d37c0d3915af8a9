import type { JobTable } from '../results/job-table.ts';
import { SECOND } from '../units.ts';
import type { Workload } from '../workload.ts';

/**
 * Why a job has no time of submission; undefined if it has one. With the workload, whose rows are those of the table: whether
 * it was to come only after the end, `until` [ms since the first submission].
 */
export function whyNeverSubmitted(table: JobTable, row: number, workload?: Workload, until = Infinity): string | undefined {
  if (!Number.isNaN(table.submit[row])) return undefined;
  if (workload === undefined) return 'the simulation ended before';
  const { submit, origin } = workload;
  const seconds = (time: number) => `${(origin + time) / SECOND} s`;
  if (submit[row] > until) return `it comes at ${seconds(submit[row])}, and --until ends the simulation at ${seconds(until)}`;
  return 'the simulation ended before what it waits for had come about';
}
