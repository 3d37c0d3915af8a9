/**
 * Workloads that might be preempted, by what the preemptor may claim against them.
 * Source: pkg/scheduler/preemption/classical (Kueue v0.19.2).
 */
import type { ClusterQueue } from './cluster-queue.ts';
import { compareVictims, policyAllows } from './preemption-policy.ts';
import type { PreemptionReason, PreemptionTrial, QueueOf } from './preemption-trial.ts';
import type { QuotaNode } from './quota-node.ts';
import { usesAnyOf } from './workload.ts';
import type { Workload } from './workload.ts';

export interface Candidate {
  readonly workload: Workload;
  readonly reason: PreemptionReason;
  /** The lowest cohort above both; absent within one queue. */
  readonly meeting?: QuotaNode;
  /** It may only go if the preemptor will not borrow. */
  readonly notToBorrow: boolean;
}

export interface Candidates {
  /** In the order in which they are taken. */
  readonly all: readonly Candidate[];
  /** Some are of other queues. */
  readonly others: boolean;
  /** Some hold quota to which the preemptor is closer. */
  readonly reclaimable: boolean;
}

export function collectCandidates(trial: PreemptionTrial, queueOf: QueueOf, hasBuffer: boolean): Candidates {
  const { queue } = trial.preemptor;
  const order = (one: Candidate, other: Candidate) => compareVictims(one.workload, other.workload, queue);
  const own = sameQueue(trial, hasBuffer).sort(order);
  const { closer, byPriority } = otherQueues(trial, queueOf, hasBuffer);
  const groups = [closer.sort(order), byPriority.sort(order), own];
  const evicted = (wanted: boolean) => groups.flatMap((group) => group.filter(({ workload }) => workload.isEvicted === wanted));
  return {
    all: [...evicted(true), ...evicted(false)],
    others: closer.length + byPriority.length > 0,
    reclaimable: closer.length > 0,
  };
}

function sameQueue(trial: PreemptionTrial, hasBuffer: boolean): Candidate[] {
  const { queue } = trial.preemptor;
  return victimsIn(queue, trial, hasBuffer).map((workload) => ({ workload, reason: 'InClusterQueue', notToBorrow: false }));
}

/**
 * Going up the tree: as soon as the request fits into the quota of a cohort, everybody above it who uses more than his
 * share holds what is the preemptor's. Until then only priorities count.
 */
function otherQueues(trial: PreemptionTrial, queueOf: QueueOf, hasBuffer: boolean) {
  const closer: Candidate[] = [];
  const byPriority: Candidate[] = [];
  const { queue } = trial.preemptor;
  if (queue.object.preemption.reclaimWithinCohort === 'Never') return { closer, byPriority };
  let { fits, remaining } = withinQuota(queue.node, trial.usage);
  let below: QuotaNode | undefined;
  for (const cohort of queue.node.ancestors()) {
    const list = fits ? closer : byPriority;
    for (const other of overQuota(cohort, below, trial.pairs, queue.node)) {
      for (const workload of victimsIn(queueOf(other), trial, hasBuffer)) {
        list.push({ workload, meeting: cohort, ...(fits ? RECLAIM : whileBorrowing(trial.preemptor, workload)) });
      }
    }
    const here = withinQuota(cohort, remaining);
    remaining = here.remaining;
    fits ||= here.fits;
    below = cohort;
  }
  return { closer, byPriority };
}

/** Queues in a subtree that use more than their quota, beside the part that was looked at before. */
function* overQuota(
  cohort: QuotaNode,
  seen: QuotaNode | undefined,
  pairs: ReadonlySet<number>,
  own: QuotaNode,
): Generator<QuotaNode> {
  for (const child of cohort.cohorts) {
    if (child !== seen && !child.isWithinQuota(pairs)) yield* overQuota(child, seen, pairs, own);
  }
  for (const queue of cohort.queues) if (queue !== own && !queue.isWithinQuota(pairs)) yield queue;
}

/** Whether a request fits into the quota of a node, and what of it the node cannot cover by what it keeps to itself. */
function withinQuota(node: QuotaNode, request: ReadonlyMap<number, number>) {
  let fits = true;
  const remaining = new Map<number, number>();
  for (const [pair, amount] of request) {
    if (node.quota[pair] < node.usage[pair] + amount) fits = false;
    remaining.set(pair, Math.max(0, amount - node.keptAvailable(pair)));
  }
  return { fits, remaining };
}

const RECLAIM = { reason: 'InCohortReclamation', notToBorrow: false } as const;

function whileBorrowing(preemptor: Workload, victim: Workload): Pick<Candidate, 'reason' | 'notToBorrow'> {
  const rule = preemptor.queue.object.preemption.borrowWithinCohort;
  const isProtected = rule === undefined || victim.priority >= preemptor.priority || victim.priority > rule.maxPriorityThreshold;
  return isProtected
    ? { reason: 'InCohortReclamation', notToBorrow: true }
    : { reason: 'InCohortReclaimWhileBorrowing', notToBorrow: false };
}

/** Workloads of a queue that use what is needed, and that the preemptor's rules let it preempt. */
export function victimsIn(queue: ClusterQueue, { preemptor, pairs }: PreemptionTrial, hasBuffer: boolean): Workload[] {
  const { withinClusterQueue, reclaimWithinCohort } = preemptor.queue.object.preemption;
  const policy = queue === preemptor.queue ? withinClusterQueue : reclaimWithinCohort;
  if (policy === 'Never') return [];
  return [...queue.admitted].filter((one) => usesAnyOf(one, pairs) && policyAllows(policy, preemptor, one, hasBuffer));
}
