/**
 * What NodeUnschedulable, NodeName, TaintToleration and NodeAffinity wait for: plugins that judge the node alone.
 * Source: EventsToRegister and the queueing hints in plugins/nodeunschedulable, nodename, tainttoleration, nodeaffinity
 * (Kubernetes v1.36.2); EventsToRegister there in v1.26.5.
 */
import { compileNodeTerms } from '../../../kubernetes-node-selectors.ts';
import { toleratesAny, untoleratedTaint } from '../../../kubernetes-tolerations.ts';
import type { NodeAffinityArgs } from '../node-affinity.ts';
import type { Hint, PluginHints } from './hint.ts';
import { ALWAYS, NODE_UPDATES } from './hint.ts';

const CORDONED = { key: 'node.kubernetes.io/unschedulable', value: '', effect: 'NoSchedule' };

/** The node takes pods, and did not before. */
const uncordoned: Hint = (_, { oldNode, newNode }) => {
  return newNode?.unschedulable === false && (oldNode === undefined || oldNode.unschedulable);
};

const bearsCordon: Hint = (_, { newPod }) => newPod !== undefined && toleratesAny(newPod.class.spec.tolerations, CORDONED);

export const nodeUnschedulableHints: PluginHints = {
  plugin: 'NodeUnschedulable',
  registered: {
    '1.26': [{ resource: 'Node', actions: ['Add', 'UpdateNodeTaint'] }],
    '1.36': [
      { resource: 'Node', actions: ['Add', 'UpdateNodeTaint'], hint: uncordoned },
      { resource: 'TargetPod', actions: ['UpdatePodToleration'], hint: bearsCordon },
    ],
  },
};

export const nodeNameHints: PluginHints = {
  plugin: 'NodeName',
  registered: {
    '1.26': [{ resource: 'Node', actions: ['Add', ...NODE_UPDATES] }],
    '1.36': [{ resource: 'Node', actions: ['Add'] }],
  },
};

/** Its taints are borne, and were not before. */
const becomesBearable: Hint = ({ class: { spec } }, { oldNode, newNode }) => {
  if (newNode === undefined || untoleratedTaint(spec.tolerations, newNode.taints) !== undefined) return false;
  return oldNode === undefined || untoleratedTaint(spec.tolerations, oldNode.taints) !== undefined;
};

export const taintTolerationHints: PluginHints = {
  plugin: 'TaintToleration',
  registered: {
    '1.26': [{ resource: 'Node', actions: ['Add', ...NODE_UPDATES] }],
    '1.36': [
      { resource: 'Node', actions: ['Add', 'UpdateNodeTaint'], hint: becomesBearable },
      { resource: 'TargetPod', actions: ['UpdatePodToleration'], hint: ALWAYS },
    ],
  },
};

export function nodeAffinityHints({ addedAffinity }: NodeAffinityArgs = {}): PluginHints {
  const enforced = addedAffinity?.required === undefined ? undefined : compileNodeTerms(addedAffinity.required);
  /** The pod accepts the node, and did not before. What the configuration adds is asked of the new node only. */
  const becomesAcceptable: Hint = ({ class: { requiredNodes } }, { oldNode, newNode }) => {
    if (newNode === undefined || (enforced !== undefined && !enforced(newNode))) return false;
    if (requiredNodes !== undefined && !requiredNodes(newNode)) return false;
    return oldNode === undefined || (requiredNodes !== undefined && !requiredNodes(oldNode));
  };
  return {
    plugin: 'NodeAffinity',
    registered: {
      '1.26': [{ resource: 'Node', actions: ['Add', ...NODE_UPDATES] }],
      '1.36': [{ resource: 'Node', actions: ['Add', 'UpdateNodeLabel'], hint: becomesAcceptable }],
    },
  };
}
