/**
 * nodeSelector and node affinity, and what the scheduler's configuration adds to them.
 * Source: plugins/nodeaffinity (Kubernetes v1.36.2).
 */
import { compileNodeTerms, compilePreferredNodes } from '../../kubernetes-node-selectors.ts';
import type { JsonField } from '../../kubernetes-json.ts';
import type { NodeAffinity } from '../../kubernetes.ts';
import { readNodeAffinity } from '../../kubernetes-read-selectors.ts';
import { scaleToLargest } from './normalize.ts';
import type { FilterPlugin, ScorePlugin } from './plugin.ts';
import { SKIP, SUCCESS, unresolvable } from './status.ts';

const REJECTED = unresolvable("node(s) didn't match Pod's node affinity/selector");
const NOT_ENFORCED = unresolvable("node(s) didn't match scheduler-enforced node affinity");
const CONTRADICTION = unresolvable('pod affinity terms conflict');

export interface NodeAffinityArgs {
  /** Holds for every pod, beside its own. */
  readonly addedAffinity?: NodeAffinity;
}

export function readNodeAffinityArgs(field: JsonField): NodeAffinityArgs {
  const added = field.at('addedAffinity');
  return added.absent ? {} : { addedAffinity: readNodeAffinity(added) };
}

export function nodeAffinity({ addedAffinity }: NodeAffinityArgs): FilterPlugin & ScorePlugin {
  const enforced = addedAffinity?.required === undefined ? undefined : compileNodeTerms(addedAffinity.required);
  const added = addedAffinity?.preferred ?? [];
  const addedScore = compilePreferredNodes(added);
  return {
    name: 'NodeAffinity',
    filterReads: 'node',
    scoreReads: 'node',

    preFilter({ class: { requiredNodes, nodesByName } }, snapshot) {
      if (requiredNodes === undefined && enforced === undefined) return { status: SKIP };
      if (nodesByName?.size === 0) return { status: CONTRADICTION };
      const filter = (row: number) => {
        const node = snapshot.node(row);
        if (enforced !== undefined && !enforced(node)) return NOT_ENFORCED;
        return requiredNodes === undefined || requiredNodes(node) ? SUCCESS : REJECTED;
      };
      return { status: SUCCESS, check: { filter }, nodes: nodesByName };
    },

    preScore({ class: { spec, preferredNodes } }, snapshot) {
      if (spec.nodeAffinity.preferred.length === 0 && added.length === 0) return undefined;
      return {
        score(row) {
          const node = snapshot.node(row);
          return addedScore(node) + preferredNodes(node);
        },
        normalize: (scores) => scaleToLargest(scores, 'straight'),
      };
    },
  };
}
