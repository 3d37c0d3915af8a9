/**
 * Pods that want to be near other pods or away from them.
 * Source: plugins/interpodaffinity (Kubernetes v1.36.2).
 */
import type { JsonField } from '../../kubernetes-json.ts';
import { AffinityCheck, hasRequiredTerms } from './affinity-filter.ts';
import { AffinityScorer, hasPreferences } from './affinity-score.ts';
import type { AffinityTerm } from './affinity-term.ts';
import { KeptBySnapshot } from './kept-by-class.ts';
import type { FilterPlugin, PreFilter, ScorePlugin } from './plugin.ts';
import { hasPodAffinity } from './pod-info.ts';
import type { PodClass } from './pod-info.ts';
import { SKIP, SUCCESS, unresolvable } from './status.ts';

export interface InterPodAffinityArgs {
  /** What a required affinity term of a pod that is there counts when a pod that matches it is scored. */
  readonly hardPodAffinityWeight: number;
  /** Preferred terms of pods that are there do not count for a pod that has none itself. */
  readonly ignorePreferredTermsOfExistingPods: boolean;
}

export const DEFAULT_INTER_POD_AFFINITY: InterPodAffinityArgs = {
  hardPodAffinityWeight: 1,
  ignorePreferredTermsOfExistingPods: false,
};

export function readInterPodAffinityArgs(field: JsonField): InterPodAffinityArgs {
  return {
    hardPodAffinityWeight: field.at('hardPodAffinityWeight').integer() ?? 1,
    ignorePreferredTermsOfExistingPods: field.at('ignorePreferredTermsOfExistingPods').flag() ?? false,
  };
}

/** Counts of classes may take so much, for filtering and for scoring each [B]. */
const BUDGET = 16 * 2 ** 20;

export function interPodAffinity(args: InterPodAffinityArgs): FilterPlugin & ScorePlugin {
  const checks = new KeptBySnapshot<AffinityCheck>(BUDGET);
  const scorers = new KeptBySnapshot<AffinityScorer>(BUDGET);
  return {
    name: 'InterPodAffinity',
    filterReads: 'cluster',
    scoreReads: 'cluster',

    preFilter({ class: pod }, snapshot) {
      if (!hasRequiredTerms(pod) && snapshot.antiAffinityRows.size === 0 && !hasPodAffinity(pod)) return SKIPPED;
      const error = parseError(pod);
      if (error !== undefined) return { status: unresolvable(`parsing pod: ${error}`) };
      const check = checks.of(snapshot).findOrMake(pod.id, () => new AffinityCheck(pod, snapshot));
      check.catchUp();
      return check.idle ? SKIPPED : { status: SUCCESS, check };
    },

    preScore({ class: pod }, snapshot, nodes) {
      if (nodes.length === 0) return undefined;
      const prefers = hasPreferences(pod);
      if (args.ignorePreferredTermsOfExistingPods && !prefers) return undefined;
      if (!prefers && snapshot.affinityRows.size === 0) return undefined;
      const make = () => new AffinityScorer(pod, snapshot, args.hardPodAffinityWeight);
      const scorer = scorers.of(snapshot).findOrMake(pod.id, make);
      scorer.catchUp();
      return scorer.idle ? undefined : scorer;
    },
  };
}

const SKIPPED: PreFilter = { status: SKIP };

function parseError({ affinity, antiAffinity }: PodClass): string | undefined {
  const groups: [string, readonly AffinityTerm[]][] = [
    ['requiredAffinityTerms', affinity.required],
    ['requiredAntiAffinityTerms', antiAffinity.required],
    ['preferredAffinityTerms', affinity.preferred],
    ['preferredAntiAffinityTerms', antiAffinity.preferred],
  ];
  for (const [name, terms] of groups) {
    const error = terms.find((term) => term.error !== undefined)?.error;
    if (error !== undefined) return `${name}: ${error}`;
  }
  return undefined;
}
