/** Source: pkg/scheduler/plugins/predicates/predicates.go (Volcano v1.15.1), without volumes and devices. */
import { JsonField } from '../../../kubernetes-json.ts';
import { createPlugin } from '../../kube-default/plugin-list.ts';
import type { FilterPlugin } from '../../kube-default/plugin.ts';
import type { PluginEntry } from '../plugin.ts';

/** Arguments about what pods of a trace do not have: volumes, devices. And one that only saves time. */
const WITHOUT_EFFECT = [
  'predicate.NodeVolumeLimitsEnable',
  'predicate.VolumeZoneEnable',
  'predicate.VolumeBindingEnable',
  'predicate.DynamicResourceAllocationEnable',
  'predicate.CacheEnable',
];

/** kube-scheduler's filters, but for resources: those the actions look at themselves. */
export const predicates: PluginEntry = {
  name: 'predicates',
  create(given, _, objects) {
    for (const name of WITHOUT_EFFECT) given.flag(name, true);
    const filter = (name: string, argument?: string): FilterPlugin[] => {
      if (argument !== undefined && !given.flag(`predicate.${argument}Enable`, true)) return [];
      const plugin = createPlugin(name, new JsonField(undefined, 'predicates'), objects);
      return plugin.preFilter === undefined ? [] : [plugin as FilterPlugin];
    };
    const stable = [
      ...filter('NodeUnschedulable'),
      ...filter('NodeAffinity', 'NodeAffinity'),
      ...filter('TaintToleration', 'TaintToleration'),
    ];
    const others = [
      ...filter('NodePorts', 'NodePorts'),
      ...filter('InterPodAffinity', 'PodAffinity'),
      ...filter('PodTopologySpread', 'PodTopologySpread'),
    ];
    return () => ({ predicates: { stable, others } });
  },
};
