import type { Schedule } from '../schedule.ts';
import { jobId } from '../workload.ts';
import type { Workload } from '../workload.ts';
import { csvSeconds, csvText } from './csv.ts';

export const ATTEMPTS_HEADER = 'job,start_s,end_s,why,kept_s';

/** By the values of `Attempts.why`. */
const WHY = ['preempted', 'node-failed', 'suspended'] as const;

/** attempts.csv: a row for each run that was interrupted, in the order in which they were. */
export function* attemptsCsv(workload: Workload, { attempts }: Schedule): Generator<string> {
  const { origin } = workload;
  yield `${ATTEMPTS_HEADER}\n`;
  for (let row = 0; row < attempts.count; row++) {
    const id = csvText(jobId(workload, attempts.job[row]));
    const times = `${csvSeconds(origin + attempts.start[row])},${csvSeconds(origin + attempts.end[row])}`;
    yield `${id},${times},${WHY[attempts.why[row]]},${csvSeconds(attempts.kept[row])}\n`;
  }
}
