/** Brings up a cluster of containers with the user's own `kind`, and nodes that KWOK plays beside its own. */
import { mkdirSync, writeFileSync } from 'node:fs';
import type { Node } from '../../kubernetes.ts';
import { auditPolicy } from './audit-policy.ts';
import type { ClusterWish } from './cluster-wish.ts';
import { FILES } from './components.ts';
import type { KwokPlan } from './components.ts';
import { kubeconfig } from './credentials.ts';
import { keepDaemonsOff } from './daemon-sets.ts';
import { undo } from './down.ts';
import type { ClusterState } from './folder.ts';
import { KIND_FILES, kindConfig, kindVersion, KUBEADM_SCHEDULER_KUBECONFIG } from './kind-config.ts';
import { callKind, checkKindName, kindName } from './kind-program.ts';
import { readAddress } from './kubeconfig-address.ts';
import { CLUSTER_LABEL } from './names.ts';
import { freePorts } from './ports.ts';
import { findPrograms, KIND_PROGRAMS } from './programs.ts';
import type { Programs, ProgramSearch } from './programs.ts';
import { waitFor } from './readiness.ts';
import type { Waiting } from './readiness.ts';
import { Api } from './requests.ts';
import { schedulerConfig } from './scheduler-config.ts';
import { serviceAccountToken } from './service-account.ts';
import { kwokConfig } from './stages.ts';
import { allowKwok, bringUpNodes, nodesReady } from './up-nodes.ts';
import { assertGpus } from './worker-gpus.ts';

export interface KindClusterWish extends ClusterWish {
  /** Nodes that are containers, beside that of the control plane [count]. */
  readonly workers: number;
  /** That each of them is to say it has [count]. */
  readonly gpusPerWorker: number;
}

const CONFIG = 'kind.yaml';

/** Resolves when pods can be made. What was begun is undone if it fails or is interrupted. */
export async function upKind(wish: KindClusterWish): Promise<ClusterState> {
  const { name, folder } = wish;
  const version = kindVersion(wish.search.version);
  const programs = findKind(wish.search);
  checkKindName(programs.kind, name);
  const state: ClusterState = {
    version: 1,
    name,
    kind: 'kind',
    phase: 'starting',
    context: `kind-${kindName(name)}`,
    kubeconfig: folder.file(FILES.kubeconfig),
    auditLog: folder.file(FILES.auditLog),
    processes: [],
    // Before it is called, so that what it may have made by then is taken down too.
    kindProgram: programs.kind,
    ...(wish.workers > 0 ? { gpusPerWorker: wish.gpusPerWorker } : {}),
  };
  folder.create(state);
  try {
    writeFiles(wish, version);
    await makeCluster(wish, programs.kind);
    await furnish(wish, state, programs.kwok);
  } catch (error) {
    await undo(folder, state, error);
  }
  return state;
}

/** kind runs containers with docker if it is not told otherwise. Its own images tell the version, not our programs. */
function findKind({ bin, env = process.env }: ProgramSearch): Programs<'kind' | 'kwok'> {
  const search = { bin, env };
  return env.KIND_EXPERIMENTAL_PROVIDER ? findPrograms(['kind', 'kwok'], search) : findPrograms(KIND_PROGRAMS, search);
}

function writeFiles(wish: KindClusterWish, version: string): void {
  const { name, folder, workers, featureGates } = wish;
  const settings = folder.file(KIND_FILES.settings);
  mkdirSync(settings);
  writeFileSync(`${settings}/${KIND_FILES.auditPolicy}`, auditPolicy());
  writeFileSync(`${settings}/${KIND_FILES.scheduler}`, schedulerConfig(wish.schedulerConfig, KUBEADM_SCHEDULER_KUBECONFIG));
  writeFileSync(folder.file(FILES.kwokConfig), kwokConfig());
  writeFileSync(
    folder.file(CONFIG),
    kindConfig({ name: kindName(name), version, settings, logs: folder.logs, workers, featureGates }),
  );
}

async function makeCluster(
  { name, folder, timeout, signal, onStep = () => {} }: KindClusterWish,
  program: string,
): Promise<void> {
  onStep('kind');
  const options = {
    name: kindName(name),
    config: folder.file(CONFIG),
    kubeconfig: folder.file(FILES.kubeconfig),
    wait: `${Math.ceil(timeout / 1000)}s`,
  };
  const args = Object.entries(options).flatMap(([option, value]) => [`--${option}`, value]);
  await callKind({ program, args: ['create', 'cluster', ...args], log: `${folder.logs}/kind.log`, signal });
}

/** Nodes and GPUs, once there is an API server. */
async function furnish(wish: KindClusterWish, state: ClusterState, kwokProgram: string): Promise<void> {
  const { folder, name, nodes, timeout, signal, onStep = () => {} } = wish;
  const address = readAddress(state.kubeconfig);
  const api = new Api(address);
  try {
    state.server = address.server;
    state.kubernetesVersion = ((await api.read('/version')) as { gitVersion: string }).gitVersion;
    const waiting: Waiting = { folder, state, deadline: Date.now() + timeout, signal };
    await keepDaemonsOff(api);
    await fakeNodes(api, nodes, kwokProgram, waiting, onStep);
    const { workers, gpusPerWorker } = wish;
    if (workers > 0 && gpusPerWorker > 0) {
      onStep(`${gpusPerWorker} GPUs on each of ${workers} workers`);
      const kept = async () => (await assertGpus(api, gpusPerWorker, CLUSTER_LABEL)) === 0 || undefined;
      await waitFor(`the GPUs of ${name}`, kept, waiting);
    }
  } finally {
    api.close();
  }
  signal?.throwIfAborted();
  state.phase = 'ready';
  folder.write(state);
}

/** KWOK runs beside the containers, as an account of its own. */
async function fakeNodes(
  api: Api,
  nodes: readonly Node[],
  program: string,
  waiting: Waiting,
  onStep: (step: string) => void,
): Promise<void> {
  const { folder, state } = waiting;
  if (nodes.length === 0) return;
  onStep(`kwok and ${nodes.length} nodes`);
  const account = { kind: 'ServiceAccount', namespace: 'kube-system', name: `${kindName(state.name)}-kwok` } as const;
  await allowKwok(api, state.name, account);
  const token = await serviceAccountToken(api, account);
  const { server, ca } = readAddress(state.kubeconfig);
  const authority = folder.file('ca.crt');
  writeFileSync(authority, ca);
  const file = folder.file(FILES.kwokKubeconfig);
  writeFileSync(file, kubeconfig({ context: state.context, server, certificates: authority, token }), { mode: 0o600 });
  const [port] = await freePorts(1);
  const plan: KwokPlan = { program, port, file: (one) => folder.file(one), nodes: nodes.length };
  await bringUpNodes(api, plan, nodes, waiting);
  await nodesReady(api, plan, waiting);
}
