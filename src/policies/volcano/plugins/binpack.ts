/** Source: pkg/scheduler/plugins/binpack/binpack.go (Volcano v1.15.1). */
import type { Arguments } from '../arguments.ts';
import type { PluginEntry } from '../plugin.ts';
import { amountOf } from '../resource.ts';
import type { Resource } from '../resource.ts';
import { MAX_SCORE } from '../../kube-default/plugin.ts';

/** The fuller a node would be, the better. */
export const binpack: PluginEntry = {
  name: 'binpack',
  create(given) {
    const weight = given.integer('binpack.weight', 1);
    const weights = readWeights(given);
    if (weight === 0) return () => ({});
    return ({ setup: { nodes, table } }) => {
      const byNumber = table.names.map((name) => weights.get(name));
      return {
        nodeOrder: ({ request }, row) =>
          fullness(request, nodes.allocatable[row], nodes.used[row], byNumber) * MAX_SCORE * weight,
      };
    };
  },
};

function readWeights(given: Arguments): Map<string, number> {
  const weightOf = (argument: string) => {
    const weight = given.integer(argument, 1);
    return weight < 0 ? 1 : weight;
  };
  const weights = new Map<string, number>();
  for (const text of given.text('binpack.resources').split(',')) {
    const name = text.trim();
    if (name !== '') weights.set(name, weightOf(`binpack.resources.${name}`));
  }
  weights.set('cpu', weightOf('binpack.cpu'));
  weights.set('memory', weightOf('binpack.memory'));
  return weights;
}

/** The mean over the resources that are requested and have a weight; 0 if the node has too little of one. */
function fullness(request: Resource, allocatable: Resource, used: Resource, weights: readonly (number | undefined)[]): number {
  let score = 0;
  let sum = 0;
  for (let i = 0; i < request.length; i++) {
    const weight = weights[i];
    if (weight === undefined || !(request[i] > 0)) continue;
    const capacity = amountOf(allocatable, i);
    const after = request[i] + amountOf(used, i);
    sum += weight;
    if (capacity === 0 || weight === 0) continue;
    if (after > capacity) return 0;
    score += (after * weight) / capacity;
  }
  return sum > 0 ? score / sum : score;
}
