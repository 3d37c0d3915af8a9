/** Brings up a cluster without containers: a real control plane as plain processes, and nodes that KWOK plays. */
import { readFileSync, writeFileSync } from 'node:fs';
import { get as httpGet } from 'node:http';
import { get as httpsGet } from 'node:https';
import type { Node } from '../../kubernetes.ts';
import { LiveTrouble } from '../trouble.ts';
import { auditPolicy } from './audit-policy.ts';
import { createNodes, usableNodes } from './cluster-nodes.ts';
import { apiServer, controllerManager, etcd, FILES, kwok, scheduler } from './components.ts';
import type { Plan, Ports } from './components.ts';
import { kubeconfig, makeUsers, serviceAccountKeys, tokenFile } from './credentials.ts';
import type { User, Users } from './credentials.ts';
import type { ClusterFolder, ClusterState } from './folder.ts';
import { kwokRole, kwokRoleBinding, ROLE_BINDINGS, ROLES } from './kwok-role.ts';
import { contextName } from './names.ts';
import { freePorts, LOOPBACK } from './ports.ts';
import { start, stopAll } from './processes.ts';
import { findPrograms, PROCESS_PROGRAMS } from './programs.ts';
import type { ProgramSearch } from './programs.ts';
import { waitFor } from './readiness.ts';
import type { Waiting } from './readiness.ts';
import { Api } from './requests.ts';
import { schedulerConfig } from './scheduler-config.ts';
import type { readSchedulerConfig } from './scheduler-config.ts';
import { kwokConfig } from './stages.ts';

export interface ClusterWish {
  readonly name: string;
  readonly folder: ClusterFolder;
  readonly nodes: readonly Node[];
  readonly search: ProgramSearch;
  readonly schedulerConfig: ReturnType<typeof readSchedulerConfig>;
  /** As `--feature-gates` of Kubernetes takes them. */
  readonly featureGates?: string;
  /** For all of it [ms]. */
  readonly timeout: number;
  readonly signal?: AbortSignal;
  /** Told each step. */
  readonly onStep?: (step: string) => void;
}

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
    await stopAll(folder, state);
    folder.remove();
    throw error;
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
  await waitFor('etcd', () => answersHttp(`http://${LOOPBACK}:${ports.etcd}/health`), waiting);
  onStep('kube-apiserver');
  start(apiServer(plan), folder, state);
  await waitFor('kube-apiserver', () => answersHttps(`${state.server}/readyz`), waiting);

  const ca = readFileSync(folder.file(FILES.serverCertificate), 'utf8');
  const api = new Api({ server: state.server, token: users.admin.token, ca });
  try {
    state.kubernetesVersion = await checkVersion(api, wish.search);
    await api.create(ROLES, kwokRole(name));
    await api.create(ROLE_BINDINGS, kwokRoleBinding(name, users.kwok.name));
    onStep('kube-controller-manager, kube-scheduler, kwok');
    for (const component of [controllerManager(plan), scheduler(plan), kwok(plan)]) start(component, folder, state);
    onStep(`${nodes.length} nodes`);
    await createNodes(api, nodes, name);
    await allReady(api, plan, wish, waiting);
  } finally {
    api.close();
  }
  state.phase = 'ready';
  folder.write(state);
}

async function allReady(api: Api, { ports }: Plan, { name, nodes }: ClusterWish, waiting: Waiting): Promise<void> {
  await waitFor('kube-controller-manager', () => answersHttps(`https://${LOOPBACK}:${ports.controllers}/healthz`), waiting);
  await waitFor('kube-scheduler', () => answersHttps(`https://${LOOPBACK}:${ports.scheduler}/readyz`), waiting);
  await waitFor('kwok', () => answersHttp(`http://${LOOPBACK}:${ports.kwok}/healthz`), waiting);
  // Without it the API server refuses pods.
  const account = '/api/v1/namespaces/default/serviceaccounts/default';
  await waitFor('the service account of pods', async () => (await api.get(account)).status === 200 || undefined, waiting);
  const all = async () => (await usableNodes(api, name)) === nodes.length || undefined;
  await waitFor(`all ${nodes.length} nodes`, all, waiting);
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

/** True if the address answers with 200; undefined if it does not, or not yet. What serves it has a certificate of its own. */
function answersHttps(url: string): Promise<true | undefined> {
  return new Promise((done) => {
    const call = httpsGet(url, { rejectUnauthorized: false, agent: false, timeout: 1000 }, (response) => {
      response.resume();
      done(response.statusCode === 200 || undefined);
    });
    call.on('timeout', () => call.destroy());
    call.on('error', () => done(undefined));
  });
}

function answersHttp(url: string): Promise<true | undefined> {
  return new Promise((done) => {
    const call = httpGet(url, { agent: false, timeout: 1000 }, (response) => {
      response.resume();
      done(response.statusCode === 200 || undefined);
    });
    call.on('timeout', () => call.destroy());
    call.on('error', () => done(undefined));
  });
}
