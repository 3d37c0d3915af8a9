/**
 * A real control plane for a file of tests: etcd, kube-apiserver, kube-controller-manager, kube-scheduler and KWOK as
 * processes of their own, on free ports. In a file `test/live/NAME.test.ts`, which `npm run test:live` runs:
 *
 *     describe.skipIf(MISSING)(`... ${SKIPPED}`, () => {
 *       let plane: ControlPlane;
 *       beforeAll(async () => (plane = await startControlPlane({ cluster: 'nodes=20,cpus=8,gpus=4' })));
 *       afterAll(() => plane?.stop());
 *       test('...', async () => { const { status } = await plane.api.get('/api/v1/nodes'); ... });
 *     });
 *
 * A cluster is ready after some seconds, takes about 1 GB, and is gone with all its processes after `stop`; what a killed
 * run leaves, `yardmaster live down --dir /tmp/yardmaster-live-...` takes down. Pods run as their annotations say:
 * `yardmaster.dev/runtime`, `yardmaster.dev/exit-code`, `yardmaster.dev/stop` (src/live/cluster/names.ts).
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCluster } from '../../src/cluster-file.ts';
import { takeDown } from '../../src/live/cluster/down.ts';
import { ClusterFolder } from '../../src/live/cluster/folder.ts';
import type { ClusterState } from '../../src/live/cluster/folder.ts';
import { readAddress } from '../../src/live/cluster/kubeconfig-address.ts';
import { restartProcess, signalProcess } from '../../src/live/cluster/processes.ts';
import { findPrograms, PROCESS_PROGRAMS } from '../../src/live/cluster/programs.ts';
import { waitFor } from '../../src/live/cluster/readiness.ts';
import { Api } from '../../src/live/cluster/requests.ts';
import { readSchedulerConfig } from '../../src/live/cluster/scheduler-config.ts';
import { upProcesses } from '../../src/live/cluster/up-processes.ts';
import { nodeObjects } from '../../src/policies/kube-default/cluster-nodes.ts';

/** Whether the programs of the control plane are not here. */
export const MISSING = !areThere();
/** For the titles of suites that need them. */
export const SKIPPED = MISSING ? '(SKIPPED: no control plane; "npm run control-plane" builds it)' : '(on a real control plane)';

export interface ControlPlaneWish {
  /** As `--cluster` takes it. */
  readonly cluster?: string;
  readonly name?: string;
  /** Of Kubernetes. */
  readonly version?: string;
  /** A KubeSchedulerConfiguration. */
  readonly schedulerConfig?: string;
  readonly featureGates?: string;
}

export interface ControlPlane {
  readonly state: ClusterState;
  /** A file; its only context is `state.context`. */
  readonly kubeconfig: string;
  /** What the kubeconfig says: where the API server is, the token of an administrator, and the authority as PEM. */
  readonly server: string;
  readonly token: string;
  readonly ca: string;
  /** Plain requests as administrator. */
  readonly api: Api;
  /** Sends a signal (SIGKILL if none is said) to etcd, kube-apiserver, kube-controller-manager, kube-scheduler or kwok. */
  signal(name: string, signal?: NodeJS.Signals): void;
  /** Starts one of them again, on its old port and data; resolves when the API server is ready. */
  restart(name: string): Promise<void>;
  stop(): Promise<void>;
}

/** Resolves when nodes are ready and pods can be made. */
export async function startControlPlane({
  cluster = 'nodes=4,cpus=8,memory=32Gi',
  name = 'test',
  version,
  schedulerConfig,
  featureGates,
}: ControlPlaneWish = {}): Promise<ControlPlane> {
  const folder = new ClusterFolder(mkdtempSync(join(tmpdir(), 'yardmaster-live-')));
  const state = await upProcesses({
    name,
    folder,
    nodes: nodeObjects(await loadCluster(cluster)),
    search: { version },
    schedulerConfig: readSchedulerConfig(schedulerConfig),
    featureGates,
    timeout: 240_000,
  });
  const { server, ca, token = '' } = readAddress(state.kubeconfig);
  const api = new Api({ server, ca, token });
  return {
    state,
    kubeconfig: state.kubeconfig,
    server,
    ca,
    token,
    api,
    signal: (process, signal) => signalProcess(state, process, signal),
    restart: async (process) => {
      await restartProcess(folder, state, process);
      const ready = async () => ((await api.get('/readyz').catch(() => undefined))?.status === 200 ? true : undefined);
      await waitFor('kube-apiserver', ready, { folder, state, deadline: Date.now() + 120_000 });
    },
    stop: async () => {
      api.close();
      await takeDown(folder, state);
    },
  };
}

function areThere(): boolean {
  try {
    findPrograms(PROCESS_PROGRAMS, {});
    return true;
  } catch {
    return false;
  }
}
