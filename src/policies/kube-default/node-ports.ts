/** Ports of the node that the pod asks for must be free. Source: plugins/nodeports (Kubernetes v1.36.2). */
import { conflict } from './host-ports.ts';
import type { FilterPlugin } from './plugin.ts';
import { SKIP, SUCCESS, unschedulable } from './status.ts';

const REJECTED = unschedulable("node(s) didn't have free ports for the requested pod ports");

export const nodePorts: FilterPlugin = {
  name: 'NodePorts',
  filterReads: 'pods-of-node',
  preFilter({ class: { ports } }, snapshot) {
    if (ports.length === 0) return { status: SKIP };
    const taken = (row: number) =>
      snapshot.pods[row].some((there) => there.class.ports.some((used) => ports.some((port) => conflict(port, used))));
    return { status: SUCCESS, check: { filter: (row) => (taken(row) ? REJECTED : SUCCESS) } };
  },
};
