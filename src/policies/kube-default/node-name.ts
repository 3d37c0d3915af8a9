/** A pod that names its node fits there only. Source: plugins/nodename (Kubernetes v1.36.2). */
import type { FilterPlugin } from './plugin.ts';
import { SKIP, SUCCESS, unresolvable } from './status.ts';

const REJECTED = unresolvable("node(s) didn't match the requested node name");

export const nodeName: FilterPlugin = {
  name: 'NodeName',
  filterReads: 'node',
  isForPodAlone: ({ pod }) => pod.nodeName !== undefined,
  preFilter({ pod }, snapshot) {
    if (pod.nodeName === undefined) return { status: SKIP };
    return {
      status: SUCCESS,
      check: { filter: (row) => (snapshot.node(row).name === pod.nodeName ? SUCCESS : REJECTED) },
    };
  },
};
