/** Source: pkg/scheduler/plugins/nodeorder/nodeorder.go (Volcano v1.15.1). */
import { JsonField } from '../../../kubernetes-json.ts';
import { GPU } from '../../kube-default/cluster-nodes.ts';
import { createPlugin } from '../../kube-default/plugin-list.ts';
import type { ScorePlugin } from '../../kube-default/plugin.ts';
import type { WeightedPlugin } from '../../kube-default/score-run.ts';
import type { PluginEntry } from '../plugin.ts';

const CPU_AND_MEMORY = [{ name: 'cpu' }, { name: 'memory' }];

/** Each score with its weight in arguments, the usual weight, and what the plugin of kube-scheduler is told. */
const SCORES: readonly (readonly [argument: string, weight: number, plugin: string, args?: object])[] = [
  ['leastrequested', 1, 'NodeResourcesFit', { scoringStrategy: { type: 'LeastAllocated', resources: CPU_AND_MEMORY } }],
  ['mostrequested', 0, 'NodeResourcesFit', { scoringStrategy: { type: 'MostAllocated', resources: CPU_AND_MEMORY } }],
  ['balancedresource', 1, 'NodeResourcesBalancedAllocation', { resources: [...CPU_AND_MEMORY, { name: GPU }] }],
  ['nodeaffinity', 2, 'NodeAffinity'],
  ['imagelocality', 1, 'ImageLocality'],
  // Unlike kube-scheduler, what other pods require counts nothing.
  ['podaffinity', 2, 'InterPodAffinity', { hardPodAffinityWeight: 0 }],
  ['tainttoleration', 3, 'TaintToleration'],
  ['podtopologyspread', 2, 'PodTopologySpread'],
];

/** kube-scheduler's scores, with weights of its own. */
export const nodeorder: PluginEntry = {
  name: 'nodeorder',
  create(given, _, objects) {
    const scores = SCORES.flatMap(([argument, usual, name, args]): WeightedPlugin[] => {
      const weight = given.integer(`${argument}.weight`, usual);
      const plugin = createPlugin(name, new JsonField(args, 'nodeorder'), objects);
      return weight === 0 || plugin.preScore === undefined ? [] : [{ plugin: plugin as ScorePlugin, weight }];
    });
    return () => ({ scores });
  },
};
