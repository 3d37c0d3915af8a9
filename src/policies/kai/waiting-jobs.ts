/** Jobs with pods that wait. Source: pkg/scheduler/actions/utils/input_jobs.go (KAI-Scheduler v0.13.0). */
import type { Candidate } from './candidate.ts';
import type { Session } from './session.ts';

/** Those of which enough pods are there. */
export function pendingCandidates({ groups }: Session): Candidate[] {
  return groups.filter((group) => group.pendingTasks > 0 && group.isReady).map((group) => ({ group }));
}
