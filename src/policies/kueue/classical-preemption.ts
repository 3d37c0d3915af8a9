/**
 * Preemption without fair sharing: victims are taken in order until the preemptor fits, then as many as possible are
 * spared.
 * Source: pkg/scheduler/preemption/preemption.go, classicalPreemptions (Kueue v0.19.2).
 */
import type { Books } from './books.ts';
import { holdingOf } from './books.ts';
import { collectCandidates } from './classical-candidates.ts';
import type { Candidate, Candidates } from './classical-candidates.ts';
import { fillBack, restore, trialFits } from './preemption-trial.ts';
import type { PreemptionTrial, QueueOf, Target } from './preemption-trial.ts';

export function classicalTargets(trial: PreemptionTrial, books: Books, queueOf: QueueOf, hasBuffer: boolean): Target[] {
  const candidates = collectCandidates(trial, queueOf, hasBuffer);
  for (const mayBorrow of attempts(trial, candidates)) {
    const victims: Target[] = [];
    for (const candidate of candidates.all) {
      if (!isValid(candidate, trial, mayBorrow)) continue;
      books.remove(holdingOf(candidate.workload));
      victims.push(candidate);
      if (trialFits(trial, mayBorrow)) return fillBack(trial, victims, mayBorrow, books);
    }
    restore(victims, books);
  }
  return [];
}

/** Some candidates may go only if nothing is borrowed, so that both ways are tried if there is something to either. */
function attempts({ preemptor, pairs }: PreemptionTrial, { others, reclaimable }: Candidates): readonly boolean[] {
  const { node, object } = preemptor.queue;
  const isForbidden = object.preemption.borrowWithinCohort === undefined;
  const isBelowQuota = [...pairs].every((pair) => node.nominal[pair] > node.usage[pair]);
  if (!others || (isForbidden && !isBelowQuota)) return [true];
  return isForbidden && !reclaimable ? [false, true] : [true, false];
}

/** Other queues need not give up more than they have beyond their quota, nor cohorts on the way to them. */
function isValid(
  { workload, notToBorrow, meeting }: Candidate,
  { preemptor, pairs }: PreemptionTrial,
  mayBorrow: boolean,
): boolean {
  if (workload.queue === preemptor.queue) return true;
  if (mayBorrow && notToBorrow) return false;
  if (workload.queue.node.isWithinQuota(pairs)) return false;
  for (const cohort of workload.queue.node.ancestors()) {
    if (cohort === meeting) break;
    if (cohort.isWithinQuota(pairs)) return false;
  }
  return true;
}
