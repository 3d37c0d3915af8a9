/**
 * GPUs that kind's own nodes only say they have. The scheduler counts them and no device is asked. The kubelet forgets
 * them when it registers its node anew, after a restart of its container, so that they are put there again before each use.
 * Source: kubernetes.io, "Advertise Extended Resources for a Node".
 */
import { NODES } from './cluster-nodes.ts';
import type { Api } from './requests.ts';

const GPU = 'nvidia.com/gpu';
/** What kubeadm labels the node of the control plane with, where no pods are to go. */
const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';

interface Worker {
  readonly metadata: { readonly name: string };
  readonly status: { readonly allocatable: Readonly<Record<string, string>> };
}

/** Gives each worker that has other than this many GPUs so many. Resolves to how many workers that were. */
export async function assertGpus(api: Api, gpus: number, ourLabel: string): Promise<number> {
  const workers = await listWorkers(api, ourLabel);
  const without = workers.filter(({ status }) => status.allocatable[GPU] !== String(gpus));
  for (const { metadata } of without) await giveGpus(api, metadata.name, gpus);
  return without.length;
}

/** Nodes that are neither ours nor of the control plane. */
async function listWorkers(api: Api, ourLabel: string): Promise<readonly Worker[]> {
  const selector = encodeURIComponent(`!${ourLabel},!${CONTROL_PLANE}`);
  return ((await api.read(`${NODES}?labelSelector=${selector}`)) as { items: Worker[] }).items;
}

/** Both, so that nothing has to wait until the kubelet copies the one to the other. */
async function giveGpus(api: Api, node: string, gpus: number): Promise<void> {
  const amount = { [GPU]: String(gpus) };
  await api.merge(`${NODES}/${node}/status`, { status: { capacity: amount, allocatable: amount } });
}
