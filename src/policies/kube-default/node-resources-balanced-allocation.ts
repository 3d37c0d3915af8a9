/**
 * Nodes whose resources are used evenly; since 1.33, nodes that the pod makes more even.
 * Source: plugins/noderesources/balanced_allocation.go (Kubernetes v1.26.5 and v1.36.2).
 */
import type { JsonField } from '../../kubernetes-json.ts';
import { MAX_SCORE } from './plugin.ts';
import type { ScorePlugin } from './plugin.ts';
import { CPU_AND_MEMORY, readResourceWeights, scoredRequest, scoredResources } from './resource-scoring.ts';
import type { ResourceWeight, ScoredResource } from './resource-scoring.ts';

export interface BalancedAllocationArgs {
  /** Weights are not used. */
  readonly resources: readonly ResourceWeight[];
}

export const DEFAULT_BALANCE: BalancedAllocationArgs = { resources: CPU_AND_MEMORY };

export function readBalancedAllocationArgs(field: JsonField): BalancedAllocationArgs {
  return { resources: readResourceWeights(field.at('resources')) };
}

export function nodeResourcesBalancedAllocation({ resources }: BalancedAllocationArgs): ScorePlugin {
  return {
    name: 'NodeResourcesBalancedAllocation',
    scoreReads: 'pods-of-node',
    preScore({ class: pod }, snapshot) {
      const { skipsBestEffort, balance } = snapshot.behaviour;
      const requests = ({ name }: ResourceWeight) => scoredRequest(pod, snapshot.resources.id(name), name, 'exact') > 0;
      if (skipsBestEffort && !resources.some(requests)) return undefined;
      const scored = scoredResources(resources, pod, snapshot, 'exact');
      const fractions = new Float64Array(scored.length);
      if (balance === 'after') return { score: (row) => evenness(scored, row, 1, fractions) };
      return {
        score(row) {
          const change = evenness(scored, row, 1, fractions) - evenness(scored, row, 0, fractions);
          return MAX_SCORE / 2 + Math.trunc((MAX_SCORE / 2 + change) / 2);
        },
      };
    },
  };
}

/**
 * How even the resources of a node are used [0 to 100], with so many of the pod on it. The order of the operations is
 * that of the source, so that the rounding is too. `fractions` is scratch space.
 */
function evenness(resources: readonly ScoredResource[], row: number, pods: 0 | 1, fractions: Float64Array): number {
  let count = 0;
  let total = 0;
  for (let i = 0; i < resources.length; i++) {
    const { request, allocatable, promised } = resources[i];
    const capacity = allocatable[row];
    if (capacity === 0) continue;
    const used = promised[row] + pods * request;
    const fraction = used < capacity ? used / capacity : 1;
    total += fraction;
    fractions[count++] = fraction;
  }
  return Math.trunc((1 - deviation(fractions, count, total)) * MAX_SCORE);
}

function deviation(fractions: Float64Array, count: number, total: number): number {
  if (count === 2) return Math.abs((fractions[0] - fractions[1]) / 2);
  if (count < 2) return 0;
  const mean = total / count;
  let sum = 0;
  for (let i = 0; i < count; i++) sum += (fractions[i] - mean) * (fractions[i] - mean);
  return Math.sqrt(sum / count);
}
