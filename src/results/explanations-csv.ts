import type { Schedule } from '../schedule.ts';
import { jobId } from '../workload.ts';
import type { Workload } from '../workload.ts';
import { csvSeconds, csvText } from './csv.ts';

export const EXPLANATIONS_HEADER = 'job,time_s,reason';
/** With dates in UTC, where the trace knows on which day its time began. */
export const DATED_HEADER = `${EXPLANATIONS_HEADER},date`;

/** explanations.csv: what the policy said of waiting jobs, whenever its reason changed. */
export function* explanationsCsv(workload: Workload, { explanations }: Schedule): Generator<string> {
  const { origin, epoch } = workload;
  const isDated = !Number.isNaN(epoch);
  yield `${isDated ? DATED_HEADER : EXPLANATIONS_HEADER}\n`;
  for (const { job, time, reason } of explanations) {
    const date = isDated ? `,${new Date(epoch + origin + time).toISOString()}` : '';
    yield `${csvText(jobId(workload, job))},${csvSeconds(origin + time)},${csvText(reason)}${date}\n`;
  }
}
