/** Source: pkg/scheduler/plugins/conformance/conformance.go (Volcano v1.15.1). */
import type { PluginEntry } from '../plugin.ts';
import type { Task } from '../task.ts';

/** No priority class of a user may be as high: from here on they are `system-cluster-critical` and above. */
const SYSTEM_CRITICAL = 2_000_000_000;

/** Pods that the cluster itself needs are no victims. */
export const conformance: PluginEntry = {
  name: 'conformance',
  create: () => () => ({
    preemptable: (_, candidates) => candidates.filter(isEvictable),
    reclaimable: (_, candidates) => candidates.filter(isEvictable),
  }),
};

function isEvictable({ pod, priority }: Task): boolean {
  return priority < SYSTEM_CRITICAL && pod.pod.namespace !== 'kube-system';
}
