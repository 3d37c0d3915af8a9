/** The plugins of the default profile, in order. */
import { JsonField } from '../../kubernetes-json.ts';
import type { SpreadingObjects } from './default-selector.ts';
import { imageLocality } from './image-locality.ts';
import { interPodAffinity, readInterPodAffinityArgs } from './inter-pod-affinity.ts';
import { nodeAffinity, readNodeAffinityArgs } from './node-affinity.ts';
import { nodeName } from './node-name.ts';
import { nodePorts } from './node-ports.ts';
import { nodeResourcesBalancedAllocation, readBalancedAllocationArgs } from './node-resources-balanced-allocation.ts';
import { nodeResourcesFit, readNodeResourcesFitArgs } from './node-resources-fit.ts';
import { nodeUnschedulable } from './node-unschedulable.ts';
import type { FilterPlugin, ScorePlugin } from './plugin.ts';
import { podTopologySpread, readPodTopologySpreadArgs } from './pod-topology-spread.ts';
import { taintToleration } from './taint-toleration.ts';

export interface PluginEntry {
  readonly name: string;
  /** Its weight in the default profile; absent if it does not score. */
  readonly weight?: number;
  /** Makes it from its arguments in a KubeSchedulerConfiguration. */
  create(args: JsonField, objects: SpreadingObjects): Partial<FilterPlugin> & Partial<ScorePlugin> & { readonly name: string };
}

/**
 * Source: pkg/scheduler/apis/config/v1/default_plugins.go (Kubernetes v1.36.2), without the plugins for volumes,
 * devices and features, of which pods in traces say nothing.
 */
export const PLUGINS: readonly PluginEntry[] = [
  { name: 'NodeUnschedulable', create: () => nodeUnschedulable },
  { name: 'NodeName', create: () => nodeName },
  { name: 'TaintToleration', weight: 3, create: () => taintToleration },
  { name: 'NodeAffinity', weight: 2, create: (args) => nodeAffinity(readNodeAffinityArgs(args)) },
  { name: 'NodePorts', create: () => nodePorts },
  { name: 'NodeResourcesFit', weight: 1, create: (args) => nodeResourcesFit(readNodeResourcesFitArgs(args)) },
  {
    name: 'PodTopologySpread',
    weight: 2,
    create: (args, objects) => podTopologySpread(readPodTopologySpreadArgs(args), objects),
  },
  { name: 'InterPodAffinity', weight: 2, create: (args) => interPodAffinity(readInterPodAffinityArgs(args)) },
  {
    name: 'NodeResourcesBalancedAllocation',
    weight: 1,
    create: (args) => nodeResourcesBalancedAllocation(readBalancedAllocationArgs(args)),
  },
  { name: 'ImageLocality', weight: 1, create: () => imageLocality },
];

/** Plugins of kube-scheduler that a configuration may name and that change nothing here. */
export const UNMODELLED: ReadonlySet<string> = new Set([
  'PrioritySort',
  'SchedulingGates',
  'DefaultPreemption',
  'DefaultBinder',
  'VolumeRestrictions',
  'NodeVolumeLimits',
  'VolumeBinding',
  'VolumeZone',
  'EBSLimits',
  'GCEPDLimits',
  'AzureDiskLimits',
  'DynamicResources',
  'NodeDeclaredFeatures',
  'GangScheduling',
  'TopologyPlacementGenerator',
  'PodGroupPodsCount',
]);

/** One plugin by name, made from arguments. */
export function createPlugin(name: string, args: JsonField, objects: SpreadingObjects): ReturnType<PluginEntry['create']> {
  const entry = PLUGINS.find((one) => one.name === name);
  if (entry === undefined) throw new Error(`there is no scheduling plugin "${name}"`);
  return entry.create(args, objects);
}
