/** The part of coming up that all kinds of cluster share: KWOK, its nodes, and the wait until pods can be made. */
import type { Node } from '../../kubernetes.ts';
import { createNodes, usableNodes } from './cluster-nodes.ts';
import { kwok } from './components.ts';
import type { KwokPlan } from './components.ts';
import { kwokRole, kwokRoleBinding, ROLE_BINDINGS, ROLES } from './kwok-role.ts';
import type { Subject } from './kwok-role.ts';
import { LOOPBACK } from './ports.ts';
import { answers } from './probes.ts';
import { start } from './processes.ts';
import { waitFor } from './readiness.ts';
import type { Waiting } from './readiness.ts';
import type { Api } from './requests.ts';

export async function allowKwok(api: Api, cluster: string, subject: Subject): Promise<void> {
  await api.create(ROLES, kwokRole(cluster));
  await api.create(ROLE_BINDINGS, kwokRoleBinding(cluster, subject));
}

/** Starts KWOK and makes the nodes. */
export async function bringUpNodes(
  api: Api,
  plan: KwokPlan,
  nodes: readonly Node[],
  { folder, state, signal }: Waiting,
): Promise<void> {
  start(kwok(plan), folder, state);
  await createNodes(api, nodes, state.name, signal);
}

export async function nodesReady(api: Api, { port, nodes }: KwokPlan, waiting: Waiting): Promise<void> {
  await waitFor('kwok', () => answers(`http://${LOOPBACK}:${port}/healthz`), waiting);
  // Without it the API server refuses pods.
  const account = '/api/v1/namespaces/default/serviceaccounts/default';
  await waitFor('the service account of pods', async () => (await api.get(account)).status === 200 || undefined, waiting);
  const all = async () => (await usableNodes(api, waiting.state.name)) === nodes || undefined;
  await waitFor(`all ${nodes} nodes`, all, waiting);
}
