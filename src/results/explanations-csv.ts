import type { Schedule } from '../schedule.ts';
import { jobId } from '../workload.ts';
import type { Workload } from '../workload.ts';
import { csvSeconds, csvText } from './csv.ts';

export const EXPLANATIONS_HEADER = 'job,time_s,reason';

/** explanations.csv: what the policy said of waiting jobs, whenever its reason changed. */
export function* explanationsCsv(workload: Workload, { explanations }: Schedule): Generator<string> {
  yield `${EXPLANATIONS_HEADER}\n`;
  for (const { job, time, reason } of explanations) {
    yield `${csvText(jobId(workload, job))},${csvSeconds(workload.origin + time)},${csvText(reason)}\n`;
  }
}
