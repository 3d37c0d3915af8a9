/**
 * How a preemption is carried out, call by call: nominations are cleared, victims are marked and deleted.
 * Source: pkg/scheduler/framework/preemption/executor.go (Kubernetes v1.36.2: prepareCandidateAsync) and
 * preemption.go (v1.26.5: prepareCandidate).
 */
import type { JobPod } from './job-pod.ts';

/** The calls of the API that a preemption needs. Each says when it is over. */
export interface PreemptionCalls {
  /** Takes the nomination of a pod away. */
  clearNomination(pod: JobPod, done: () => void): void;
  /** Marks a victim and deletes it. */
  evict(victim: JobPod, done: () => void): void;
}

/** All victims at once, then the nominations; the scheduler waits for that. */
export function preemptInTurn(
  victims: readonly JobPod[],
  yielding: readonly JobPod[],
  { evict, clearNomination }: PreemptionCalls,
  done: () => void,
): void {
  each(victims, evict, () => each(yielding, clearNomination, done));
}

/** Nominations first, then all victims but the last at once, then the last; the scheduler goes on meanwhile. */
export function preemptAside(
  victims: readonly JobPod[],
  yielding: readonly JobPod[],
  { evict, clearNomination }: PreemptionCalls,
  done: () => void,
): void {
  const rest = () => each(victims.slice(0, -1), evict, () => each(victims.slice(-1), evict, done));
  each(yielding, clearNomination, rest);
}

function each(pods: readonly JobPod[], call: (pod: JobPod, done: () => void) => void, then: () => void): void {
  let left = pods.length;
  if (left === 0) return then();
  for (const pod of pods) {
    call(pod, () => {
      left--;
      if (left === 0) then();
    });
  }
}
