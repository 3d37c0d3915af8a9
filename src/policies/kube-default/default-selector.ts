/**
 * The selector that default spread constraints get: what the pod's Services and its controller select by.
 * Source: pkg/scheduler/framework/plugins/helper/spread.go (Kubernetes v1.36.2).
 */
import type { Labels, Pod, Replicator, Service } from '../../kubernetes.ts';
import { bothMatch, compileLabelSelector, labelsEqual } from '../../kubernetes-selectors.ts';
import type { LabelMatcher } from '../../kubernetes-selectors.ts';

/** The objects that default spreading reads. */
export interface SpreadingObjects {
  readonly services: readonly Service[];
  readonly replicators: readonly Replicator[];
}

/** API groups of the controllers that count. Jobs do not. */
const GROUPS: Record<Replicator['kind'], string> = {
  ReplicationController: 'v1',
  ReplicaSet: 'apps/v1',
  StatefulSet: 'apps/v1',
};

export function defaultSelector(pod: Pod, { services, replicators }: SpreadingObjects): LabelMatcher {
  const wanted = new Map<string, string>();
  for (const { namespace, selector } of services) {
    if (namespace !== pod.namespace || selector === undefined || !contains(pod.labels, selector)) continue;
    for (const [key, value] of selector) wanted.set(key, value);
  }
  const owner = pod.owners.find(({ controller }) => controller);
  const replicator = replicators.find(
    ({ kind, namespace, name }) =>
      owner?.kind === kind && owner.name === name && owner.apiVersion === GROUPS[kind] && namespace === pod.namespace,
  );
  if (replicator?.selector === undefined) return labelsEqual(wanted);
  if (replicator.kind !== 'ReplicationController') {
    return bothMatch(labelsEqual(wanted), compileLabelSelector(replicator.selector));
  }
  for (const [key, value] of replicator.selector.matchLabels) wanted.set(key, value);
  return labelsEqual(wanted);
}

function contains(labels: Labels, wanted: Labels): boolean {
  for (const [key, value] of wanted) if (labels.get(key) !== value) return false;
  return true;
}
