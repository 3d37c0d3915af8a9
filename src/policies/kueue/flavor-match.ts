/**
 * Whether a flavor's nodes would take the pods of a pod set.
 * Source: pkg/scheduler/flavorassigner/flavorassigner.go, checkFlavorForPodSets, flavorSelector (Kueue v0.19.2).
 */
import { compileRequiredNodes } from '../../kubernetes-node-selectors.ts';
import type { NodeMatcher } from '../../kubernetes-node-selectors.ts';
import { untoleratedTaint } from '../../kubernetes-tolerations.ts';
import type { Labels, NodeAffinity, NodeSelectorTerm, PodSpec } from '../../kubernetes.ts';
import type { FlavorObject } from './objects.ts';

/** Why not, in Kueue's words; undefined if they would. */
export function flavorMismatch(spec: PodSpec, { name, nodeLabels, taints, tolerations }: FlavorObject): string | undefined {
  const taint = untoleratedTaint([...spec.tolerations, ...tolerations], taints);
  if (taint !== undefined) {
    const { key, value, effect } = taint;
    return `untolerated taint {${key} ${value} ${effect} <nil>} in flavor ${name}`;
  }
  const matches = selectorFor(spec, nodeLabels);
  return matches === undefined || matches({ name: '', labels: nodeLabels })
    ? undefined
    : `flavor ${name} doesn't match node affinity`;
}

/** What the pod says of labels that the flavor has; it may say of others what it likes. */
function selectorFor({ nodeSelector, nodeAffinity }: PodSpec, nodeLabels: Labels): NodeMatcher | undefined {
  const selector = new Map([...nodeSelector].filter(([key]) => nodeLabels.has(key)));
  return compileRequiredNodes(selector, { required: termsFor(nodeAffinity, nodeLabels), preferred: [] });
}

/** Terms are alternatives, so that one of which nothing is left makes all of them moot. */
function termsFor({ required = [] }: NodeAffinity, nodeLabels: Labels): NodeSelectorTerm[] | undefined {
  const terms = required.map(({ matchExpressions }) => matchExpressions.filter(({ key }) => nodeLabels.has(key)));
  if (terms.length === 0 || terms.some((expressions) => expressions.length === 0)) return undefined;
  return terms.map((matchExpressions) => ({ matchExpressions, matchFields: [] }));
}
