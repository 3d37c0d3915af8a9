/**
 * The queue from which the next victim comes in fair sharing: from the root down, always the child with the largest share.
 * Source: pkg/scheduler/preemption/fairsharing/ordering.go, least_common_ancestor.go (Kueue v0.19.2).
 */
import type { FlavorResources } from './flavor-resources.ts';
import { compareVictims } from './preemption-policy.ts';
import type { QuotaNode } from './quota-node.ts';
import { BELOW_ALL, compareShares, shareOf } from './share.ts';
import type { Share } from './share.ts';
import type { Workload } from './workload.ts';

export class FairTargets {
  readonly #preemptor: Workload;
  readonly #pairs: FlavorResources;
  /** Candidates by queue, in the order in which they are taken. */
  readonly #candidates = new Map<QuotaNode, Workload[]>();
  readonly #ancestors: ReadonlySet<QuotaNode>;
  /** Queues and cohorts from which nothing more will come. */
  readonly #pruned = new Set<QuotaNode>();

  constructor(preemptor: Workload, candidates: readonly Workload[], pairs: FlavorResources) {
    this.#preemptor = preemptor;
    this.#pairs = pairs;
    this.#ancestors = new Set(preemptor.queue.node.ancestors());
    for (const candidate of candidates) {
      const list = this.#candidates.get(candidate.queue.node);
      if (list === undefined) this.#candidates.set(candidate.queue.node, [candidate]);
      else list.push(candidate);
    }
  }

  /** The queue to take from now; undefined if there is none left. It must lose a candidate, or be dropped, before the next call. */
  next(): QuotaNode | undefined {
    const own = this.#preemptor.queue.node;
    if (own.parent === undefined) return this.#pruned.has(own) || !this.has(own) ? undefined : own;
    while (!this.#pruned.has(own.root)) {
      const found = this.#descend(own.root);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  has(queue: QuotaNode): boolean {
    return (this.#candidates.get(queue)?.length ?? 0) > 0;
  }

  pop(queue: QuotaNode): Workload {
    const candidate = this.#candidates.get(queue)?.shift();
    if (candidate === undefined) throw new Error(`queue ${queue.name} has no candidates`);
    return candidate;
  }

  drop(queue: QuotaNode): void {
    this.#pruned.add(queue);
  }

  /** The children of the cohort where preemptor and target meet, on the way to either. */
  belowMeeting(target: QuotaNode): { preemptor: QuotaNode; target: QuotaNode } {
    let child = target;
    for (const cohort of target.ancestors()) {
      if (this.#ancestors.has(cohort)) return { preemptor: childOf(cohort, this.#preemptor.queue.node), target: child };
      child = cohort;
    }
    throw new Error(`queues ${target.name} and ${this.#preemptor.queue.name} have no cohort in common`);
  }

  /** Undefined: something was pruned, and nothing found. */
  #descend(cohort: QuotaNode): QuotaNode | undefined {
    const queue = this.#largestQueue(cohort);
    const below = this.#largestCohort(cohort);
    if (queue === undefined && below === undefined) {
      this.#pruned.add(cohort);
      return undefined;
    }
    // Of equals the cohort: within it the largest share can be found.
    if (below !== undefined && compareShares(below.share, queue?.share ?? BELOW_ALL) >= 0) return this.#descend(below.node);
    return queue?.node;
  }

  #largestQueue(cohort: QuotaNode): { node: QuotaNode; share: Share } | undefined {
    let largest: { node: QuotaNode; share: Share } | undefined;
    for (const node of cohort.queues) {
      if (this.#pruned.has(node)) continue;
      const share = shareOf(node, this.#pairs);
      if ((share.borrowed.length === 0 && node !== this.#preemptor.queue.node) || !this.has(node)) {
        this.#pruned.add(node);
        continue;
      }
      const comparison = compareShares(share, largest?.share ?? BELOW_ALL);
      if (largest === undefined || comparison > 0 || (comparison === 0 && this.#goesBefore(node, largest.node))) {
        largest = { node, share };
      }
    }
    return largest;
  }

  #goesBefore(one: QuotaNode, other: QuotaNode): boolean {
    const [first] = this.#candidates.get(one) ?? [];
    const [second] = this.#candidates.get(other) ?? [];
    return compareVictims(first, second, this.#preemptor.queue) < 0;
  }

  /** One on the way to the preemptor is not given up: there may be imbalance inside it. */
  #largestCohort(cohort: QuotaNode): { node: QuotaNode; share: Share } | undefined {
    let largest: { node: QuotaNode; share: Share } | undefined;
    for (const node of cohort.cohorts) {
      if (this.#pruned.has(node)) continue;
      const share = shareOf(node, this.#pairs);
      if (share.borrowed.length === 0 && !this.#ancestors.has(node)) this.#pruned.add(node);
      else if (largest === undefined || compareShares(share, largest.share) >= 0) largest = { node, share };
    }
    return largest;
  }
}

function childOf(cohort: QuotaNode, queue: QuotaNode): QuotaNode {
  let child = queue;
  while (child.parent !== undefined && child.parent !== cohort) child = child.parent;
  return child;
}
