/**
 * Preemption in fair sharing: victims come from whoever has the largest share, as long as the strategy says that the
 * preemptor's is smaller.
 * Source: pkg/scheduler/preemption/preemption.go, fairPreemptions, and fairsharing/strategy.go (Kueue v0.19.2).
 */
import { holdingOf } from './books.ts';
import type { Books } from './books.ts';
import { victimsIn } from './classical-candidates.ts';
import type { FairStrategy } from './configuration.ts';
import { FairTargets } from './fair-targets.ts';
import type { FlavorResources } from './flavor-resources.ts';
import { compareVictims } from './preemption-policy.ts';
import { fillBack, restore, trialFits } from './preemption-trial.ts';
import type { PreemptionReason, PreemptionTrial, QueueOf, Target } from './preemption-trial.ts';
import type { QuotaNode } from './quota-node.ts';
import { compareShares, shareOf } from './share.ts';
import type { Workload } from './workload.ts';

export interface FairRules {
  readonly strategies: readonly FairStrategy[];
  /** A queue within its nominal quota preempts whatever the shares. */
  readonly preemptsWithinNominal: boolean;
  readonly hasBuffer: boolean;
}

export class FairPreemption {
  readonly #trial: PreemptionTrial;
  readonly #books: Books;
  readonly #pairs: FlavorResources;
  readonly #rules: FairRules;
  readonly #victims: Target[] = [];
  /** Those that the first strategy has spared. */
  readonly #spared: Workload[] = [];

  constructor(trial: PreemptionTrial, books: Books, pairs: FlavorResources, rules: FairRules) {
    this.#trial = trial;
    this.#books = books;
    this.#pairs = pairs;
    this.#rules = rules;
  }

  targets(queueOf: QueueOf): Target[] {
    const { preemptor, usage } = this.#trial;
    const candidates = this.#candidates(queueOf);
    if (candidates.length === 0) return [];
    const holding = { queue: preemptor.queue, usage, grants: [] };
    // Shares count with what the preemptor would use.
    this.#books.add(holding);
    const [first, second] = this.#rules.strategies;
    const fits = this.#runFirst(candidates, first) || (second !== undefined && this.#runSecond());
    this.#books.remove(holding);
    if (fits) return fillBack(this.#trial, this.#victims, true, this.#books);
    restore(this.#victims, this.#books);
    return [];
  }

  #candidates(queueOf: QueueOf): Workload[] {
    const { preemptor, pairs } = this.#trial;
    const { queue } = preemptor;
    const others = queue.node.parent === undefined ? [] : [...queue.node.root.subtreeQueues()];
    const borrowing = others.filter((node) => node !== queue.node && !node.isWithinQuota(pairs));
    return [queue, ...borrowing.map(queueOf)]
      .flatMap((one) => victimsIn(one, this.#trial, this.#rules.hasBuffer))
      .sort((one, other) => compareVictims(one, other, queue));
  }

  /** Answers whether the preemptor fits then. */
  #runFirst(candidates: readonly Workload[], strategy: FairStrategy): boolean {
    const { queue } = this.#trial.preemptor;
    const targets = new FairTargets(this.#trial.preemptor, candidates, this.#pairs);
    const isWithinNominal = this.#rules.preemptsWithinNominal && queue.node.isWithinQuota(this.#trial.pairs);
    for (let node = targets.next(); node !== undefined; node = targets.next()) {
      if (node === queue.node) {
        if (this.#take(targets.pop(node), 'InClusterQueue')) return true;
      } else if (isWithinNominal) {
        if (this.#take(targets.pop(node), 'InCohortReclamation')) return true;
      } else if (this.#takeByStrategy(node, targets, strategy)) {
        return true;
      }
    }
    return false;
  }

  /** One victim of a queue: after it, another queue may have the largest share. */
  #takeByStrategy(node: QuotaNode, targets: FairTargets, strategy: FairStrategy): boolean {
    const { preemptor, target } = targets.belowMeeting(node);
    const newShare = shareOf(preemptor, this.#pairs);
    const oldShare = shareOf(target, this.#pairs);
    while (targets.has(node)) {
      const candidate = targets.pop(node);
      const passes =
        strategy === 'LessThanInitialShare'
          ? compareShares(newShare, oldShare) < 0
          : compareShares(newShare, this.#shareWithout(candidate, target)) <= 0;
      if (passes) return this.#take(candidate, 'InCohortFairSharing');
      this.#spared.push(candidate);
    }
    return false;
  }

  /** The second strategy does not look at the victim, so that the first of each queue is enough. */
  #runSecond(): boolean {
    const targets = new FairTargets(this.#trial.preemptor, this.#spared, this.#pairs);
    for (let node = targets.next(); node !== undefined; node = targets.next()) {
      const { preemptor, target } = targets.belowMeeting(node);
      const passes = compareShares(shareOf(preemptor, this.#pairs), shareOf(target, this.#pairs)) < 0;
      const candidate = targets.pop(node);
      if (passes && this.#take(candidate, 'InCohortFairSharing')) return true;
      targets.drop(node);
    }
    return false;
  }

  #shareWithout(candidate: Workload, node: QuotaNode) {
    const { queue, usage } = holdingOf(candidate);
    queue.node.remove(usage);
    const share = shareOf(node, this.#pairs);
    queue.node.add(usage);
    return share;
  }

  /** Answers whether the preemptor fits without it. */
  #take(workload: Workload, reason: PreemptionReason): boolean {
    this.#books.remove(holdingOf(workload));
    this.#victims.push({ workload, reason });
    const { preemptor, usage } = this.#trial;
    const holding = { queue: preemptor.queue, usage, grants: [] };
    this.#books.remove(holding);
    const fits = trialFits(this.#trial, true);
    this.#books.add(holding);
    return fits;
  }
}
