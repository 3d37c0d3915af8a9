/** Brings up a cluster without containers: a real control plane as plain processes, and nodes that KWOK plays. */
import { readFileSync, writeFileSync } from 'node:fs';
import { LiveTrouble } from '../trouble.ts';
import { auditPolicy } from './audit-policy.ts';
import type { ClusterWish } from './cluster-wish.ts';
import { apiServer, controllerManager, etcd, FILES, scheduler } from './components.ts';
import type { KwokPlan, Plan, Ports } from './components.ts';
import { kubeconfig, makeUsers, serviceAccountKeys, tokenFile } from './credentials.ts';
import type { User, Users } from './credentials.ts';
import { undo } from './down.ts';
import type { ClusterState } from './folder.ts';
import { contextName } from './names.ts';
import { freePorts, LOOPBACK } from './ports.ts';
import { answers } from './probes.ts';
import { start } from './processes.ts';
import { findPrograms, PROCESS_PROGRAMS } from './programs.ts';
import type { ProgramSearch } from './programs.ts';
import { waitFor } from './readiness.ts';
import type { Waiting } from './readiness.ts';
import { Api } from './requests.ts';
import { schedulerConfig } from './scheduler-config.ts';
import { kwokConfig } from './stages.ts';
import { allowKwok, bringUpNodes, nodesReady } from './up-nodes.ts';

/** Resolves when pods can be made. What was begun is undone if it fails or is interrupted. */
export async function upProcesses(wish: ClusterWish): Promise<ClusterState> {
  const { name, folder, nodes, search } = wish;
  const programs = findPrograms(PROCESS_PROGRAMS, search);
  const state: ClusterState = {
    version: 1,
    name,
    kind: 'processes',
    phase: 'starting',
    context: contextName(name),
    kubeconfig: folder.file(FILES.kubeconfig),
    auditLog: folder.file(FILES.auditLog),
    processes: [],
  };
  folder.create(state);
  try {
    const plan: Plan = {
      programs,
      ports: await choosePorts(),
      file: (file) => folder.file(file),
      nodes: nodes.length,
      featureGates: wish.featureGates,
    };
    await bringUp(plan, wish, state);
  } catch (error) {
    await undo(folder, state, error);
  }
  return state;
}

async function choosePorts(): Promise<Ports> {
  const [clients, etcdPeers, api, controllers, schedulerPort, kwokPort] = await freePorts(6);
  return { etcd: clients, etcdPeers, api, controllers, scheduler: schedulerPort, kwok: kwokPort };
}

async function bringUp(plan: Plan, wish: ClusterWish, state: ClusterState): Promise<void> {
  const { folder, name, nodes, timeout, signal, onStep = () => {} } = wish;
  const { ports } = plan;
  const waiting: Waiting = { folder, state, deadline: Date.now() + timeout, signal };
  const users = makeUsers();
  state.server = `https://${LOOPBACK}:${ports.api}`;
  writeFiles(plan, wish, users, state);

  onStep('etcd');
  start(etcd(plan), folder, state);
  await waitFor('etcd', () => answers(`http://${LOOPBACK}:${ports.etcd}/health`), waiting);
  onStep('kube-apiserver');
  start(apiServer(plan), folder, state);
  await waitFor('kube-apiserver', () => answers(`${state.server}/readyz`), waiting);

  const ca = readFileSync(folder.file(FILES.serverCertificate), 'utf8');
  const api = new Api({ server: state.server, token: users.admin.token, ca });
  try {
    state.kubernetesVersion = await checkVersion(api, wish.search);
    await allowKwok(api, name, { kind: 'User', name: users.kwok.name });
    onStep('kube-controller-manager, kube-scheduler');
    for (const component of [controllerManager(plan), scheduler(plan)]) start(component, folder, state);
    // A scheduler that comes after the nodes knows them in the order of their names.
    await waitFor('kube-scheduler', () => answers(`https://${LOOPBACK}:${ports.scheduler}/readyz`), waiting);
    onStep(`kwok and ${nodes.length} nodes`);
    const kubelets: KwokPlan = { program: plan.programs.kwok, port: ports.kwok, file: plan.file, nodes: nodes.length };
    await bringUpNodes(api, kubelets, nodes, waiting);
    await waitFor('kube-controller-manager', () => answers(`https://${LOOPBACK}:${ports.controllers}/healthz`), waiting);
    await nodesReady(api, kubelets, waiting);
  } finally {
    api.close();
  }
  signal?.throwIfAborted();
  state.phase = 'ready';
  folder.write(state);
}

/** All files but those that the programs make themselves. */
function writeFiles(plan: Plan, wish: ClusterWish, users: Users, state: ClusterState): void {
  const write = (file: string, text: string) => writeFileSync(plan.file(file), text, { mode: 0o600 });
  const keys = serviceAccountKeys();
  write(FILES.signingKey, keys.privateKey);
  write(FILES.publicKey, keys.publicKey);
  write(FILES.tokens, tokenFile(users));
  write(FILES.auditPolicy, auditPolicy());
  write(FILES.schedulerConfig, schedulerConfig(wish.schedulerConfig, plan.file(FILES.schedulerKubeconfig)));
  write(FILES.kwokConfig, kwokConfig());
  const access = (file: string, { token }: User) =>
    write(
      file,
      kubeconfig({ context: state.context, server: state.server ?? '', certificates: plan.file(FILES.serverCertificate), token }),
    );
  access(FILES.kubeconfig, users.admin);
  access(FILES.controllersKubeconfig, users.controllers);
  access(FILES.schedulerKubeconfig, users.scheduler);
  access(FILES.kwokKubeconfig, users.kwok);
}

/** What the API server calls itself. Throws `LiveTrouble` if another version was asked for. */
async function checkVersion(api: Api, { version }: ProgramSearch): Promise<string> {
  const { gitVersion } = (await api.read('/version')) as { gitVersion: string };
  const wanted = version?.replace(/^v/, '');
  const found = gitVersion.replace(/^v/, '');
  if (wanted === undefined || found === wanted || found.startsWith(`${wanted}.`)) return gitVersion;
  throw new LiveTrouble(
    `kube-apiserver is of version ${gitVersion}, where ${version} is asked for`,
    'live up',
    'say with --bin where programs of that version are, or ask for this one with --kubernetes-version',
  );
}
