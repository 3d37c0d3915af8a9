/** All plugins' hints, looked up by what has happened. */
import type { Behaviour } from '../behaviour.ts';
import type { PodInfo } from '../pod-info.ts';
import type { Incident } from './events.ts';
import type { PluginHints, Registration } from './hint.ts';
import { interPodAffinityHints } from './inter-pod-affinity-hints.ts';
import { nodeAffinityHints, nodeNameHints, nodeUnschedulableHints, taintTolerationHints } from './node-hints.ts';
import { nodePortsHints } from './node-ports-hints.ts';
import { nodeResourcesFitHints } from './node-resources-fit-hints.ts';
import { podTopologySpreadHints } from './pod-topology-spread-hints.ts';
import { QUEUE_RULES } from './rules.ts';

/** Gates of a pod that are gone are the one thing it waits for. Source: plugins/schedulinggates (Kubernetes v1.36.2). */
const schedulingGatesHints: PluginHints = {
  plugin: 'SchedulingGates',
  registered: { '1.26': [], '1.36': [{ resource: 'TargetPod', actions: ['UpdatePodSchedulingGatesEliminated'] }] },
};

/**
 * It gates preemptors while their victims are being deleted. That others look again when a pod goes is for the plugins to
 * say that rejected the preemptor. Source: plugins/defaultpreemption (Kubernetes v1.36.2).
 */
const defaultPreemptionHints: PluginHints = {
  plugin: 'DefaultPreemption',
  registered: { '1.26': [], '1.36': [{ resource: 'AssignedPod', actions: ['Delete'], hint: () => false }] },
};

export const DEFAULT_HINTS: readonly PluginHints[] = [
  schedulingGatesHints,
  nodeUnschedulableHints,
  nodeNameHints,
  taintTolerationHints,
  nodeAffinityHints(),
  nodePortsHints,
  nodeResourcesFitHints,
  podTopologySpreadHints(),
  interPodAffinityHints,
  defaultPreemptionHints,
];

export class QueueingHints {
  /** By plugin, then by `resource/action`. */
  readonly #registered = new Map<string, ReadonlyMap<string, readonly Registration[]>>();
  readonly #asks: boolean;

  /** The last word on a plugin counts. */
  constructor(hints: readonly PluginHints[], { version }: Behaviour) {
    this.#asks = QUEUE_RULES[version].hints;
    for (const { plugin, registered } of hints) this.#registered.set(plugin, byKind(registered[version]));
  }

  /**
   * The plugin has something to say of such incidents; one that is not known waits for all of them, and so does a pod
   * that no plugin has rejected.
   */
  concerns(plugin: string, { resource, action }: Incident): boolean {
    const registered = this.#registered.get(plugin);
    return registered === undefined || registered.has(kindOf(resource, action));
  }

  /** The incident may help a pod that the plugin has rejected. */
  helps(plugin: string, pod: PodInfo, incident: Incident): boolean {
    const registered = this.#registered.get(plugin);
    if (registered === undefined) return true;
    const found = registered.get(kindOf(incident.resource, incident.action));
    if (found === undefined) return false;
    return !this.#asks || found.some(({ hint }) => hint === undefined || hint(pod, incident));
  }
}

function byKind(registrations: readonly Registration[]): Map<string, Registration[]> {
  const found = new Map<string, Registration[]>();
  for (const one of registrations) {
    for (const action of one.actions) {
      const kind = kindOf(one.resource, action);
      const others = found.get(kind);
      if (others === undefined) found.set(kind, [one]);
      else others.push(one);
    }
  }
  return found;
}

function kindOf(resource: string, action: string): string {
  return `${resource}/${action}`;
}
