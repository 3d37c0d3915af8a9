/** What NodePorts waits for. Source: plugins/nodeports/node_ports.go (Kubernetes v1.36.2, v1.26.5). */
import { conflict } from '../host-ports.ts';
import type { Hint, PluginHints } from './hint.ts';
import { countsOnNode, NODE_UPDATES } from './hint.ts';

/** A pod leaves that held one of the ports. */
const freesPort: Hint = ({ class: { ports } }, { oldPod }) => {
  if (oldPod === undefined || !countsOnNode(oldPod)) return false;
  return ports.some((port) => oldPod.class.ports.some((held) => conflict(port, held)));
};

export const nodePortsHints: PluginHints = {
  plugin: 'NodePorts',
  registered: {
    '1.26': [
      { resource: 'AssignedPod', actions: ['Delete'] },
      { resource: 'Node', actions: ['Add', ...NODE_UPDATES] },
    ],
    '1.36': [
      { resource: 'AssignedPod', actions: ['Delete'], hint: freesPort },
      { resource: 'Node', actions: ['Add'] },
    ],
  },
};
