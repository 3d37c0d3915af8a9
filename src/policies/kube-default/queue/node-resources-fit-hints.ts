/**
 * What NodeResourcesFit waits for.
 * Source: plugins/noderesources/fit.go, EventsToRegister and isSchedulableAfter... (Kubernetes v1.36.2, with
 * InPlacePodVerticalScaling; v1.26.5 registers the same kinds without looking closer).
 */
import type { Node, Resources } from '../../../kubernetes.ts';
import type { PodClass } from '../pod-info.ts';
import type { Hint, PluginHints } from './hint.ts';
import { ALWAYS, countsOnNode, NODE_UPDATES } from './hint.ts';

/** Any pod that leaves a node may help, whichever node and however small it was. */
const freesRoom: Hint = (_, { oldPod }) => oldPod !== undefined && countsOnNode(oldPod);

/** Another pod requests less of something that this one wants. */
const shrinks: Hint = ({ class: { requests } }, { oldPod, newPod }) => {
  if (oldPod === undefined || newPod === undefined || newPod.pod.nodeName === undefined) return false;
  const [before, after] = [oldPod.class.requests.exact, newPod.class.requests.exact];
  return wanted(requests.exact).some((name) => amount(before, name) > amount(after, name));
};

/** The pod would fit if the node were empty, and the node is new or has more than before of what the pod wants. */
const mayFit: Hint = ({ class: one }, { oldNode, newNode }) => {
  if (newNode === undefined || !fitsEmpty(one, newNode)) return false;
  return oldNode === undefined || hasGrown(one, oldNode, newNode);
};

export const nodeResourcesFitHints: PluginHints = {
  plugin: 'NodeResourcesFit',
  registered: {
    '1.26': [
      { resource: 'AssignedPod', actions: ['Delete'] },
      { resource: 'Node', actions: ['Add', ...NODE_UPDATES] },
    ],
    '1.36': [
      { resource: 'AssignedPod', actions: ['Delete'], hint: freesRoom },
      { resource: 'AssignedPod', actions: ['UpdatePodScaleDown'], hint: shrinks },
      { resource: 'TargetPod', actions: ['UpdatePodScaleDown'], hint: ALWAYS },
      { resource: 'Node', actions: ['Add', 'UpdateNodeAllocatable'], hint: mayFit },
    ],
  },
};

/** Resources that the configuration leaves out of account count here all the same, as in kube-scheduler. */
function fitsEmpty({ requests }: PodClass, { allocatable }: Node): boolean {
  if (amount(allocatable, 'pods') < 1) return false;
  return wanted(requests.exact).every((name) => amount(requests.exact, name) <= amount(allocatable, name));
}

function hasGrown({ requests }: PodClass, { allocatable: before }: Node, { allocatable: after }: Node): boolean {
  return ['pods', ...wanted(requests.exact)].some((name) => amount(after, name) > amount(before, name));
}

function wanted(requests: Resources): string[] {
  return [...requests.keys()].filter((name) => amount(requests, name) > 0);
}

function amount(resources: Resources, name: string): number {
  return resources.get(name) ?? 0;
}
