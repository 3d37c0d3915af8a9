/** Readers for labels and selectors, as they stand in many Kubernetes objects. */
import type { LabelSelector, Labels, NodeAffinity, NodeSelectorTerm, PreferredNodeTerm, Requirement } from './kubernetes.ts';
import type { JsonField } from './kubernetes-json.ts';

export function readLabels(field: JsonField): Labels {
  return new Map(field.entries().map(([key, value]) => [key, value.text() ?? '']));
}

/** Undefined if it is absent: that matches nothing, while an empty selector matches everything. */
export function readLabelSelector(field: JsonField): LabelSelector | undefined {
  if (field.absent) return undefined;
  return { matchLabels: readLabels(field.at('matchLabels')), matchExpressions: readRequirements(field.at('matchExpressions')) };
}

export function readNodeAffinity(field: JsonField): NodeAffinity {
  const required = field.at('requiredDuringSchedulingIgnoredDuringExecution');
  const preferred = field.at('preferredDuringSchedulingIgnoredDuringExecution').list().map(readPreferredTerm);
  return required.absent ? { preferred } : { required: required.at('nodeSelectorTerms').list().map(readTerm), preferred };
}

function readPreferredTerm(field: JsonField): PreferredNodeTerm {
  return { weight: field.at('weight').integer() ?? 0, term: readTerm(field.at('preference')) };
}

function readTerm(field: JsonField): NodeSelectorTerm {
  return {
    matchExpressions: readRequirements(field.at('matchExpressions')),
    matchFields: readRequirements(field.at('matchFields')),
  };
}

function readRequirements(field: JsonField): Requirement[] {
  return field.list().map((one) => ({
    key: one.at('key').text() ?? '',
    operator: one.at('operator').text() ?? '',
    values: one.at('values').texts(),
  }));
}
