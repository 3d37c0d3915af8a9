/**
 * kind runs its network on every node, the fake ones too, where it would take processors from the pods that are studied.
 */
import { LiveTrouble } from '../trouble.ts';
import { CLUSTER_LABEL } from './names.ts';
import type { Api } from './requests.ts';

const DAEMON_SETS = '/apis/apps/v1/namespaces/kube-system/daemonsets';

/** Keeps all daemon sets of the system off nodes that `live up` has made. */
export async function keepDaemonsOff(api: Api): Promise<void> {
  const { items } = (await api.read(DAEMON_SETS)) as { items: { metadata: { name: string } }[] };
  const term = { matchExpressions: [{ key: CLUSTER_LABEL, operator: 'DoesNotExist' }] };
  const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } } };
  const patch = { spec: { template: { spec: { affinity } } } };
  for (const { metadata } of items) {
    const path = `${DAEMON_SETS}/${metadata.name}`;
    const { status, body } = await api.send('PATCH', path, patch, 'application/merge-patch+json');
    if (status !== 200) throw new LiveTrouble(`the API server answers ${status}: ${body.slice(0, 300)}`, path, 'see its logs');
  }
}
