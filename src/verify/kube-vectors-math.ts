/** Vectors of small computations: how many nodes are looked at, and in which order. */
import type { JsonField } from '../kubernetes-json.ts';
import type { KubeVersion } from '../policies/kube-default/behaviour.ts';
import { numFeasibleNodesToFind } from '../policies/kube-default/sampling.ts';
import { readCluster } from './kube-vectors-cluster.ts';
import { Unsupported } from './kube-vectors-comparison.ts';
import type { Comparison } from './kube-vectors-comparison.ts';

export function compareMath(vector: JsonField, version: KubeVersion): Comparison {
  const expect = vector.at('expect');
  if (!expect.at('numFeasibleNodesToFind').absent) {
    const config = vector.at('pluginConfig');
    const percentage = config.at('profilePercentage').integer() ?? config.at('globalPercentage').integer() ?? 0;
    const nodes = vector.at('numAllNodes').integer() ?? 0;
    return { expected: expect.at('numFeasibleNodesToFind').value, actual: numFeasibleNodesToFind(nodes, percentage) };
  }
  if (!expect.at('nodeOrder').absent) {
    const { snapshot } = readCluster(vector, version);
    return { expected: expect.at('nodeOrder').texts(), actual: [...snapshot.order].map((row) => snapshot.node(row).name) };
  }
  const known = expect.entries().map(([name]) => name);
  throw new Unsupported(`nothing is known of ${known.join(', ') || 'an empty expectation'}`);
}
