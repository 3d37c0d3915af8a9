/** Nodes that are cordoned take only pods that bear it. Source: plugins/nodeunschedulable (Kubernetes v1.36.2). */
import { toleratesAny } from '../../kubernetes-tolerations.ts';
import type { FilterPlugin } from './plugin.ts';
import { SUCCESS, unresolvable } from './status.ts';

const CORDONED = { key: 'node.kubernetes.io/unschedulable', value: '', effect: 'NoSchedule' };
const REJECTED = unresolvable('node(s) were unschedulable');

export const nodeUnschedulable: FilterPlugin = {
  name: 'NodeUnschedulable',
  filterReads: 'node',
  preFilter({ class: { spec } }, snapshot) {
    const tolerated = toleratesAny(spec.tolerations, CORDONED);
    return {
      status: SUCCESS,
      check: { filter: (row) => (snapshot.node(row).unschedulable && !tolerated ? REJECTED : SUCCESS) },
    };
  },
};
