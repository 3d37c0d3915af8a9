/**
 * What a pod requests, as kube-scheduler counts it for filters and scores.
 * Source: pkg/scheduler/framework/types.go (Kubernetes v1.36.2).
 */
import { countsForPod, totalRequests } from '../../kubernetes-pod-requests.ts';
import type { PodSpec, Resources } from '../../kubernetes.ts';
import type { Behaviour } from './behaviour.ts';

/** What a container that does not say is taken to need, for scoring only. */
export const DEFAULT_CPU = 100;
export const DEFAULT_MEMORY = 200 * 1024 * 1024;

export interface PodRequests {
  /** What the node must have free. */
  readonly exact: Resources;
  /** The same with cpu and memory of silent containers filled in, as it is added up on nodes. */
  readonly nonZero: { readonly cpu: number; readonly memory: number };
  /** The same for a pod that is being scored. Differs from `nonZero` only with requests at the level of the pod. */
  readonly scored: { readonly cpu: number; readonly memory: number };
}

export function podRequests(spec: PodSpec, behaviour: Behaviour): PodRequests {
  const exact = totalRequests(spec, behaviour);
  const scored = totalRequests(spec, behaviour, ALL_DEFAULTS);
  const podLevel = behaviour.podLevelResources && [...spec.podRequests.keys()].some(countsForPod);
  const silent = new Map([...ALL_DEFAULTS].filter(([name]) => !podLevel || amount(exact, name) === 0));
  const nonZero = podLevel ? totalRequests(spec, behaviour, silent) : scored;
  return {
    exact,
    nonZero: { cpu: amount(nonZero, 'cpu'), memory: amount(nonZero, 'memory') },
    scored: { cpu: amount(scored, 'cpu') + misreadOverhead(spec, behaviour), memory: amount(scored, 'memory') },
  };
}

/** What old versions add wrongly to the cpu of a pod that is being scored [millicores]. */
export function misreadOverhead(spec: PodSpec, { misreadsOverhead }: Behaviour): number {
  const cpu = amount(spec.overhead, 'cpu');
  return misreadsOverhead ? Math.ceil(cpu / 1000) - cpu : 0;
}

const ALL_DEFAULTS: Resources = new Map([
  ['cpu', DEFAULT_CPU],
  ['memory', DEFAULT_MEMORY],
]);

function amount(resources: Resources, name: string): number {
  return resources.get(name) ?? 0;
}
