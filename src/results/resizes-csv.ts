import type { Holdings } from '../schedule.ts';
import { jobId } from '../workload.ts';
import type { Workload } from '../workload.ts';
import { csvSeconds, csvText } from './csv.ts';

export const RESIZES_HEADER = 'job,time_s,cpus,gpus';

/**
 * resizes.csv: what a run held from a time on, where that was not what its job asks for, or changed while it ran; the rows of a job
 * in the order of time. A run of which no row tells held what jobs.csv says.
 */
export function* resizesCsv(workload: Workload, { count, job, time, cpu, gpu }: Holdings): Generator<string> {
  yield `${RESIZES_HEADER}\n`;
  for (let row = 0; row < count; row++) {
    const id = csvText(jobId(workload, job[row]));
    yield `${id},${csvSeconds(workload.origin + time[row])},${cpu[row] / 1000},${gpu[row] / 1000}\n`;
  }
}
