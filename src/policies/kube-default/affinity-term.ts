/**
 * Terms of pod affinity and anti-affinity, made ready for matching.
 * Source: pkg/scheduler/framework/types.go (AffinityTerm), plugins/interpodaffinity/plugin.go (Kubernetes v1.36.2).
 */
import type { Labels, Namespace, PodAffinityTerm } from '../../kubernetes.ts';
import { bothMatch, compileLabelSelector, compileRequirements, NOTHING } from '../../kubernetes-selectors.ts';
import type { LabelMatcher } from '../../kubernetes-selectors.ts';
import { MatchMemory } from './match-memory.ts';
import type { Matchable } from './match-memory.ts';

export class AffinityTerm {
  readonly topologyKey: string;
  readonly weight: number;
  /** Why the selectors cannot be understood. */
  readonly error: string | undefined;
  readonly #selector: LabelMatcher;
  readonly #namespaces: ReadonlySet<string>;
  readonly #namespaceSelector: LabelMatcher;
  readonly #known: ReadonlyMap<string, Namespace>;
  readonly #coming = new MatchMemory((pod) => this.#matches(pod, this.#known.has(pod.namespace)));
  readonly #present = new MatchMemory((pod) => this.#matches(pod, true));

  constructor(term: PodAffinityTerm, owner: Omit<Matchable, 'kin'>, known: ReadonlyMap<string, Namespace>, weight = 1) {
    this.topologyKey = term.topologyKey;
    this.weight = weight;
    this.#selector = bothMatch(compileLabelSelector(term.labelSelector), compileLabelKeys(term, owner.labels));
    const own = term.namespaces.length === 0 && term.namespaceSelector === undefined;
    this.#namespaces = new Set(own ? [owner.namespace] : term.namespaces);
    this.#namespaceSelector = term.namespaceSelector === undefined ? NOTHING : compileLabelSelector(term.namespaceSelector);
    this.#known = known;
    this.error = this.#selector.error ?? this.#namespaceSelector.error;
  }

  /** As a term of the pod that is to be placed: namespaces that are selected by label must be known. */
  matchesAsComing(pod: Matchable): boolean {
    return this.#coming.matches(pod);
  }

  /** As a term of a pod that is placed: a namespace that is not known counts as one without labels. */
  matchesAsPresent(pod: Matchable): boolean {
    return this.#present.matches(pod);
  }

  #matches({ namespace, labels }: Matchable, selectable: boolean): boolean {
    if (!this.#namespaces.has(namespace)) {
      const selector = this.#namespaceSelector;
      const selected = selector.empty || (selectable && selector.matches(this.#known.get(namespace)?.labels ?? NO_LABELS));
      if (!selected) return false;
    }
    return this.#selector.matches(labels);
  }
}

const NO_LABELS: Labels = new Map();
/** What the API server adds to the selector for matchLabelKeys and mismatchLabelKeys; doing it again changes nothing. */
function compileLabelKeys({ labelSelector, matchLabelKeys, mismatchLabelKeys }: PodAffinityTerm, labels: Labels): LabelMatcher {
  if (labelSelector === undefined) return NOTHING;
  const requirement = (operator: string) => (key: string) => {
    const value = labels.get(key);
    return value === undefined ? [] : [{ key, operator, values: [value] }];
  };
  return compileRequirements([...matchLabelKeys.flatMap(requirement('In')), ...mismatchLabelKeys.flatMap(requirement('NotIn'))]);
}
