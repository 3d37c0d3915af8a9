/** What InterPodAffinity waits for. Source: plugins/interpodaffinity/plugin.go (Kubernetes v1.36.2, v1.26.5). */
import type { Node, PodAffinity } from '../../../kubernetes.ts';
import { AffinityTerm } from '../affinity-term.ts';
import type { PodClass, PodInfo } from '../pod-info.ts';
import type { Hint, PluginHints } from './hint.ts';
import { ALWAYS, countsOnNode } from './hint.ts';

/** A pod comes that all affinity asks for, or goes or changes so that it and the waiting pod no longer keep apart. */
const changesNeighbours: Hint = ({ class: own }, { oldPod, newPod }) => {
  const involved = [oldPod, newPod].filter((other) => other !== undefined);
  if (!involved.every(countsOnNode)) return false;
  const { wants, avoids } = termsOf(own);
  const wanted = (other: PodInfo | undefined) => other !== undefined && matchesAll(wants, other.class);
  const avoided = (other: PodInfo | undefined) => other !== undefined && matchesAll(avoids, other.class);
  if (newPod !== undefined) return (wanted(newPod) && !wanted(oldPod)) || (avoided(oldPod) && !avoided(newPod));
  // A pod that goes and is missed by affinity is no help, even where nothing is left to want.
  return avoided(oldPod) || (oldPod !== undefined && matchesAll(termsOf(oldPod.class).avoids, own));
};

/** A node comes into a domain that the terms speak of, or moves between domains, or leaves one that is avoided. */
const changesDomains: Hint = ({ class: one }, { oldNode, newNode }) => {
  if (newNode === undefined) return false;
  const { affinity, antiAffinity } = one;
  if (affinity.required.some(({ topologyKey }) => joins(topologyKey, oldNode, newNode))) return true;
  return antiAffinity.required.some(({ topologyKey }) => {
    return (
      joins(topologyKey, oldNode, newNode) || (oldNode?.labels.has(topologyKey) === true && !newNode.labels.has(topologyKey))
    );
  });
};

export const interPodAffinityHints: PluginHints = {
  plugin: 'InterPodAffinity',
  registered: {
    '1.26': [
      { resource: 'AssignedPod', actions: ['Add', 'Update', 'Delete'] },
      { resource: 'Node', actions: ['Add', 'UpdateNodeLabel'] },
    ],
    '1.36': [
      { resource: 'AssignedPod', actions: ['Add', 'UpdatePodLabel', 'Delete'], hint: changesNeighbours },
      { resource: 'TargetPod', actions: ['UpdatePodLabel'], hint: ALWAYS },
      { resource: 'Node', actions: ['Add', 'UpdateNodeLabel'], hint: changesDomains },
    ],
  },
};

/** Versions without hints look, when a pod is bound or changes, only at pods whose required affinity asks for it. */
export function wantsNeighbour({ class: { affinity } }: PodInfo, other: PodInfo): boolean {
  return affinity.required.some((term) => term.matchesAsPresent(other.class));
}

function joins(key: string, old: Node | undefined, node: Node): boolean {
  return node.labels.has(key) && node.labels.get(key) !== old?.labels.get(key);
}

function matchesAll(terms: readonly AffinityTerm[], pod: PodClass): boolean {
  return terms.length > 0 && terms.every((term) => term.matchesAsPresent(pod));
}

interface HintTerms {
  readonly wants: readonly AffinityTerm[];
  readonly avoids: readonly AffinityTerm[];
}

const compiled = new WeakMap<PodClass, HintTerms>();

/** The required terms as hints read them: they do not know the labels of namespaces, so that selectors miss them. */
function termsOf(one: PodClass): HintTerms {
  let terms = compiled.get(one);
  if (terms === undefined) {
    const blind = ({ required }: PodAffinity) => required.map((term) => new AffinityTerm(term, one, new Map()));
    compiled.set(one, (terms = { wants: blind(one.spec.podAffinity), avoids: blind(one.spec.podAntiAffinity) }));
  }
  return terms;
}
