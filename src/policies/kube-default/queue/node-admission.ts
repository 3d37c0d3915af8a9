/**
 * Would a node take a pod, as it is now? Versions without queueing hints ask this of a node that was added or changed
 * before they wake pods for it; preemption and the counts of spreading and affinity are left out.
 * Source: pkg/scheduler/eventhandlers.go, preCheckForNode and AdmissionCheck (Kubernetes v1.26.5).
 */
import { untoleratedTaint } from '../../../kubernetes-tolerations.ts';
import { conflict } from '../host-ports.ts';
import { DEFAULT_FIT, findShortages } from '../node-resources-fit.ts';
import type { Snapshot } from '../snapshot.ts';
import type { Admits } from './events.ts';

export function admissionTo(snapshot: Snapshot, row: number): Admits {
  const node = snapshot.node(row);
  return ({ pod, class: one }) => {
    if (findShortages(one, DEFAULT_FIT, snapshot, row).length > 0) return false;
    if (one.requiredNodes !== undefined && !one.requiredNodes(node)) return false;
    if (pod.nodeName !== undefined && pod.nodeName !== node.name) return false;
    const taken = snapshot.pods[row].some((there) =>
      there.class.ports.some((used) => one.ports.some((port) => conflict(port, used))),
    );
    return !taken && untoleratedTaint(one.spec.tolerations, node.taints) === undefined;
  };
}
