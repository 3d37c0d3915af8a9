/**
 * The order in which the heads of queues are served within a scheduling cycle.
 * Source: pkg/scheduler/scheduler.go (classicalIterator), pkg/scheduler/fair_sharing_iterator.go (Kueue v0.19.2).
 * Departure: where Kueue leaves the order to chance (of maps), it is that of the objects.
 */
import type { Entry } from './entry.ts';
import type { Features } from './features.ts';
import type { FlavorResources } from './flavor-resources.ts';
import type { QuotaNode } from './quota-node.ts';
import { borrowsAnyOf, compareShares, shareOf } from './share.ts';
import type { Share } from './share.ts';

/** Yields entries one by one: what was decided for one may change the order of those behind it. */
export function* inOrder(
  entries: readonly Entry[],
  isFair: boolean,
  features: Features,
  pairs: FlavorResources,
): Generator<Entry> {
  if (isFair) yield* fairOrder(entries, features, pairs);
  else yield* [...entries].sort((one, other) => compareClassical(one, other, features));
}

/** Those that need not borrow first, then by priority and time. */
function compareClassical(one: Entry, other: Entry, features: Features): number {
  if (features.PrioritizePreemptorWorkloads && one.isPreemptor !== other.isPreemptor) return one.isPreemptor ? -1 : 1;
  if (one.assignment.borrowing !== other.assignment.borrowing) return one.assignment.borrowing - other.assignment.borrowing;
  return compareUrgency(one, other, features);
}

function compareUrgency({ workload: one }: Entry, { workload: other }: Entry, features: Features): number {
  if (features.PrioritySortingWithinCohort && one.priority !== other.priority) return other.priority - one.priority;
  return one.queuedAt - other.queuedAt;
}

function* fairOrder(entries: readonly Entry[], features: Features, pairs: FlavorResources): Generator<Entry> {
  const left = new Map(entries.map((entry) => [entry.workload.queue.node, entry]));
  for (;;) {
    const [first] = left;
    if (first === undefined) return;
    const [node, entry] = first;
    const winner = node.parent === undefined ? entry : new Tournament(left, features, pairs).winner(node.root);
    if (winner === undefined) throw new Error(`nobody won in the cohort of queue ${node.name}`);
    left.delete(winner.workload.queue.node);
    yield winner;
  }
}

/** At each level of the tree the child wins that would have the smallest share with its workload. */
class Tournament {
  readonly #left: ReadonlyMap<QuotaNode, Entry>;
  readonly #features: Features;
  readonly #pairs: FlavorResources;
  /** By entry, then by cohort: the share of the cohort's child with the entry's workload. */
  readonly #shares = new Map<Entry, Map<QuotaNode, Share>>();

  constructor(left: ReadonlyMap<QuotaNode, Entry>, features: Features, pairs: FlavorResources) {
    this.#left = left;
    this.#features = features;
    this.#pairs = pairs;
  }

  winner(cohort: QuotaNode): Entry | undefined {
    let best: Entry | undefined;
    for (const candidate of this.#candidates(cohort)) {
      if (best === undefined || this.#isBefore(candidate, best, cohort)) best = candidate;
    }
    return best;
  }

  *#candidates(cohort: QuotaNode): Generator<Entry> {
    for (const child of cohort.cohorts) {
      const winner = this.winner(child);
      if (winner !== undefined) yield winner;
    }
    for (const queue of cohort.queues) {
      const entry = this.#left.get(queue);
      if (entry !== undefined) yield entry;
    }
  }

  #isBefore(one: Entry, other: Entry, cohort: QuotaNode): boolean {
    const features = this.#features;
    if (features.PrioritizePreemptorWorkloads && one.isPreemptor !== other.isPreemptor) return one.isPreemptor;
    const share = this.#shareIn(cohort, one);
    const otherShare = this.#shareIn(cohort, other);
    if (features.FairSharingPrioritizeNonBorrowing) {
      const borrows = borrowsAnyOf(share, one.assignment.usage);
      if (borrows !== borrowsAnyOf(otherShare, other.assignment.usage)) return !borrows;
    }
    return (compareShares(share, otherShare) || compareUrgency(one, other, features)) < 0;
  }

  #shareIn(cohort: QuotaNode, entry: Entry): Share {
    let shares = this.#shares.get(entry);
    if (shares === undefined) this.#shares.set(entry, (shares = this.#sharesWith(entry)));
    const share = shares.get(cohort);
    if (share === undefined) throw new Error(`${entry.workload.name} does not compete in cohort ${cohort.name}`);
    return share;
  }

  #sharesWith({ workload, assignment }: Entry): Map<QuotaNode, Share> {
    const { node } = workload.queue;
    const shares = new Map<QuotaNode, Share>();
    node.add(assignment.usage);
    let child = node;
    for (const cohort of node.ancestors()) {
      shares.set(cohort, shareOf(child, this.#pairs));
      child = cohort;
    }
    node.remove(assignment.usage);
    return shares;
  }
}
