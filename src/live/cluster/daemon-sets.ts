/**
 * kind runs its network on every node, the fake ones too, where it would take processors from the pods that are studied.
 */
import { CLUSTER_LABEL } from './names.ts';
import type { Api } from './requests.ts';

const DAEMON_SETS = '/apis/apps/v1/namespaces/kube-system/daemonsets';

/** Keeps all daemon sets of the system off nodes that `live up` has made. */
export async function keepDaemonsOff(api: Api): Promise<void> {
  const { items } = (await api.read(DAEMON_SETS)) as { items: { metadata: { name: string } }[] };
  const term = { matchExpressions: [{ key: CLUSTER_LABEL, operator: 'DoesNotExist' }] };
  const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } } };
  const patch = { spec: { template: { spec: { affinity } } } };
  for (const { metadata } of items) await api.merge(`${DAEMON_SETS}/${metadata.name}`, patch);
}
