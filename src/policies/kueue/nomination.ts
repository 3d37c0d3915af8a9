/**
 * What a head would need to be admitted: flavors, and victims if there is no room.
 * Source: pkg/scheduler/scheduler.go, getAssignments (Kueue v0.19.2).
 */
import { FIT, NO_FIT, PREEMPT } from './assignment.ts';
import type { Assignment } from './assignment.ts';
import type { Books } from './books.ts';
import type { Features } from './features.ts';
import type { FlavorAssigner } from './flavor-assigner.ts';
import type { FlavorResources } from './flavor-resources.ts';
import { largestThatFits } from './pod-counts.ts';
import type { Preemptor } from './preemptor.ts';
import type { Target } from './preemption-trial.ts';
import type { TopologyPlanner } from './topology-planner.ts';
import type { Workload } from './workload.ts';

export interface Nominated {
  readonly assignment: Assignment;
  readonly targets: readonly Target[];
}

export interface NominationParts {
  readonly assigner: FlavorAssigner;
  readonly preemptor: Preemptor;
  readonly pairs: FlavorResources;
  readonly features: Features;
  readonly books: Books;
  /** Absent: there is no topology. */
  readonly planner?: TopologyPlanner;
}

export class Nomination {
  readonly #assigner: FlavorAssigner;
  readonly #preemptor: Preemptor;
  readonly #pairs: FlavorResources;
  readonly #features: Features;
  readonly #books: Books;
  readonly #planner: TopologyPlanner | undefined;

  constructor({ assigner, preemptor, pairs, features, books, planner }: NominationParts) {
    this.#assigner = assigner;
    this.#preemptor = preemptor;
    this.#pairs = pairs;
    this.#features = features;
    this.#books = books;
    this.#planner = planner;
  }

  /** `cycle`: the number of the scheduling cycle. */
  nominate(workload: Workload, cycle: number): Nominated {
    if (this.#isOutdated(workload, cycle)) workload.progress = undefined;
    const nominated = this.#withFlavors(workload, cycle);
    if (nominated.assignment.mode === PREEMPT) this.#placeAfter(workload, nominated);
    return nominated;
  }

  /** Pods get their places for when the victims are gone; without victims, what they would take is kept from others. */
  #placeAfter(workload: Workload, { assignment, targets }: Nominated): void {
    const planner = this.#planner;
    const victims = targets.map((target) => target.workload);
    if (planner === undefined) return;
    this.#books.without(victims, () => planner.fill(workload, assignment, victims.length === 0));
  }

  #withFlavors(workload: Workload, cycle: number): Nominated {
    const assignment = this.#assign(workload, cycle);
    if (assignment.mode === FIT) return { assignment, targets: [] };
    const targets = this.#targets(workload, assignment);
    if (targets.length > 0) return { assignment, targets };
    const fewer = this.#features.PartialAdmission && workload.mayShrink ? this.#withFewerPods(workload, cycle) : undefined;
    return fewer ?? { assignment, targets };
  }

  #withFewerPods(workload: Workload, cycle: number): Nominated | undefined {
    return largestThatFits(workload.podSets, (counts) => {
      const assignment = this.#assign(workload, cycle, counts);
      if (assignment.mode === FIT) return { assignment, targets: [] };
      const targets = this.#targets(workload, assignment);
      return targets.length > 0 ? { assignment, targets } : undefined;
    });
  }

  #assign(workload: Workload, cycle: number, counts?: readonly number[]): Assignment {
    const assignment = this.#assigner.assign(workload, cycle, counts);
    if (assignment.mode !== NO_FIT) this.#planner?.place(workload, assignment);
    return assignment;
  }

  #targets(workload: Workload, assignment: Assignment): readonly Target[] {
    if (assignment.mode !== PREEMPT) return [];
    const pairs = new Set<number>();
    const usage = new Map<number, number>();
    for (const { podSet, count, flavors } of assignment.podSets) {
      for (const [resource, { flavor, mode }] of flavors) {
        const pair = this.#pairs.number(flavor, resource);
        if (mode === PREEMPT) pairs.add(pair);
        // The number of pods is no request of the pods, so that it is not looked at here.
        const amount = (podSet.requests.get(resource) ?? 0) * count;
        if (amount > 0) usage.set(pair, (usage.get(pair) ?? 0) + amount);
      }
    }
    const planner = this.#planner;
    const hasPlace = planner && (() => planner.hasPlace(workload, assignment));
    return this.#preemptor.targets({ preemptor: workload, usage, pairs, hasPlace });
  }

  /** The search for flavors goes on only if nothing has become free since it stopped. */
  #isOutdated({ progress, queue }: Workload, cycle: number): boolean {
    if (progress === undefined) return false;
    if (this.#features.FlavorFungibilityPreserveScanProgress && cycle - progress.cycle <= 1) return false;
    return queue.generation > progress.generation;
  }
}
