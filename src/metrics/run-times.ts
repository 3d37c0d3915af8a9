import { attemptTime } from '../attempt-time.ts';
import type { Run } from './metric.ts';
import { lastRunStarts } from './spans.ts';

/**
 * How long each job that is over ran to get its work done [ms]: its last run, and what earlier attempts left to it.
 * `end - start` unless it was interrupted. NaN for a job that never ran or is not over.
 */
export function runTimes({ workload, schedule }: Run): Float64Array {
  const { attempts, start, end } = schedule;
  const lastStart = lastRunStarts(schedule);
  const runtime = new Float64Array(schedule.count);
  if (attempts.count > 0) {
    const { usefulFor } = attemptTime(workload, schedule);
    for (let row = 0; row < attempts.count; row++) runtime[attempts.job[row]] += usefulFor[row];
  }
  for (let job = 0; job < schedule.count; job++) {
    if (Number.isNaN(start[job]) || Number.isNaN(end[job])) runtime[job] = NaN;
    // A job that was cancelled while it was back in the queue has no last run.
    else if (!Number.isNaN(lastStart[job])) runtime[job] += end[job] - lastStart[job];
  }
  return runtime;
}
