/**
 * Which nodes a pod accepts: nodeSelector and node affinity, made ready for matching.
 * Source: component-helpers, scheduling/corev1/nodeaffinity (of Kubernetes v1.36.2).
 */
import type { Labels, Node, NodeAffinity, NodeSelectorTerm, PreferredNodeTerm, Requirement } from './kubernetes.ts';
import { compileRequirements, labelsEqual } from './kubernetes-selectors.ts';

/** Answers for the node's labels and name. */
export type NodeMatcher = (node: Pick<Node, 'name' | 'labels'>) => boolean;

/** nodeSelector and required affinity together; undefined if the pod accepts every node. */
export function compileRequiredNodes(nodeSelector: Labels, { required }: NodeAffinity): NodeMatcher | undefined {
  const selector = nodeSelector.size > 0 ? labelsEqual(nodeSelector) : undefined;
  const terms = required === undefined ? undefined : compileNodeTerms(required);
  if (selector === undefined) return terms;
  if (terms === undefined) return (node) => selector.matches(node.labels);
  return (node) => selector.matches(node.labels) && terms(node);
}

/** At least one of the terms. A term that is empty or cannot be parsed matches nothing. */
export function compileNodeTerms(terms: readonly NodeSelectorTerm[]): NodeMatcher {
  const matchers = terms.flatMap((term) => compileTerm(term) ?? []);
  return (node) => matchers.some((matcher) => matcher(node));
}

/** What a node gains from preferred terms: the sum of the weights of those that match. */
export function compilePreferredNodes(preferred: readonly PreferredNodeTerm[]): (node: Pick<Node, 'name' | 'labels'>) => number {
  const terms = preferred.flatMap(({ weight, term }) => {
    const matcher = weight === 0 ? undefined : compileTerm(term);
    return matcher === undefined ? [] : { weight, matcher };
  });
  return (node) => terms.reduce((sum, { weight, matcher }) => (matcher(node) ? sum + weight : sum), 0);
}

/**
 * The only nodes that required affinity by name leaves, if each of its terms names some. Undefined: all nodes.
 * Empty: the terms contradict themselves.
 */
export function nodesByName({ required = [] }: NodeAffinity): ReadonlySet<string> | undefined {
  if (required.length === 0) return undefined;
  const names = new Set<string>();
  for (const { matchFields } of required) {
    const named = matchFields.filter(({ key, operator }) => key === NAME_FIELD && operator === 'In');
    if (named.length === 0) return undefined;
    const [first, ...others] = named;
    for (const name of first.values) if (others.every(({ values }) => values.includes(name))) names.add(name);
  }
  return names;
}

const NAME_FIELD = 'metadata.name';

function compileTerm({ matchExpressions, matchFields }: NodeSelectorTerm): NodeMatcher | undefined {
  if (matchExpressions.length === 0 && matchFields.length === 0) return undefined;
  const labels = compileRequirements(matchExpressions);
  const fields = compileFields(matchFields);
  if (labels.error !== undefined || fields === undefined) return undefined;
  // A node without a name has no fields, and conditions on them are passed over.
  return (node) => labels.matches(node.labels) && (node.name === '' || fields(node.name));
}

/** Conditions on fields, of which there is only the name; undefined if they cannot be parsed. */
function compileFields(requirements: readonly Requirement[]): ((name: string) => boolean) | undefined {
  const valid = requirements.every(({ operator, values }) => ['In', 'NotIn'].includes(operator) && values.length === 1);
  if (!valid) return undefined;
  return (name) =>
    requirements.every(({ key, operator, values }) => {
      const equal = (key === NAME_FIELD ? name : '') === values[0];
      return operator === 'In' ? equal : !equal;
    });
}
