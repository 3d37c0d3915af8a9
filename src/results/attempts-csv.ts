import { attemptTime } from '../attempt-time.ts';
import type { Schedule } from '../schedule.ts';
import { jobId } from '../workload.ts';
import type { Workload } from '../workload.ts';
import { csvSeconds, csvText } from './csv.ts';

export const ATTEMPTS_HEADER = 'job,start_s,end_s,why,kept_s';

/** By the values of `Attempts.why`. */
const WHY = ['preempted', 'node-failed', 'suspended'] as const;

/**
 * attempts.csv: a row for each run that was interrupted, in the order in which they were; then, by the rows of the
 * workload, the run that ended each of these jobs (`ended`).
 */
export function* attemptsCsv(workload: Workload, schedule: Schedule): Generator<string> {
  const { attempts, lastStart, end } = schedule;
  const row = (job: number, from: number, until: number, why: string, kept: number) =>
    `${csvText(jobId(workload, job))},${seconds(from)},${seconds(until)},${why},${csvSeconds(kept)}\n`;
  const seconds = (time: number) => csvSeconds(workload.origin + time);
  yield `${ATTEMPTS_HEADER}\n`;
  const time = attemptTime(workload, schedule);
  for (let at = 0; at < attempts.count; at++) {
    // Of jobs whose GPUs change, work and time are two things: see `AttemptTime`.
    const isResized = schedule.resized !== undefined && schedule.resized.held[attempts.job[at]] > 0;
    const kept = isResized ? time.usefulFor[at] : time.kept[at] - time.tookBack[at];
    yield row(attempts.job[at], attempts.start[at], attempts.end[at], WHY[attempts.why[at]], kept);
  }
  const interrupted = new Set(attempts.job.subarray(0, attempts.count));
  for (const job of [...interrupted].sort((a, b) => a - b)) {
    // Cancelled in the queue, or not over: no run of it has ended it.
    if (Number.isNaN(end[job]) || Number.isNaN(lastStart[job])) continue;
    yield row(job, lastStart[job], end[job], 'ended', end[job] - lastStart[job]);
  }
}
