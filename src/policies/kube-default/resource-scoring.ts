/**
 * What a node would have promised of each resource if the pod were placed on it, as scores by resources read it.
 * Source: plugins/noderesources/resource_allocation.go (Kubernetes v1.36.2).
 */
import type { JsonField } from '../../kubernetes-json.ts';
import { MAX_SCORE } from './plugin.ts';
import type { PodClass } from './pod-info.ts';
import { CPU, EPHEMERAL_STORAGE, MEMORY } from './snapshot.ts';
import type { Snapshot } from './snapshot.ts';

export interface ResourceWeight {
  readonly name: string;
  readonly weight: number;
}

export const CPU_AND_MEMORY: readonly ResourceWeight[] = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
];

export function readResourceWeights(field: JsonField): readonly ResourceWeight[] {
  const given = field.list();
  if (given.length === 0) return CPU_AND_MEMORY;
  return given.map((one) => {
    one.expectOnly('name', 'weight');
    return { name: one.at('name').text() ?? '', weight: readWeight(one.at('weight')) };
  });
}

/** Source: pkg/scheduler/apis/config/validation/validation_pluginargs.go, validateResources (Kubernetes v1.36.2). */
function readWeight(field: JsonField): number {
  const weight = field.integer() || 1;
  if (weight < 1 || weight > MAX_SCORE) throw field.wrong(`a weight from 1 to ${MAX_SCORE}`);
  return weight;
}

/** `filled`: containers that request no cpu or memory count with a default. `exact`: they count nothing. */
export type Reckoning = 'filled' | 'exact';

/** One resource as a score sees it, for one pod. */
export interface ScoredResource {
  readonly weight: number;
  /** What the pod adds. */
  readonly request: number;
  /** By row; rows where it is 0 are passed over. */
  readonly allocatable: Float64Array;
  /** By row: without the pod. */
  readonly promised: Float64Array;
}

/** The resources that count for this pod: scalar ones only if it requests them. */
export function scoredResources(
  weights: readonly ResourceWeight[],
  pod: PodClass,
  snapshot: Snapshot,
  reckoning: Reckoning,
): ScoredResource[] {
  return weights.flatMap(({ name, weight }) => {
    const resource = snapshot.resources.id(name);
    const request = scoredRequest(pod, resource, name, reckoning);
    if (request === 0 && isScalar(name)) return [];
    if (resource > EPHEMERAL_STORAGE && !isScalar(name)) return [];
    const filled = reckoning === 'filled';
    const promised =
      filled && resource === CPU
        ? snapshot.nonZeroCpu
        : filled && resource === MEMORY
          ? snapshot.nonZeroMemory
          : snapshot.requested(resource);
    return { weight, request, allocatable: snapshot.allocatable(resource), promised };
  });
}

/** What the pod adds to a resource when it is scored. */
export function scoredRequest(pod: PodClass, resource: number, name: string, reckoning: Reckoning): number {
  const { exact, scored } = pod.requests;
  if (reckoning === 'filled' && resource === CPU) return scored.cpu;
  if (reckoning === 'filled' && resource === MEMORY) return scored.memory;
  return (exact.get(name) ?? 0) + (resource === CPU ? pod.misreadOverhead : 0);
}

/** Extended resources, huge pages and attachable volumes. */
export function isScalar(name: string): boolean {
  return name.includes('/') || name.startsWith('hugepages-') || name.startsWith('attachable-volumes-');
}
