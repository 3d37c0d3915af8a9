import type { Assignment } from './assignment.ts';
import type { RequeueReason } from './pending-queue.ts';
import type { Target } from './preemption-trial.ts';
import type { Workload } from './workload.ts';

/** The head of a queue in one scheduling cycle. */
export interface Entry {
  readonly workload: Workload;
  /** It waits for those whom it has preempted. */
  readonly isPreemptor: boolean;
  assignment: Assignment;
  targets: readonly Target[];
  isAdmitted: boolean;
  reason: RequeueReason;
  /** Why it waits. */
  message: string;
}
