/** Who may preempt whom, and what becomes of the victim: what the plugins of PreemptType answer. */
import type { SlurmPreemptMode } from '../../../slurm.ts';

/** Of a job and the partition that it runs in, or is looked at in. */
export interface PreemptParty {
  readonly job: number;
  /** Index into the partitions. */
  readonly partition: number;
}

export interface PreemptRules {
  /** Whether one waiting job stands before another in the queue because it could preempt it. */
  precedes(first: PreemptParty, second: PreemptParty): boolean;
  /** Whether, of two jobs, the one that precedes the other stands in a partition of a higher tier. */
  readonly precedesByTier: boolean;
  /** Whether there is anybody at all whom it might preempt; false is sure. It is asked for every job that is looked at. */
  mightPreempt(preemptor: PreemptParty): boolean;
  mayPreempt(preemptor: PreemptParty, victim: PreemptParty): boolean;
  /** What is done to the job when it is preempted; `off` = it never is. */
  modeOf(victim: PreemptParty): SlurmPreemptMode['how'];
  /** How long the victim may go on [ms]. */
  graceOf(victim: PreemptParty): number;
  /** Those that count least go first. */
  importanceOf(victim: PreemptParty, nodes: number): number;
}

/** Above this, priorities and numbers of nodes count alike: each has 16 bits of the importance. */
export const MOST = 0xffff;
