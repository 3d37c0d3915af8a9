/**
 * Pods that want to be near other pods or away from them.
 * Source: plugins/interpodaffinity (Kubernetes v1.36.2).
 */
import type { JsonField } from '../../kubernetes-json.ts';
import { AffinityCheck } from './affinity-filter.ts';
import type { AffinityTerm } from './affinity-term.ts';
import { MAX_SCORE } from './plugin.ts';
import type { FilterPlugin, ScorePlugin } from './plugin.ts';
import type { PodClass, PodInfo } from './pod-info.ts';
import type { Snapshot } from './snapshot.ts';
import { SKIP, SUCCESS, unresolvable } from './status.ts';
import { TermCounts } from './term-counts.ts';

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

export function interPodAffinity(args: InterPodAffinityArgs): FilterPlugin & ScorePlugin {
  return {
    name: 'InterPodAffinity',
    filterReads: 'cluster',
    scoreReads: 'cluster',

    preFilter({ class: pod }, snapshot) {
      const error = parseError(pod);
      if (error !== undefined) return { status: unresolvable(`parsing pod: ${error}`) };
      const check = AffinityCheck.count(pod, snapshot);
      return check.idle ? { status: SKIP } : { status: SUCCESS, check };
    },

    preScore({ class: pod }, snapshot, nodes) {
      if (nodes.length === 0) return undefined;
      const prefers = pod.affinity.preferred.length + pod.antiAffinity.preferred.length > 0;
      if (args.ignorePreferredTermsOfExistingPods && !prefers) return undefined;
      const counts = countPreferences(pod, snapshot, prefers, args.hardPodAffinityWeight);
      if (!counts.touched) return undefined;
      return { score: (row) => counts.sum(row), normalize: stretch };
    },
  };
}

/** Stretches scores to 0 to 100. The order of the operations is that of the source, so that the rounding is too. */
function stretch(scores: Float64Array): void {
  let smallest = Infinity;
  let largest = -Infinity;
  for (const score of scores) {
    smallest = Math.min(smallest, score);
    largest = Math.max(largest, score);
  }
  const range = largest - smallest;
  for (let i = 0; i < scores.length; i++) {
    scores[i] = range > 0 ? Math.trunc(MAX_SCORE * ((scores[i] - smallest) / range)) : 0;
  }
}

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

/** What speaks for and against each topology pair: the pod's own preferences, and those of the pods that are there. */
function countPreferences(pod: PodClass, snapshot: Snapshot, prefers: boolean, hardWeight: number): TermCounts {
  const counts = new TermCounts(snapshot);
  const count = (there: readonly PodInfo[], row: number) => {
    for (const { class: other } of there) {
      addComing(counts, pod.affinity.preferred, other, row, 1);
      addComing(counts, pod.antiAffinity.preferred, other, row, -1);
      if (hardWeight > 0) addPresent(counts, other.affinity.required, pod, row, () => hardWeight);
      addPresent(counts, other.affinity.preferred, pod, row, ({ weight }) => weight);
      addPresent(counts, other.antiAffinity.preferred, pod, row, ({ weight }) => -weight);
    }
  };
  // A pod without preferences of its own meets only those of pods that have terms.
  if (prefers) for (const row of snapshot.order) count(snapshot.pods[row], row);
  else for (const row of snapshot.affinityRows) count(snapshot.podsWithAffinity[row], row);
  return counts;
}

function addComing(counts: TermCounts, terms: readonly AffinityTerm[], there: PodClass, row: number, sign: 1 | -1): void {
  for (const term of terms) if (term.matchesAsComing(there)) counts.add(term.topologyKey, row, sign * term.weight);
}

function addPresent(
  counts: TermCounts,
  terms: readonly AffinityTerm[],
  coming: PodClass,
  row: number,
  weight: (term: AffinityTerm) => number,
): void {
  for (const term of terms) if (term.matchesAsPresent(coming)) counts.add(term.topologyKey, row, weight(term));
}
