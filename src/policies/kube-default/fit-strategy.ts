/**
 * The three ways in which NodeResourcesFit scores: spread, pack, or along a broken line. Whole numbers throughout.
 * Source: plugins/noderesources/least_allocated.go, most_allocated.go, requested_to_capacity_ratio.go
 * (Kubernetes v1.36.2).
 */
import type { JsonField } from '../../kubernetes-json.ts';
import { readShape, scoreAt } from './capacity-shape.ts';
import type { ShapePoint } from './capacity-shape.ts';
import { MAX_SCORE } from './plugin.ts';
import { CPU_AND_MEMORY, readResourceWeights } from './resource-scoring.ts';
import type { ResourceWeight, ScoredResource } from './resource-scoring.ts';

export interface FitStrategy {
  readonly resources: readonly ResourceWeight[];
  readonly score: (resources: readonly ScoredResource[], row: number) => number;
}

export const LEAST_ALLOCATED: FitStrategy = { resources: CPU_AND_MEMORY, score: scoreLeastAllocated };

export function readFitStrategy(field: JsonField): FitStrategy {
  if (field.absent) return LEAST_ALLOCATED;
  field.expectOnly('type', 'resources', 'requestedToCapacityRatio');
  field.at('requestedToCapacityRatio').expectOnly('shape');
  const resources = readResourceWeights(field.at('resources'));
  switch (field.at('type').word('LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio')) {
    case 'MostAllocated':
      return { resources, score: scoreMostAllocated };
    case 'RequestedToCapacityRatio': {
      const shape = readShape(field.at('requestedToCapacityRatio').at('shape'));
      return { resources, score: (scored, row) => scoreByShape(shape, scored, row) };
    }
    default:
      return { resources, score: scoreLeastAllocated };
  }
}

function scoreLeastAllocated(resources: readonly ScoredResource[], row: number): number {
  let sum = 0;
  let weights = 0;
  for (const { weight, request, allocatable, promised } of resources) {
    const capacity = allocatable[row];
    if (capacity === 0) continue;
    const requested = promised[row] + request;
    if (requested <= capacity) sum += Math.trunc(((capacity - requested) * MAX_SCORE) / capacity) * weight;
    weights += weight;
  }
  return weights === 0 ? 0 : Math.trunc(sum / weights);
}

function scoreMostAllocated(resources: readonly ScoredResource[], row: number): number {
  let sum = 0;
  let weights = 0;
  for (const { weight, request, allocatable, promised } of resources) {
    const capacity = allocatable[row];
    if (capacity === 0) continue;
    const requested = Math.min(promised[row] + request, capacity);
    sum += Math.trunc((requested * MAX_SCORE) / capacity) * weight;
    weights += weight;
  }
  return weights === 0 ? 0 : Math.trunc(sum / weights);
}

/** Resources that score 0 do not count in the mean, unlike in the other two. */
function scoreByShape(shape: readonly ShapePoint[], resources: readonly ScoredResource[], row: number): number {
  let sum = 0;
  let weights = 0;
  for (const { weight, request, allocatable, promised } of resources) {
    const capacity = allocatable[row];
    if (capacity === 0) continue;
    const requested = promised[row] + request;
    const utilization = requested > capacity ? 100 : Math.trunc((requested * 100) / capacity);
    const score = scoreAt(shape, utilization);
    if (score <= 0) continue;
    sum += score * weight;
    weights += weight;
  }
  return weights === 0 ? 0 : Math.round(sum / weights);
}
