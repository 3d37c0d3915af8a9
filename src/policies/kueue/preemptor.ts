/** Finds victims for a workload, or only whether there are any. */
import { NO_CANDIDATES, PREEMPTS, RECLAIMS } from './assignment.ts';
import type { Room } from './assignment.ts';
import type { Books } from './books.ts';
import { classicalTargets } from './classical-preemption.ts';
import type { KueueConfiguration } from './configuration.ts';
import { FairPreemption } from './fair-preemption.ts';
import type { PreemptionOracle } from './flavor-assigner.ts';
import type { FlavorResources } from './flavor-resources.ts';
import type { PreemptionTrial, QueueOf, Target } from './preemption-trial.ts';
import { borrowingLevel } from './quota-node.ts';
import type { Workload } from './workload.ts';

export class Preemptor implements PreemptionOracle {
  readonly #books: Books;
  readonly #pairs: FlavorResources;
  readonly #queueOf: QueueOf;
  readonly #configuration: KueueConfiguration;

  constructor(books: Books, pairs: FlavorResources, queueOf: QueueOf, configuration: KueueConfiguration) {
    this.#books = books;
    this.#pairs = pairs;
    this.#queueOf = queueOf;
    this.#configuration = configuration;
  }

  /** Whom to preempt; none: it does not help. */
  targets(trial: PreemptionTrial): Target[] {
    const { fairSharing, features } = this.#configuration;
    const hasBuffer = features.SchedulerTimestampPreemptionBuffer;
    if (fairSharing === undefined) return classicalTargets(trial, this.#books, this.#queueOf, hasBuffer);
    const preemptsWithinNominal = features.FairSharingPreemptWithinNominal;
    const rules = { strategies: fairSharing.strategies, preemptsWithinNominal, hasBuffer };
    return new FairPreemption(trial, this.#books, this.#pairs, rules).targets(this.#queueOf);
  }

  /**
   * What preemption could do for one pair of flavor and resource alone.
   * Source: pkg/scheduler/preemption/preemption_oracle.go (Kueue v0.19.2).
   */
  simulate(workload: Workload, pair: number, amount: number): { readonly room: Room; readonly borrowing: number } {
    const targets = this.targets({ preemptor: workload, usage: new Map([[pair, amount]]), pairs: new Set([pair]) });
    const victims = targets.map((target) => target.workload);
    const { level } = this.#books.without(victims, () => borrowingLevel(workload.queue.node, pair, amount));
    if (victims.length === 0) return { room: NO_CANDIDATES, borrowing: level };
    const hurtsOwn = victims.some(({ queue }) => queue === workload.queue);
    return { room: hurtsOwn ? PREEMPTS : RECLAIMS, borrowing: level };
  }
}
