/** Topology spread constraints, made ready for counting. */
import type { Labels, TopologySpreadConstraint } from '../../kubernetes.ts';
import { bothMatch, compileLabelSelector, labelsEqual } from '../../kubernetes-selectors.ts';
import type { LabelMatcher } from '../../kubernetes-selectors.ts';
import type { Behaviour } from './behaviour.ts';
import { MatchMemory } from './match-memory.ts';
import type { PodInfo } from './pod-info.ts';

export interface SpreadConstraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly selector: LabelMatcher;
  /** The selector, with its answers kept. */
  readonly selected: MatchMemory;
  /** With fewer domains than this the smallest count is taken to be 0. */
  readonly minDomains: number;
  /** Nodes that the pod's node affinity rules out are left out of the counts. */
  readonly honorsAffinity: boolean;
  /** The same for nodes with taints that it does not bear. */
  readonly honorsTaints: boolean;
}

export function compileConstraint(
  constraint: TopologySpreadConstraint,
  labels: Labels,
  { matchLabelKeys, nodeInclusionPolicy }: Behaviour,
): SpreadConstraint {
  const { maxSkew, topologyKey, minDomains = 1, nodeAffinityPolicy, nodeTaintsPolicy } = constraint;
  const keys = matchLabelKeys ? constraint.matchLabelKeys : [];
  const same = new Map(keys.flatMap((key) => (labels.has(key) ? [[key, labels.get(key) ?? '']] : [])));
  const selector = bothMatch(labelsEqual(same), compileLabelSelector(constraint.labelSelector));
  return {
    maxSkew,
    topologyKey,
    minDomains,
    selector,
    selected: new MatchMemory((pod) => selector.matches(pod.labels)),
    honorsAffinity: !nodeInclusionPolicy || nodeAffinityPolicy !== 'Ignore',
    honorsTaints: nodeInclusionPolicy && nodeTaintsPolicy === 'Honor',
  };
}

/** The same constraint with another selector. */
export function withSelector(constraint: SpreadConstraint, selector: LabelMatcher): SpreadConstraint {
  return { ...constraint, selector, selected: new MatchMemory((pod) => selector.matches(pod.labels)) };
}

/** A pod on a node counts: it is of the namespace, matches and is not terminating. */
export function counts({ pod, class: one }: PodInfo, { selector, selected }: SpreadConstraint, namespace: string): boolean {
  if (selector.empty) return false;
  return one.namespace === namespace && pod.deletionTimestamp === undefined && selected.matches(one);
}

/** How many pods of a node count. */
export function countPods(pods: readonly PodInfo[], constraint: SpreadConstraint, namespace: string): number {
  let count = 0;
  for (const pod of pods) if (counts(pod, constraint, namespace)) count++;
  return count;
}
