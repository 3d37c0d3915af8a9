/**
 * What a pod requests, as kube-scheduler adds it up.
 * Source: component-helpers, resource/helpers.go, and pkg/scheduler/framework/types.go (Kubernetes v1.36.2).
 */
import type { Container, PodSpec, Resources } from '../../kubernetes.ts';
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
  const exact = withPodLevel(sumContainers(spec, NO_DEFAULTS), spec, behaviour);
  const scored = withPodLevel(sumContainers(spec, ALL_DEFAULTS), spec, behaviour);
  const podLevel = behaviour.podLevelResources && [...spec.podRequests.keys()].some(countsForPod);
  const silent = new Map([...ALL_DEFAULTS].filter(([name]) => !podLevel || amount(exact, name) === 0));
  const nonZero = podLevel ? withPodLevel(sumContainers(spec, silent), spec, behaviour) : scored;
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

const NO_DEFAULTS: Resources = new Map();
const ALL_DEFAULTS: Resources = new Map([
  ['cpu', DEFAULT_CPU],
  ['memory', DEFAULT_MEMORY],
]);

/**
 * The larger of what runs for good (containers and sidecars) and of what each init container needs beside the
 * sidecars started before it.
 */
function sumContainers({ containers, initContainers }: PodSpec, defaults: Resources): Map<string, number> {
  const total = new Map<string, number>();
  for (const container of containers) addTo(total, requestsOf(container, defaults));
  const sidecars = new Map<string, number>();
  const start = new Map<string, number>();
  for (const container of initContainers) {
    const requests = requestsOf(container, defaults);
    if (container.restartable) {
      addTo(total, requests);
      addTo(sidecars, requests);
      raiseTo(start, sidecars);
    } else {
      const beside = new Map(requests);
      addTo(beside, sidecars);
      raiseTo(start, beside);
    }
  }
  raiseTo(total, start);
  return total;
}

function requestsOf({ requests }: Container, defaults: Resources): Resources {
  if ([...defaults.keys()].every((name) => requests.has(name))) return requests;
  return new Map([...defaults, ...requests]);
}

function withPodLevel(total: Map<string, number>, spec: PodSpec, { podLevelResources }: Behaviour): Map<string, number> {
  if (podLevelResources) for (const [name, value] of spec.podRequests) if (countsForPod(name)) total.set(name, value);
  addTo(total, spec.overhead);
  return total;
}

function countsForPod(name: string): boolean {
  return name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');
}

function addTo(total: Map<string, number>, more: Resources): void {
  for (const [name, value] of more) total.set(name, amount(total, name) + value);
}

function raiseTo(total: Map<string, number>, floor: Resources): void {
  for (const [name, value] of floor) if (!(amount(total, name) >= value && total.has(name))) total.set(name, value);
}

function amount(resources: Resources, name: string): number {
  return resources.get(name) ?? 0;
}
