/** What PodTopologySpread waits for. Source: plugins/podtopologyspread/plugin.go (Kubernetes v1.36.2, v1.26.5). */
import type { Labels, Node } from '../../../kubernetes.ts';
import type { PodInfo } from '../pod-info.ts';
import type { SpreadConstraint } from '../spread-constraint.ts';
import type { Hint, PluginHints } from './hint.ts';
import { countsOnNode } from './hint.ts';
import { sameEntries, sameTaints } from './node-changes.ts';

/** The constraints that can reject a pod. */
export type HardConstraints = (pod: PodInfo) => readonly SpreadConstraint[];

const own: HardConstraints = ({ class: { hardConstraints } }) => hardConstraints;

/** `constraints` stands in where the configuration has hard defaults for pods that have none of their own. */
export function podTopologySpreadHints(constraints: HardConstraints = own): PluginHints {
  return {
    plugin: 'PodTopologySpread',
    registered: {
      '1.26': [
        { resource: 'AssignedPod', actions: ['Add', 'Update', 'Delete'] },
        { resource: 'Node', actions: ['Add', 'Delete', 'UpdateNodeLabel'] },
      ],
      '1.36': [
        { resource: 'AssignedPod', actions: ['Add', 'UpdatePodLabel', 'Delete'], hint: recounts(constraints) },
        { resource: 'TargetPod', actions: ['UpdatePodLabel', 'UpdatePodToleration'], hint: ownChange(constraints) },
        {
          resource: 'Node',
          actions: ['Add', 'Delete', 'UpdateNodeLabel', 'UpdateNodeTaint'],
          hint: ({ pod, class: one }, { oldNode, newNode }) => redraws(constraints({ pod, class: one }), oldNode, newNode),
        },
      ],
    },
  };
}

/** A pod of the namespace that a constraint counts comes or goes. */
function recounts(constraints: HardConstraints): Hint {
  return (pod, { oldPod, newPod }) => {
    const involved = [oldPod, newPod].filter((other) => other !== undefined);
    if (!involved.every((other) => countsOnNode(other) && other.pod.namespace === pod.pod.namespace)) return false;
    if (oldPod !== undefined && newPod !== undefined) return isCountedAnew(constraints(pod), oldPod, newPod);
    return constraints(pod).some(({ selected }) => involved.some((other) => selected.matches(other.class)));
  };
}

/** The pod itself bears more taints, or is counted otherwise. */
function ownChange(constraints: HardConstraints): Hint {
  return (pod, { oldPod, newPod }) => {
    if (oldPod === undefined || newPod === undefined) return false;
    const all = constraints(pod);
    const moreTolerations = oldPod.class.spec.tolerations.length !== newPod.class.spec.tolerations.length;
    if (moreTolerations && all.some(({ honorsTaints }) => honorsTaints)) return true;
    return isCountedAnew(all, oldPod, newPod);
  };
}

function isCountedAnew(constraints: readonly SpreadConstraint[], old: PodInfo, pod: PodInfo): boolean {
  if (sameEntries(old.pod.labels, pod.pod.labels)) return false;
  return constraints.some(({ selected }) => selected.matches(old.class) !== selected.matches(pod.class));
}

/** A node takes part that did not, or no longer does, or belongs to other domains, or has other taints. */
function redraws(constraints: readonly SpreadConstraint[], old: Node | undefined, node: Node | undefined): boolean {
  const did = old !== undefined && hasKeys(constraints, old.labels);
  const does = node !== undefined && hasKeys(constraints, node.labels);
  if (did !== does) return true;
  if (!does || old === undefined || node === undefined) return false;
  const moved = constraints.some(({ topologyKey }) => old.labels.get(topologyKey) !== node.labels.get(topologyKey));
  return moved || !sameTaints(old.taints, node.taints);
}

function hasKeys(constraints: readonly SpreadConstraint[], labels: Labels): boolean {
  return constraints.every(({ topologyKey }) => labels.has(topologyKey));
}
