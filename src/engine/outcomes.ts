/** How jobs end by what their trace says became of them. */
import { CANCELLED, COMPLETED, FAILED, KILLED } from '../schedule.ts';
import { FAILS, IS_CANCELLED, OUTLASTS } from '../workload.ts';
import type { Workload } from '../workload.ts';

/** Whether nothing but its limit ends the job's run. Without a limit, what it had run in the trace is all that is known. */
export function outlasts({ outcome }: Workload, job: number, limit: number): boolean {
  return limit < Infinity && outcome[job] === OUTLASTS;
}

/** How long a job runs if nobody stops it but its limit [ms]; Infinity: until that does. */
export function ownRunTime(workload: Workload, job: number): number {
  return outlasts(workload, job, workload.walltime[job]) ? Infinity : workload.runtime[job];
}

/** What a job is that has come to its end. */
export function stateAtEnd({ outcome }: Workload, job: number): number {
  if (outcome[job] === OUTLASTS) return KILLED;
  if (outcome[job] === FAILS) return FAILED;
  return outcome[job] === IS_CANCELLED ? CANCELLED : COMPLETED;
}
