import type { PodDisruptionBudget } from '../../kubernetes.ts';
import type { Random } from '../../random.ts';
import type { Attempt } from './attempt.ts';
import type { Behaviour } from './behaviour.ts';
import type { ClientLimits } from './client-limiter.ts';
import type { SchedulerConfiguration } from './configuration.ts';
import type { JobPod } from './job-pod.ts';
import type { Candidate } from './preemption.ts';
import type { CycleSetup, Outcome } from './schedule-pod.ts';
import type { PodInfo } from './pod-info.ts';
import type { SchedulerExtension } from './scheduler-extension.ts';

/** How long things take. */
export interface SchedulerCosts extends ClientLimits {
  /** One attempt to schedule a pod; nothing else is scheduled meanwhile [ms]. */
  readonly attempt: number;
  /** From the call that binds a pod until the API server has told everybody [ms]. */
  readonly bind: number;
  /** Any other call [ms]. */
  readonly call: number;
}

export const NO_COSTS: SchedulerCosts = { attempt: 0, bind: 0, call: 0, qps: 0, burst: 0 };

/** What decides where more than one answer is right. */
export interface Decisions {
  schedule(pod: PodInfo, setup: CycleSetup): Outcome;
  /** One of several candidates that are equally good. */
  candidate(pod: PodInfo, best: readonly Candidate[], random: Random): Candidate;
}

export interface SchedulerSettings {
  readonly behaviour: Behaviour;
  readonly configuration: SchedulerConfiguration;
  readonly budgets: readonly PodDisruptionBudget[];
  readonly random: Random;
  readonly costs: SchedulerCosts;
  /** False: only the preemptor itself heeds its nomination, as if a second scheduler placed all other pods. */
  readonly nominates: boolean;
  /** How long an evicted pod may take to stop [ms]. */
  readonly grace: (pod: JobPod) => number;
  readonly extension?: SchedulerExtension;
  /** When the scheduler was started [ms]: its flushes count from there. */
  readonly started?: number;
  readonly decisions?: Decisions;
  /** Tells the user. */
  readonly warn?: (message: string) => void;
  /** Told of every attempt while the snapshot is still as it was at its beginning. */
  readonly onAttempt?: (attempt: Attempt) => void;
}
