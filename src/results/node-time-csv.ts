import { PURPOSES } from '../node-time.ts';
import type { NodeTime } from '../node-time.ts';
import { jobId } from '../workload.ts';
import type { Workload } from '../workload.ts';
import { csvSeconds, csvText } from './csv.ts';

export const NODE_TIME_HEADER = 'job,purpose,core_s';

/**
 * node-time.csv of a system: what each job's share of the nodes was for, over all managers, in the order of the jobs and
 * of the purposes; to the thousandth, and only what there is. Nodes passed on are told of at each level.
 */
export function* nodeTimeCsv(workload: Workload, { ofJobs }: NodeTime): Generator<string> {
  yield `${NODE_TIME_HEADER}\n`;
  for (let job = 0; job < workload.count; job++) {
    for (let purpose = 0; purpose < PURPOSES.length; purpose++) {
      const coreTime = Math.round(ofJobs[job * PURPOSES.length + purpose] / 1000);
      if (coreTime !== 0) yield `${csvText(jobId(workload, job))},${PURPOSES[purpose]},${csvSeconds(coreTime)}\n`;
    }
  }
}
