/** Taints: hard ones keep pods off, soft ones count against a node. Source: plugins/tainttoleration (Kubernetes v1.36.2). */
import { toleratesAny, untoleratedTaint } from '../../kubernetes-tolerations.ts';
import { scaleToLargest } from './normalize.ts';
import type { FilterPlugin, ScorePlugin } from './plugin.ts';
import { SUCCESS, unresolvable } from './status.ts';

const REJECTED = unresolvable('node(s) had untolerated taint(s)');

export const taintToleration: FilterPlugin & ScorePlugin = {
  name: 'TaintToleration',
  filterReads: 'node',
  scoreReads: 'node',

  preFilter({ class: { spec } }, snapshot) {
    const { namesTaint } = snapshot.behaviour;
    const filter = (row: number) => {
      const taint = untoleratedTaint(spec.tolerations, snapshot.node(row).taints);
      if (taint === undefined) return SUCCESS;
      return namesTaint ? unresolvable(`node(s) had untolerated taint {${taint.key}: ${taint.value}}`) : REJECTED;
    };
    return { status: SUCCESS, check: { filter } };
  },

  preScore({ class: { spec } }, snapshot) {
    const tolerations = spec.tolerations.filter(({ effect }) => effect === '' || effect === 'PreferNoSchedule');
    return {
      score(row) {
        let count = 0;
        for (const taint of snapshot.node(row).taints) {
          if (taint.effect === 'PreferNoSchedule' && !toleratesAny(tolerations, taint)) count++;
        }
        return count;
      },
      normalize: (scores) => scaleToLargest(scores, 'reversed'),
    };
  },
};
