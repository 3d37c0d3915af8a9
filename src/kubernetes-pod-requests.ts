/**
 * What the containers of a pod request together, as Kubernetes adds it up.
 * Source: component-helpers, resource/helpers.go (Kubernetes v1.36.2).
 */
import type { Container, PodSpec, Resources } from './kubernetes.ts';

/** Whether requests at the level of the pod count: Kubernetes versions differ in it. */
export interface RequestRule {
  readonly podLevelResources: boolean;
}

/** What a node must have free for the pod. `silent`: what a container that does not say is taken to need. */
export function totalRequests(
  spec: PodSpec,
  { podLevelResources }: RequestRule,
  silent: Resources = NOTHING,
): Map<string, number> {
  const total = sumContainers(spec, silent);
  if (podLevelResources) for (const [name, value] of spec.podRequests) if (countsForPod(name)) total.set(name, value);
  addTo(total, spec.overhead);
  return total;
}

/** Resources that can be requested at the level of the pod. */
export function countsForPod(name: string): boolean {
  return name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');
}

const NOTHING: Resources = new Map();

/**
 * The larger of what runs for good (containers and sidecars) and of what each init container needs beside the
 * sidecars started before it.
 */
function sumContainers({ containers, initContainers }: PodSpec, silent: Resources): Map<string, number> {
  const total = new Map<string, number>();
  for (const container of containers) addTo(total, requestsOf(container, silent));
  const sidecars = new Map<string, number>();
  const start = new Map<string, number>();
  for (const container of initContainers) {
    const requests = requestsOf(container, silent);
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

function requestsOf({ requests }: Container, silent: Resources): Resources {
  if ([...silent.keys()].every((name) => requests.has(name))) return requests;
  return new Map([...silent, ...requests]);
}

function addTo(total: Map<string, number>, more: Resources): void {
  for (const [name, value] of more) total.set(name, (total.get(name) ?? 0) + value);
}

function raiseTo(total: Map<string, number>, floor: Resources): void {
  for (const [name, value] of floor) total.set(name, Math.max(total.get(name) ?? value, value));
}
