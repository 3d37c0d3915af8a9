/** The spec of a pod as the API takes it, from what a workload keeps of it. What the workload did not keep is not written. */
import type {
  Container,
  Labels,
  LabelSelector,
  NodeAffinity,
  NodeSelectorTerm,
  PodAffinity,
  PodAffinityTerm,
  PodSpec,
  Requirement,
  Resources,
  TopologySpreadConstraint,
} from '../../kubernetes.ts';
import { quantities } from './quantities.ts';

export function podSpecManifest(spec: PodSpec, image: string): Record<string, unknown> {
  return {
    preemptionPolicy: spec.preemptionPolicy === 'Never' ? 'Never' : undefined,
    terminationGracePeriodSeconds: Math.round(spec.terminationGrace / 1000),
    nodeSelector: record(spec.nodeSelector),
    affinity: affinity(spec),
    tolerations: list(spec.tolerations, (toleration) => ({ ...toleration })),
    topologySpreadConstraints: list(spec.topologySpreadConstraints, spreadConstraint),
    containers: spec.containers.length === 0 ? [{ name: 'task', image }] : spec.containers.map((one) => container(one, image)),
    initContainers: list(spec.initContainers, (one) => ({
      ...container(one, image),
      restartPolicy: one.restartable ? 'Always' : undefined,
    })),
    resources: spec.podRequests.size === 0 ? undefined : { requests: quantities(spec.podRequests) },
    overhead: spec.overhead.size === 0 ? undefined : quantities(spec.overhead),
  };
}

/** Extended resources are requested as they are limited; the API refuses anything else. */
export function resourcesManifest(requests: Resources): Record<string, unknown> {
  const limits = new Map([...requests].filter(([name]) => name.includes('/') || name.startsWith('hugepages-')));
  return { requests: quantities(requests), ...(limits.size === 0 ? {} : { limits: quantities(limits) }) };
}

function container({ name, requests, ports }: Container, image: string): Record<string, unknown> {
  return {
    name: name === '' ? 'task' : name,
    image,
    resources: resourcesManifest(requests),
    ports: list(
      ports.filter(({ hostPort }) => hostPort > 0),
      ({ hostPort, hostIP, protocol }) => ({
        ...{ containerPort: hostPort, hostPort, hostIP: hostIP === '' ? undefined : hostIP },
        protocol: protocol === '' ? undefined : protocol,
      }),
    ),
  };
}

function affinity({ nodeAffinity, podAffinity, podAntiAffinity }: PodSpec): Record<string, unknown> | undefined {
  const parts = {
    nodeAffinity: nodeAffinityManifest(nodeAffinity),
    podAffinity: podAffinityManifest(podAffinity),
    podAntiAffinity: podAffinityManifest(podAntiAffinity),
  };
  return Object.values(parts).some((part) => part !== undefined) ? parts : undefined;
}

function nodeAffinityManifest({ required, preferred }: NodeAffinity): Record<string, unknown> | undefined {
  if (required === undefined && preferred.length === 0) return undefined;
  return {
    requiredDuringSchedulingIgnoredDuringExecution: required && { nodeSelectorTerms: required.map(nodeTerm) },
    preferredDuringSchedulingIgnoredDuringExecution: list(preferred, ({ weight, term }) => ({
      weight,
      preference: nodeTerm(term),
    })),
  };
}

function nodeTerm({ matchExpressions, matchFields }: NodeSelectorTerm): Record<string, unknown> {
  return { matchExpressions: list(matchExpressions, requirement), matchFields: list(matchFields, requirement) };
}

function podAffinityManifest({ required, preferred }: PodAffinity): Record<string, unknown> | undefined {
  if (required.length === 0 && preferred.length === 0) return undefined;
  return {
    requiredDuringSchedulingIgnoredDuringExecution: list(required, affinityTerm),
    preferredDuringSchedulingIgnoredDuringExecution: list(preferred, ({ weight, term }) => ({
      weight,
      podAffinityTerm: affinityTerm(term),
    })),
  };
}

function affinityTerm(term: PodAffinityTerm): Record<string, unknown> {
  return {
    labelSelector: selector(term.labelSelector),
    namespaces: list(term.namespaces, (name) => name),
    namespaceSelector: selector(term.namespaceSelector),
    topologyKey: term.topologyKey,
    matchLabelKeys: list(term.matchLabelKeys, (key) => key),
    mismatchLabelKeys: list(term.mismatchLabelKeys, (key) => key),
  };
}

function spreadConstraint({ labelSelector, matchLabelKeys, ...rest }: TopologySpreadConstraint): Record<string, unknown> {
  return { ...rest, labelSelector: selector(labelSelector), matchLabelKeys: list(matchLabelKeys, (key) => key) };
}

function selector(given: LabelSelector | undefined): Record<string, unknown> | undefined {
  if (given === undefined) return undefined;
  return { matchLabels: record(given.matchLabels), matchExpressions: list(given.matchExpressions, requirement) };
}

function requirement({ key, operator, values }: Requirement): Record<string, unknown> {
  return { key, operator, values: list(values, (value) => value) };
}

/** Absent rather than empty. */
function list<Value>(values: readonly Value[], manifest: (value: Value) => unknown): unknown[] | undefined {
  return values.length === 0 ? undefined : values.map(manifest);
}

function record(labels: Labels): Record<string, string> | undefined {
  return labels.size === 0 ? undefined : Object.fromEntries(labels);
}
